"""The usual header names of our columns, and how a header is compared with them.

``header_names.yaml`` has the names in 31 languages. A header and a name are the same if their
letters are: case, accents, spaces, punctuation and camelCase do not matter ("jobTitle" and
"JOB-TITLE", "Taetigkeit" and "Tätigkeit"). A header may have a path before it ("group/job_title"),
a number of a question ("Q5. Job title"), or something in brackets behind it ("Job title (main)").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import IntEnum
from functools import cache, lru_cache
from itertools import chain

from core.columns.contained_names import (
    abbreviated,
    contained,
    contained_subjects,
    places_of_names,
    without_places,
)
from core.columns.else_words import (
    ELSE,
    WHERE,
    has_word_for_other,
    places_beside_a_name,
    places_of_else,
)
from core.columns.header_parts import (
    BRACKETED,
    CHECKBOX,
    HEADINGS,
    PATH_WORDS,
    last_parts,
    name_parts,
    plain_header,
)
from core.columns.header_words import (
    MAX_NAME_WORDS,
    add_languages,
    name_table,
    named_languages,
    phrases,
    plain_words,
    words_of,
)
from core.columns.questions.described_work import asks_to_describe, is_about_work, without_manner
from core.columns.questions.examples import without_examples
from core.columns.questions.other_questions import asks_something_else
from core.columns.questions.reference_periods import (
    is_of_a_year,
    places_of_time_ago,
    without_periods,
)
from core.isco_titles.group_titles import ENGLISH
from core.letters.accents import plain_digraphs, plain_letters
from core.settings_file.text_columns import DUTIES, JOB_TITLE, TEXT_COLUMNS

# A sheet has up to 16,384 columns, and each name is compared with several of ours.
_MAX_KEPT = 1 << 16
_CODED = "says_that_it_is_coded"
_OTHER_NAME = "asks_for_another_name"
_PERSON = "name_of_the_person"

_KEY_BREAKS = re.compile(r"[\s_-]+")
# "Q5.", and Danish "Sp. 6", which is no spouse.
_NUMBERING = re.compile(r"(?i)^\s*([a-z]{0,2}\d+\w{0,6}\s*[.:)]|[a-z]{1,3}\.\s?\d+\S?\s)\s*(?=\S)")
_ORDINAL = re.compile(r"(?<!\w)[2-9]\s?[ªº°]")  # "2ª ocupación"; the letters are gone in words


class Match(IntEnum):
    """How well a header fits one of our columns, the best first."""

    SET = 0
    """``data.columns`` names it."""
    OURS = 1
    """It is our own name of the column."""
    EXACT = 2
    """A usual name that says what the column holds."""
    SPECIFIC = 3
    """A usual name that is rarely used for anything else."""
    GENERIC = 4
    """A usual name that is used for other things, too."""
    CONTAINED = 5
    """A longer header or a question that contains a specific name."""


def column_key(name: str) -> str:
    """Return the form in which the names of our own and of known columns are compared.

    Case counts for nothing, nor does the difference between space, hyphen and underscore.
    """
    return _KEY_BREAKS.sub("_", name.strip().casefold())


@lru_cache(maxsize=_MAX_KEPT)
def keys_of(header: str) -> frozenset[str]:
    """Return the forms under which a header is compared: two are the same if they share one."""
    joined = "".join(words_of(plain_header(header)))
    return frozenset({joined, plain_letters(joined), plain_digraphs(joined)} - {""})


def keys_of_any(names: Iterable[str]) -> frozenset[str]:
    """Return the forms under which headers with one of the names are compared."""
    return frozenset().union(*map(keys_of, names))


def has_usual_names(column: str) -> bool:
    """Return whether the table has names of this column."""
    return column in TEXT_COLUMNS


@cache
def _usual_keys(column: str) -> Mapping[str, Match]:
    keys: dict[str, Match] = {}
    for level, names in name_table()[column].items():
        for key in keys_of_any(chain.from_iterable(names.values())):
            keys.setdefault(key, Match[level.upper()])
    keys.update(dict.fromkeys(keys_of(column), Match.OURS))
    return keys


@cache
def _contained_names(column: str) -> Mapping[tuple[str, ...], frozenset[str]]:
    """Return the names that a question may contain, each with its languages."""
    names: dict[tuple[str, ...], frozenset[str]] = {plain_words(column): frozenset({ENGLISH})}
    for level in ("exact", "specific"):
        add_languages(names, name_table()[column][level])
    return names


def match(header: str, column: str) -> tuple[Match, int] | None:
    """Return how well a header fits one of our columns, and how much of it was left aside.

    0: the header is the name; 1: something before or after the name was left aside; 2: the question
    asks to describe something, so that a column of duties may be meant; 3: it asks for another name
    of the job, or for what is not among the choices; 4 and more: it asks for the job of a year, or
    for its coded group, and one of a week or of no code is better. None where it does not fit.
    """
    header = plain_header(header)
    found = _match(header, column)
    if found is None or found[0] == Match.OURS:
        return found
    is_coded = bool(contained(plain_words(header), phrases(_CODED)))
    if is_coded or is_of_a_year(_NUMBERING.sub("", header)):
        return Match.CONTAINED, 4 + found[0]
    return (found[0], 3) if found[1] and has_word_for_other(header) else found


@lru_cache(maxsize=_MAX_KEPT)  # each delimiter is tried, and each row that may hold names
def _match(header: str, column: str) -> tuple[Match, int] | None:
    for n_aside, name in enumerate(dict.fromkeys((header, _NUMBERING.sub("", header)))):
        if found := _best(_usual_keys(column), name):
            return found, n_aside
    if CHECKBOX.search(header.strip()):
        return None
    written = words_that_tell(header)
    found_within = _match_within(header, written, column)
    if found_within is None:
        return None
    # Most headers have no name, so this is looked for last: it takes longest.
    about = words_that_tell(without_examples(header))
    return None if places_about_else(about, column) else found_within


def _match_within(header: str, written: Sequence[str], column: str) -> tuple[Match, int] | None:
    """Return how well a part of a header fits, whatever else its words say."""
    keys = _usual_keys(column)
    words = tuple(map(plain_letters, written))
    fits = [_best(keys, part) for part in (" ".join(words), *name_parts(header))]
    if column == JOB_TITLE:
        beside = places_beside_a_name(written, _languages_of(words, column))
        fits.append(_best(keys, " ".join(without_places(words, beside))))
    bare = BRACKETED.sub(" ", _NUMBERING.sub("", header))
    others = _contained_names(DUTIES if column == JOB_TITLE else JOB_TITLE)
    cut = abbreviated(bare, _contained_names(column), others)
    fits += [_best(keys, " ".join(name)) for name in cut]
    heading = _best(keys, HEADINGS.split(header)[0])
    if heading is not None and heading < Match.GENERIC:  # "Work: shifts" is not about the job
        fits.append(heading)
    found = min(filter(None, fits), default=None)
    if found is not None:
        is_of_both = column == JOB_TITLE and _names_duties(header)
        return (Match.CONTAINED, 2) if is_of_both else (found, 1)
    if not asks_something_else(header):
        return _match_of_question(words, column)
    return (Match.CONTAINED, 3) if _asks_for_another_name(words, column) else None


def _names_duties(header: str) -> bool:
    """Whether a part of a header is a name of duties: "Tasks/Work", "Job[tasks]", "Job: tasks"."""
    before, _, _ = header.rpartition("/")  # where paths have the name of a group
    if contained(plain_words(before), _contained_names(DUTIES)):
        return True
    titles, duties = _usual_keys(JOB_TITLE), _usual_keys(DUTIES)
    return any(_best(duties, part) and not _best(titles, part) for part in last_parts(header))


@lru_cache(maxsize=_MAX_KEPT)
def names_another(header: str, column: str) -> bool:
    """Return whether a header is a name of our column but for words that say something else.

    Such are "second job" and "occupation of the mother"; a question is none, nor is a usual name.
    """
    written = words_that_tell(without_examples(plain_header(header)))
    rest = without_places(tuple(map(plain_letters, written)), places_about_else(written, column))
    last = words_that_tell(header.rpartition("/")[2]) if "/" in header else written  # of a path
    n_words = len(last) - len(places_of_time_ago(last))
    if not rest or len(rest) == len(written) or n_words > MAX_NAME_WORDS:
        return False
    keys, names = _usual_keys(column), _contained_names(column)
    is_usual = _best(keys, _NUMBERING.sub("", header))
    return not is_usual and bool(_best(keys, " ".join(rest)) or contained(rest, names))


@lru_cache(maxsize=_MAX_KEPT)
def names_another_below(group: str, header: str, column: str) -> bool:
    """Return whether a header is a name of our column, and the name of its group says of whom else.

    Such is "Job title" below "About your father".
    """
    if match(header, column) is None:
        return False
    written = words_that_tell(without_examples(plain_header(f"{group} {header}")))
    return bool(places_about_else(written, column))


def places_about_else(
    written: Sequence[str], column: str, beside: Collection[int] = ()
) -> set[int]:
    """Return which words of a header are about something else; ``beside`` are further names."""
    words = tuple(map(plain_letters, written))
    names = places_of_names(words, _contained_names(column)).union(beside)
    return places_of_else(written, _languages_of(words, column), names, column == DUTIES)


def words_that_tell(header: str) -> tuple[str, ...]:
    """Return the words of a header without those of a path and of the period that it asks for."""
    unnamed = BRACKETED.sub(_without_a_name, _NUMBERING.sub("", header))
    written = words_of(_ORDINAL.sub(" 2nd ", unnamed))
    while written and written[0] in PATH_WORDS:
        written = written[1:]
    return without_periods(written)


def _without_a_name(bracketed: re.Match[str]) -> str:
    """Return nothing for the place of a person's name, such as "[NAME]"; else the text as it is."""
    return " " if plain_words(bracketed[0]) in phrases(_PERSON) else bracketed[0]


