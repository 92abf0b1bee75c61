"""Find the columns that are named like job titles, and are about another job, person or time."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache

from core.columns.header_names import (
    Match,
    column_key,
    keys_of,
    keys_of_any,
    match,
    names_another,
    names_another_below,
)
from core.columns.header_parts import name_parts
from core.columns.header_words import phrases
from core.columns.questions.reference_periods import goes_with_title, is_period_alone
from core.columns.second_jobs import asks_for_another_job
from core.columns.value_kinds import kind_of_values
from core.languages.message import Message
from core.own_tables.output_contract import OUTPUT_COLUMNS
from core.settings_file.text_columns import DUTIES, JOB_TITLE

_NUMBER_BEFORE = re.compile(r"\s*(\d+)\.\s*(?=[^\W\d])")
_NUMBER_BEHIND = re.compile(r"(?:[(\[][^)\]]*?)?(?<!\d)([1-9])\W*$")

Headers = Sequence[Sequence[str]]
"""The header, then further rows of names for the same columns."""


def is_of_another(headers: Headers, position: int, column: str) -> bool:
    """Return whether a name of a column, or that of its group, says that it is about another job.

    One row of names may say what the other does not: "Second job" above "Title 2".
    """
    names = [row[position] for row in headers]
    if any(names_another(name, column) for name in names):
        return True
    is_counted = column == JOB_TITLE and _NUMBER_BEFORE.match(headers[0][position])
    if is_counted and _counts_jobs(headers[0]):
        return True
    if column == JOB_TITLE and any(map(is_name_of_another_job, names)):
        return True
    group = _group(headers, position)
    return bool(group) and any(names_another_below(group, name, column) for name in names[1:])


def is_about_another_job(headers: Headers, position: int) -> bool:
    """Return whether a column is named like job titles of something else, or asks for them."""
    return is_of_another(headers, position, JOB_TITLE) or any(
        asks_for_another_job(row[position]) for row in headers
    )


def _counts_jobs(header: Sequence[str]) -> bool:
    """Whether the numbers of names count jobs, and no questions: "Tätigkeit", and "2. Beruf".

    They begin with 2, no other name has a number, and one of the job has none.
    """
    fits = [(_NUMBER_BEFORE.match(name), match(name, JOB_TITLE)) for name in header]
    jobs = [number for number, fit in fits if fit and fit[0] < Match.CONTAINED]
    numbers = [int(number[1]) for number, _ in fits if number]
    are_counted = numbers == list(range(2, 2 + len(numbers)))
    return are_counted and len(jobs) > len(numbers) == sum(map(bool, jobs))


@lru_cache(maxsize=4096)
def is_name_of_another_job(header: str) -> bool:
    """Return whether a header names another job in its own name: "Nebenberuf"."""
    return any(keys_of(part) & _keys_of_another_job() for part in name_parts(header))


@cache
def _keys_of_another_job() -> frozenset[str]:
    return keys_of_any(map(" ".join, phrases("name_of_another_job")))


def spoken_name(headers: Headers, position: int) -> str:
    """Return the name of a column; where the header has none, its group and the name below it."""
    header, *further = headers
    if name := header[position].strip():
        return name
    below = next(filter(None, (row[position].strip() for row in further)), "")
    group = _group(headers, position)
    return f"{group}: {below}" if group and below else below


def _group(headers: Headers, position: int) -> str:
    """Return the name that columns share: the header has it above the first alone, or above all.

    So SurveyMonkey and pandas write a name with several parts. A name of one column is no group.
    """
    header, *further = headers

    def is_part(place: int) -> bool:
        is_named = header[place].strip() and header[place] not in header[max(place - 1, 0) : place]
        return not is_named and any(row[place].strip() for row in further)

    first = position
    while first > 0 and is_part(first):
        first -= 1
    is_group = first < position or (first + 1 < len(header) and is_part(first + 1))
    return header[first].strip() if is_group else ""


def next_period(headers: Headers, sample: Sequence[Sequence[str]], title: int) -> list[str]:
    """Return the name of the column behind the titles that goes on with another period, if any.

    "And in the last 12 months?" does not say what is asked: the column before it does.
    """
    position = title + 1
    if position >= len(headers[0]):
        return []
    name = spoken_name(headers, position)
    holds_titles = kind_of_values(row[position] for row in sample if position < len(row)) is None
    return [name] if is_period_alone(name) and holds_titles else []


def duties_of_others(
    headers: Headers,
    title: int,
    set_titles: Iterable[str],
    other_titles: Sequence[str],
    duties: Sequence[int],
) -> tuple[set[int], list[str]]:
    """Return which columns of duties are not those of the titles that are read, and a note of them.

    Where ``set_titles`` of the settings name the titles of a second job, and ``other_titles`` of
    the main one are there, ``duties`` are taken for those of the main job, but for one with the
    same number.
    """
    name = spoken_name(headers, title)
    keys = keys_of_any(set_titles)
    is_beside_main = bool(other_titles) and any(keys & keys_of(row[title]) for row in headers)
    is_numbered = is_beside_main and _is_numbered(name, other_titles)
    if not is_numbered and not (is_beside_main and is_about_another_job(headers, title)):
        return {n for n in duties if not goes_with_title(spoken_name(headers, n), name)}, []
    if is_numbered:
        own = {n for n in duties if _number_of(spoken_name(headers, n)) == _number_of(name)}
        if own:
            return set(duties) - own, []
    notes: list[str] = [
        Message(
            "the duties in {duties!r} were not read, since {title!r} is about another job: name "
            "the column of its duties in data.columns.duties_description in the settings",
            duties=spoken_name(headers, n),
            title=name,
        )
        for n in duties[:1]
    ]
    return set(duties), notes


def _number_of(name: str) -> str:
    """Return the number at the end of a name: "2" of "zawod2" and "Job title (2)"."""
    found = _NUMBER_BEHIND.search(name)
    return found[1] if found else ""


def _is_numbered(name: str, others: Iterable[str]) -> bool:
    """Whether a name is that of a further job: but for its number it is another one's name."""
    bare, *others = (_NUMBER_BEHIND.sub("", one) for one in (name, *others))
    return _number_of(name) > "1" and not keys_of(bare).isdisjoint(keys_of_any(others))


def _is_of_duties(name: str) -> bool:
    is_of_job = names_another(name, JOB_TITLE) or is_name_of_another_job(name)
    return names_another(name, DUTIES) and not is_of_job


def titles_of_other_jobs(
    headers: Headers, sample: Sequence[Sequence[str]], taken: Collection[int]
) -> list[str]:
    """Return a note of the columns that are named like job titles of something else.

    So are questions that ask for them. Those whose values are no titles are left out ("occupation
    code"), those of a result, and the duties of such a job.
    """
    names = [
        spoken_name(headers, position)
        for position, name in enumerate(headers[0])
        if position not in taken
        and column_key(name) not in OUTPUT_COLUMNS
        and is_about_another_job(headers, position)
        and not _is_of_duties(name)
        and kind_of_values(row[position] for row in sample if position < len(row)) is None
    ]
    if not names:
        return []
    return [
        Message(
            "not read as job titles, since their names say something else: {names}",
            names=", ".join(map(repr, names)),
        )
    ]
