"""The usual header names of our columns, and how a header is compared with them.

``header_names.yaml`` has the names in 33 languages. A header and a name are the same if their
letters are: case, accents, spaces, punctuation and camelCase do not matter ("jobTitle" and
"JOB-TITLE", "Taetigkeit" and "Tätigkeit"). A header may have a path before it ("group/job_title"),
a number of a question ("Q5. Job title"), or something in brackets behind it ("Job title (main)").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from core.file_io import read_yaml

_MAX_NAME_CHARS = 500  # of a longer question the start tells
_TABLE_PATH = Path(__file__).with_name("header_names.yaml")
_ELSE = "about_something_else"

# Letters that no decomposition takes apart, and the digraphs that some languages write for others.
_PLAIN = str.maketrans("łđøæœıħðþŀ", "ldoaoihdtl")
_DIGRAPHS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BRACKETED = re.compile(r"[(\[{<][^()\[\]{}<>]*[)\]}>]")
_QUESTION_CODE = re.compile(r"^[A-Za-z]{0,4}\d+[A-Za-z0-9]{0,6}(?:_TEXT)?\s*[.:)\-–_ ]+\s*(?=\w)")
_SUFFIX = re.compile(r"(?:[_.\s-]+(?:text|txt|verbatim|open|raw|str|string))+$", re.IGNORECASE)
# What survey programs write before a name: the kind of a part of the questionnaire.
_PATH_WORDS = frozenset({"group", "grp", "data", "section", "block", "form", "page", "survey"})
_SEGMENTS = re.compile(r"[/:.>|]| - ")


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


_LEVELS = {"exact": Match.EXACT, "specific": Match.SPECIFIC, "generic": Match.GENERIC}


def words_of(header: str) -> tuple[str, ...]:
    """Return the words of a header in lower case, at camelCase and punctuation apart."""
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", header))
    return tuple("".join(_letters(spaced)).casefold().split())


def _letters(text: str) -> Iterator[str]:
    for letter in text:
        if letter.isalnum() or unicodedata.combining(letter):
            yield letter
        elif letter not in "'’`":
            yield " "


@lru_cache(maxsize=8192)
def _keys_of(header: str) -> frozenset[str]:
    joined = "".join(words_of(header))
    digraphs = "".join(_DIGRAPHS.get(letter, letter) for letter in joined)
    return frozenset({joined, _stripped(joined), _stripped(digraphs)} - {""})


def _stripped(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.translate(_PLAIN))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def keys_of(header: str) -> frozenset[str]:
    """Return the forms under which a header is compared: two are the same if they share one."""
    return _keys_of(header[:_MAX_NAME_CHARS])


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = read_yaml(_TABLE_PATH)
    return table


def usual_names(column: str, language: str | None = None) -> list[str]:
    """Return the usual header names of one of our columns, in one language or in all of them."""
    return [
        name
        for names in _table().get(column, {}).values()
        for code, listed in names.items()
        if language in (None, code)
        for name in listed
    ]


def has_usual_names(column: str) -> bool:
    """Return whether the table has names of this column."""
    return column in _table() and column != _ELSE


@cache
def _usual_keys(column: str) -> Mapping[str, Match]:
    keys: dict[str, Match] = {}
    for level, names in _table()[column].items():
        for listed in names.values():
            for name in listed:
                for key in keys_of(name):
                    keys.setdefault(key, _LEVELS[level])
    for key in keys_of(column):
        keys[key] = Match.OURS
    return keys


@cache
def _contained_names(column: str) -> frozenset[tuple[str, ...]]:
    names = [
        name
        for level in ("exact", "specific")
        for listed in _table()[column].get(level, {}).values()
        for name in listed
    ]
    return frozenset(tuple(map(_stripped, words_of(name))) for name in [column, *names])


@cache
def _words_of_else() -> frozenset[str]:
    words = (word for listed in _table()[_ELSE].values() for word in listed)
    return frozenset(_stripped(part) for word in words for part in words_of(word))


def match(header: str, column: str) -> tuple[Match, int] | None:
    """Return how well a header fits one of our columns, and how much of it was left aside.

    0: the header is the name; 1: something before or after the name was left aside. None where it
    does not fit.
    """
    keys = _usual_keys(column)
    header = header[:_MAX_NAME_CHARS]
    if found := _best(keys, header):
        return found, 0
    words = tuple(map(_stripped, words_of(header)))
    while words and words[0] in _PATH_WORDS:
        words = words[1:]
    if not _words_of_else().isdisjoint([*words, *(word.rstrip("0123456789") for word in words)]):
        return None
    parts = (" ".join(words), *_parts(header))
    found = min(filter(None, (_best(keys, part) for part in parts)), default=None)
    if found is not None:
        return found, 1
    return (Match.CONTAINED, 1) if _contains(words, _contained_names(column)) else None


def _best(keys: Mapping[str, Match], header: str) -> Match | None:
    return min((keys[key] for key in keys_of(header) if key in keys), default=None)


def _parts(header: str) -> Iterator[str]:
    """Yield the header without a path, a question's code, brackets, or a word such as "text"."""
    first, _, _ = header.partition("::")
    for text in (first, _SEGMENTS.split(first)[-1], _SEGMENTS.split(first)[0]):
        for short in (text, _BRACKETED.sub(" ", text)):
            yield short
            bare = _QUESTION_CODE.sub("", short.strip())
            yield bare
            yield _SUFFIX.sub("", bare)
            yield bare.rstrip("0123456789_ ")


def _contains(words: Sequence[str], names: frozenset[tuple[str, ...]]) -> bool:
    longest = max(map(len, names))
    return any(
        tuple(words[start : start + n]) in names
        for start in range(len(words))
        for n in range(1, min(longest, len(words) - start) + 1)
    )
