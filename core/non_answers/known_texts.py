"""Recognise input that is not an answer: "retired", "refused", "n/a", "99", "asdf".

``non_answers.csv`` has the texts of 28 languages by kind, and frequent ones of Filipino, Russian,
Swahili, Turkish and Ukrainian, ``repeats.csv`` and ``row_references.csv`` those that point to
another row; ``combinations.csv`` has patterns and the words to put into them ("{} student", "law");
``data.non_answers`` of the settings adds more. A text is a non-answer only as a whole: each of its
words must belong to a listed text, to a number, or to the words that may stand around one ("ich bin
seit 2010 Rentner"). So "retired nurse", "student counsellor" and "refuse collector" stay answers.
Upper and lower case, accents and punctuation do not matter.

``alone.csv`` has patterns and words that say nothing only where nothing else is written: places
("in a {}", "hospital"), and words of which occupations are made ("worker").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from itertools import chain

from core.adverts.advert_words import without_advert_words
from core.letters.accents import plain_letters
from core.non_answers.listed_texts import compared_forms, compared_texts
from core.non_answers.repeat_marks import REPEATS, names_another_row
from core.non_answers.written_values import is_written_value
from core.text import BETWEEN, UNKNOWN, clean

_AROUND = "around"  # the texts that may stand around a non-answer, and say nothing themselves
_MAX_WORDS = 16  # a longer text says something
_KEYBOARD_ROWS = (
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "qsdfghjklm",
    "zxcvbnm",
    "yxcvbnm",
    "wxcvbn",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "ςερτυθιοπ",
)
_MIN_KEYS_IN_ORDER = 4
_REPEATED = re.compile(r"(?P<part>.{1,4}?)(?P=part)+.?.?")
_HOME_ROW = re.compile(r"[sdfghjkl]{5,}")  # the middle row without its vowel
_TEST = re.compile(r"test(ing)?\d+")
# "1. refused", "b) retired", but not "E-5", a grade of the armed forces.
_LIST_NUMBER = re.compile(r"(?:\d{1,2}|[a-hα-ηа-з]) (?=[^\W\d]{3})")


class NonAnswerKind(StrEnum):
    """What a text without an occupation says."""

    NOT_STATED = "not_stated"
    """Nothing: refused, not known, a missing code, random keys."""
    STATUS = "status"
    """How the person works, and not what the work is: "self employed", "trainee", "part-time"."""
    NOT_WORKING = "not_working"
    """That the person has no work: retired, student, unemployed, at home, ill."""


class _Texts:
    """The texts of one language, which may stand one after another.

    ``kinds`` maps a text to its kind, or to None where it may only stand around a non-answer.
    """

    def __init__(self, kinds: Mapping[str, NonAnswerKind | None]) -> None:
        self.kinds = dict(kinds)
        self.words = {word for text in kinds for word in text.split()}
        self._max_words = max((text.count(" ") + 1 for text in kinds), default=0)

    def kind(self, words: Sequence[str]) -> NonAnswerKind | None:
        """Return the kind of ``words`` where they are texts and numbers one after another.

        ``ranks[n]`` is the rank of the first n words: -1 where they only stand around a non-answer,
        None where they are something else.
        """
        ranks: list[int | None] = [-1]
        for end in range(1, len(words) + 1):
            best: int | None = None
            for start in range(max(0, end - self._max_words), end):
                before = ranks[start]
                text = " ".join(words[start:end])
                if before is None or not (text in self.kinds or text.isdecimal()):
                    continue
                best = max(before, _rank(self.kinds.get(text)), -1 if best is None else best)
            ranks.append(best)
        rank = ranks[-1]
        return None if rank is None or rank < 0 else _RANKED[rank]


class NonAnswers:
    """The texts that are no answers, each with its kind."""

    def __init__(
        self, languages: Iterable[_Texts], alone: Mapping[str, NonAnswerKind] | None = None
    ) -> None:
        self._languages = list(languages)
        self._alone = dict(alone or {})
        self._kinds: dict[str, NonAnswerKind] = {}
        # Each word with the languages that have it, a bit for each.
        self._bits: dict[str, int] = {}
        for number, language in enumerate(self._languages):
            self._kinds.update({text: kind for text, kind in language.kinds.items() if kind})
            for word in language.words:
                self._bits[word] = self._bits.get(word, 0) | 1 << number

    def extended(self, texts: Mapping[NonAnswerKind, Iterable[str]]) -> NonAnswers:
        """Return these and ``texts``, whose kind counts where a text has two.

        A title without advert words ("full-time post") is one of them, too: so are titles compared.
        """
        kinds = {
            key: kind
            for kind, listed in texts.items()
            for text in listed
            for key in compared_forms([text, without_advert_words(clean(text))])
        }
        return NonAnswers([*self._languages, _Texts(kinds)], self._alone) if kinds else self

    @cached_property
    def version(self) -> str:
        """A hash of the texts and their kinds (8 hexadecimal digits)."""
        shown = {kind: repr(kind) for kind in (*NonAnswerKind, None)}
        tables: list[Mapping[str, NonAnswerKind | None]] = [
            *(language.kinds for language in self._languages),
            self._alone,
        ]
        lists = [
            ", ".join(sorted(f"({text!r}, {shown[kind]})" for text, kind in table.items()))
            for table in tables
        ]
        listed = ", ".join(f"[{texts}]" for texts in lists)
        return sha256(f"[{listed}]".encode()).hexdigest()[:8]

    def find(self, text: str, has_more: bool = False) -> NonAnswerKind | None:
        """Return the kind of a joined text (``core.text.join``), or None for an answer.

        Title and duties must both say nothing: "retired | taught maths" is an answer, although
        ``UnheldJobs`` knows that it names a job of the past. So is "employee | in an office", of
        which either part says nothing alone; ``has_more`` if more is written elsewhere. An empty
        text has no kind.
        """
        parts = [part for part in text.split(BETWEEN) if part != UNKNOWN]
        is_alone = len(parts) == 1 and not has_more
        kinds = [self._kind_of_part(part, is_alone) for part in parts]
        if len(parts) > 1 and not has_more:
            # "hospital" stands alone beside "refused", too.
            stated = [n for n, kind in enumerate(kinds) if kind is not NonAnswerKind.NOT_STATED]
            if len(stated) == 1:
                kinds[stated[0]] = self._kind_of_part(parts[stated[0]], is_alone=True)
        return None if None in kinds else max(kinds, key=_rank, default=None)

    def _kind_of_part(self, part: str, is_alone: bool) -> NonAnswerKind | None:
        """Return the kind of a cleaned title, or of cleaned duties, numbered in a list or not."""
        kind = self._kind(part, is_alone)
        if kind is None and (number := _LIST_NUMBER.match(part)):
            kind = self._kind(part[number.end() :], is_alone)
        return kind

    def _kind(self, part: str, is_alone: bool) -> NonAnswerKind | None:
        """Return the kind of a cleaned title, or of cleaned duties."""
        text = plain_letters(part)
        kind = self._kinds.get(text) or (self._alone.get(text) if is_alone else None)
        if kind is not None:
            return kind
        if not any(map(str.isalpha, text)) or is_written_value(text) or _is_random(text):
            return NonAnswerKind.NOT_STATED
        if names_another_row(text):
            return NonAnswerKind.NOT_STATED
        words = text.split()
        if len(words) > _MAX_WORDS:
            return None
        languages = -1
        for word in words:
            if not word.isdecimal():
                languages &= self._bits.get(word, 0)
                if not languages:
                    return None
        kinds = [
            language.kind(words)
            for number, language in enumerate(self._languages)
            if languages >> number & 1
        ]
        return max(filter(None, kinds), key=_rank, default=None)


_RANKED = tuple(NonAnswerKind)
"""The kinds; of a text that has several, the last one counts."""


def _rank(kind: NonAnswerKind | None) -> int:
    return -1 if kind is None else _RANKED.index(kind)


@cache
def built_in_non_answers() -> NonAnswers:
    """Return the non-answers of the tables."""
    languages: dict[str, dict[str, NonAnswerKind | None]] = {}
    tables = map(compared_texts, ("non_answers.csv", "combinations.csv", *REPEATS))
    for language, kind_name, keys in chain.from_iterable(tables):
        kind = None if kind_name == _AROUND else NonAnswerKind(kind_name)
        kinds = languages.setdefault(language, {})
        for key in keys:
            kinds.setdefault(key, kind)
    alone: dict[str, NonAnswerKind] = {}
    for _, kind_name, keys in compared_texts("alone.csv"):
        alone |= dict.fromkeys(keys, NonAnswerKind(kind_name))
    return NonAnswers(map(_Texts, languages.values()), alone)


def _is_random(text: str) -> bool:
    """Return whether ``text`` was typed without meaning: "x", "xxx", "asdf", "test1"."""
    if len(set(text) - {" "}) == 1:
        return text[0].upper() != text[0]  # a single sign of a script without case may be a word
    if " " in text:
        return all(len(word) > 1 and _is_random(word) for word in text.split())
    return _is_random_word(text)


@lru_cache(maxsize=65_536)  # texts are many, words are few
def _is_random_word(word: str) -> bool:
    if _HOME_ROW.fullmatch(word) or _TEST.fullmatch(word):
        return True
    repeated = _REPEATED.fullmatch(word)
    part = repeated["part"] if repeated else word
    n_keys = _MIN_KEYS_IN_ORDER if repeated is None else _MIN_KEYS_IN_ORDER - 1
    return len(part) >= n_keys and any(part in row or part[::-1] in row for row in _KEYBOARD_ROWS)