def _languages_of(words: Sequence[str], column: str) -> frozenset[str]:
    """Return the languages of the names that ``words`` contain; all of them where there is none."""
    names = _contained_names(column)
    languages = frozenset().union(*(names[name] for name in contained(words, names)))
    return languages or frozenset(name_table()[ELSE])


def _asks_for_another_name(words: Sequence[str], column: str) -> bool:
    """Whether a question asks for a second name of the job: "Has this job a special name?"."""
    if column != JOB_TITLE or not contained(words, phrases(_OTHER_NAME)):
        return False
    return bool(contained(words, _contained_names(column)))


def _match_of_question(words: Sequence[str], column: str) -> tuple[Match, int] | None:
    is_description = asks_to_describe(words)
    if is_description:
        words = without_manner(words)
    names = _contained_names(column)
    before = named_languages(WHERE) if column == JOB_TITLE else {}
    if contained_subjects(words, names, before):
        is_about_duties = is_description or bool(contained(words, _contained_names(DUTIES)))
        asks_for_it = column == DUTIES or not is_about_duties
        return Match.CONTAINED, 1 if asks_for_it else 2
    if column != DUTIES or not is_description:
        return None
    # "Please describe this occupation", "Describe your work"
    is_described = bool(contained(words, _contained_names(JOB_TITLE))) or is_about_work(words)
    return (Match.CONTAINED, 2) if is_described else None


def _best(keys: Mapping[str, Match], header: str) -> Match | None:
    return min((keys[key] for key in keys_of(header) if key in keys), default=None)
