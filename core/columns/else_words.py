"""The words that say that a header is about something else than the job of the person who answers.

Another person, another time, another job, or a firm. ``header_names.yaml`` has them by language:
``stem*`` stands for all words that begin so, and several words count in this order alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from core.columns.contained_names import Words, follows
from core.columns.header_words import (
    MAX_NAME_WORDS,
    name_table,
    named_languages,
    words_of,
)
from core.columns.questions.reference_periods import places_of_time_ago
from core.isco_titles.group_titles import ENGLISH
from core.letters.accents import plain_digraphs, plain_letters
from core.letters.scripts import script_of

ELSE = "about_something_else"
WHERE = "says_where"
BESIDE_A_NAME = "says_that_it_is_the_job"
_IN_ITS_LANGUAGE = "about_something_else_in_its_language"
_ADDITIONAL = "additional_job"
_OTHER = "other_job"
_SPECIFY = "asks_to_specify"
_PERSON = "numbered_person"
_FIRM = "firm_or_household"

_MAX_SHORT = 3  # so many letters may be another word elsewhere: Turkish "eş", Spanish "es"
_MIN_STEM = 3
_STEM = "*"
_N_INDEXED = 2  # so many letters of a phrase's first word find it
_DIGITS = "0123456789"
_ORDINAL = re.compile(r"([0-9]{1,2})[^\W\d]{0,3}")
# These languages write "other" after the noun, so that it does not ask for another answer there.
_OTHER_AFTER_THE_NOUN = frozenset({"ar", "ga", "id", "mt"})

Languages = frozenset[str]


@dataclass(frozen=True, eq=False)
class _Vocabulary:
    """Words, stems and phrases, each with the languages for which it counts.

    The phrases stand by the first letters of their first words.
    """

    words: Mapping[str, Languages]
    stems: Mapping[str, Languages]
    phrases: Mapping[str, Sequence[tuple[Words, Languages]]]

    def has(self, word: str, languages: Languages) -> bool:
        """Return whether a word is one of these in one of ``languages``; digits may follow it."""
        return not languages.isdisjoint(_languages_with(self, word))

    def places(self, words: Sequence[str], languages: Languages) -> set[int]:
        """Return where ``words`` has these words and phrases."""
        places = {place for place, word in enumerate(words) if self.has(word, languages)}
        plain = list(map(plain_letters, words))
        for start, word in enumerate(plain):
            for phrase, known in self.phrases.get(word[:_N_INDEXED], ()):
                if not languages.isdisjoint(known) and _starts_with(plain[start:], phrase):
                    places.update(range(start, start + len(phrase)))
        return places


@lru_cache(maxsize=8192)  # wide files have a word in hundreds of names
def _languages_with(vocabulary: _Vocabulary, word: str) -> Languages:
    plain = plain_letters(word)
    forms = [word, word.rstrip(_DIGITS)]
    if word and script_of(word[0]) == "ARABIC":  # whose marks people leave out one by one
        forms.append(plain)
    known = [vocabulary.words.get(form) for form in forms]
    known += [vocabulary.stems.get(plain[:n]) for n in range(_MIN_STEM, len(plain) + 1)]
    return Languages().union(*filter(None, known))


def _starts_with(words: Sequence[str], phrase: Words) -> bool:
    return len(words) >= len(phrase) and all(
        word.startswith(part[:-1]) if part.endswith(_STEM) else word == part
        for word, part in zip(words, phrase, strict=False)
    )


@cache
def _vocabulary(key: str) -> _Vocabulary:
    """Return the words of one key.

    An English word counts for all languages. In the list of other subjects so does one of more than
    three letters. A word stands with its accents and without; with others it is another word
    (Swedish "år", and "är").
    """
    words: dict[str, Languages] = {}
    stems: dict[str, Languages] = {}
    phrases: dict[str, list[tuple[Words, Languages]]] = {}
    everywhere = Languages(name_table()[ELSE])
    is_for_all = key in (ELSE, _PERSON)
    for language, listed in name_table()[key].items():
        is_english = language == ENGLISH and key != _IN_ITS_LANGUAGE
        for written in listed:
            n_letters = sum(map(str.isalpha, written))
            is_certain = is_english or (is_for_all and n_letters > _MAX_SHORT)
            languages = everywhere if is_certain else Languages({language})
            for parts in _plain_parts(written):
                if len(parts) > 1:
                    phrases.setdefault(parts[0][:_N_INDEXED], []).append((parts, languages))
                elif written.endswith(_STEM):
                    _add(stems, parts[0][:-1], languages)
                else:
                    for form in {*words_of(written), parts[0]}:
                        _add(words, form, languages)
    return _Vocabulary(words, stems, phrases)


def _plain_parts(written: str) -> set[Words]:
    """Return the words of an entry in plain letters, also with "ae" for "ä"; "*" stays."""
    words = [(words_of(part), _STEM * part.endswith(_STEM)) for part in written.split()]
    return {
        tuple(" ".join(map(form, part)) + star for part, star in words)
        for form in (plain_letters, plain_digraphs)
    }


def _add(known: dict[str, Languages], key: str, languages: Languages) -> None:
    known[key] = known.get(key, Languages()) | languages


def places_of_else(
    words: Sequence[str], languages: Languages, names: Collection[int], is_for_duties: bool
) -> set[int]:
    """Return which of the words of a header say that it is about something else.

    Parameters
    ----------
    languages : those of the names in the header.
    names : where the names stand. In a longer question, a word such as "additional" or "other"
        counts only beside one: "Give additional information" is about the same job.
    is_for_duties : whether duties are looked for, which firms and households have as well.
    """
    places = _vocabulary(ELSE).places(words, languages)
    places |= _vocabulary(_IN_ITS_LANGUAGE).places(words, languages) | _numbered_persons(words)
    places |= places_of_time_ago(words)
    additional = _vocabulary(_ADDITIONAL).places(words, languages)
    if not _asks_for_another_answer(words, languages):
        additional |= _vocabulary(_OTHER).places(words, languages)
    is_short = len(words) <= MAX_NAME_WORDS
    places |= {n for n in additional if is_short or n - 1 in names or n + 1 in names}
    if is_for_duties:
        before = named_languages(WHERE)
        places |= {
            place
            for place in _vocabulary(_FIRM).places(words, languages)
            if not follows(words[:place], before, languages)
        }
    return places


def places_beside_a_name(words: Sequence[str], languages: Languages) -> set[int]:
    """Return where a header says that it is about the job that is asked for: "main", "current"."""
    return _vocabulary(BESIDE_A_NAME).places(words, languages)


def _places_in_any_language(words: Sequence[str], *keys: str) -> set[int]:
    languages = Languages(name_table()[ELSE])
    return {place for key in keys for place in _vocabulary(key).places(words, languages)}


def has_word_for_other(header: str) -> bool:
    """Return whether a header has a word such as "other", of whatever: "Occupation - Other"."""
    return bool(_places_in_any_language(words_of(header), _OTHER))


def is_only_another_answer(header: str) -> bool:
    """Return whether a header says nothing but that: "P10a. Other (please specify)"."""
    words = [word for word in words_of(header) if not any(map(str.isdecimal, word))]
    return bool(words) and len(_places_in_any_language(words, _OTHER, _SPECIFY)) == len(words)


def _asks_for_another_answer(words: Sequence[str], languages: Languages) -> bool:
    """Whether "other" is an answer, and not another job: "occupation, other", not the reverse."""
    if _vocabulary(_SPECIFY).places(words, languages):
        return True
    ends = [word for word in words if word not in ("text", "txt")][-1:]
    before_the_noun = languages - _OTHER_AFTER_THE_NOUN
    return any(_vocabulary(_OTHER).has(word, before_the_noun) for word in ends)


def _numbered_persons(words: Sequence[str]) -> set[int]:
    """Return where a person is numbered who is not the first: "Person 2", "member3", "2. osoba"."""
    everywhere = Languages(name_table()[ELSE])
    places = set()
    for place, word in enumerate(words):
        bare = word.rstrip(_DIGITS)
        if not _vocabulary(_PERSON).has(bare, everywhere):
            continue
        following = words[place + 1] if place + 1 < len(words) else ""
        number = word[len(bare) :] or (following if following.isdecimal() else "")
        if number and int(number) > 1:
            places |= {place, place + (number == following)}
        elif not number and (start := _start_of_ordinal(words[:place])) is not None:
            places |= set(range(start, place + 1))
    return places


def _start_of_ordinal(words: Sequence[str]) -> int | None:
    """Return where words start that end with an ordinal over 1: "2", "2e", "2 ro", "2 a".

    A number behind another one is a part of the number of a question: "P2_3 Person".
    """
    for start in range(len(words) - 1, max(len(words) - 3, 0), -1):
        if (found := _ORDINAL.fullmatch(words[start])) and int(found[1]) > 1:
            return None if words[start - 1][-1].isdecimal() else start
        if len(words[start]) > _MAX_SHORT:
            return None
    return None
