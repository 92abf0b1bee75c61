"""The words of a header, and those that say that it is about something else.

``header_names.yaml`` has the words in 33 languages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from core.file_io import read_yaml
from core.letters.accents import plain_letters

ELSE = "about_something_else"
ENGLISH = "en"
_TABLE_PATH = Path(__file__).with_name("header_names.yaml")
_MAX_SHORT = (
    3  # so many letters may be another word in another language: Turkish "eş", Spanish "es"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class _Letters(dict[int, str]):
    """Code point → the letter, mark or digit, or a space for anything else; filled on demand."""

    def __missing__(self, code_point: int) -> str:
        letter = chr(code_point)
        self[code_point] = letter if letter.isalnum() or unicodedata.combining(letter) else " "
        return self[code_point]


_LETTERS = _Letters()


def words_of(header: str) -> tuple[str, ...]:
    """Return the words of a header in lower case, at camelCase and punctuation apart."""
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", header))
    # Turkish "İ" becomes "i" and a dot of its own.
    return tuple(spaced.translate(_LETTERS).casefold().replace("i\u0307", "i").split())


def plain_words(text: str) -> tuple[str, ...]:
    """Return the words of a header without accents."""
    return tuple(map(plain_letters, words_of(text)))


@cache
def name_table() -> dict[str, Any]:
    """Return the table of names and words."""
    table: dict[str, Any] = read_yaml(_TABLE_PATH)
    return table


def is_of_else(word: str, languages: frozenset[str]) -> bool:
    """Return whether a header with this word, in one of ``languages``, says something else."""
    return any(
        not languages.isdisjoint(_words_of_else().get(form, ()))
        for form in (word, word.rstrip("0123456789"))
    )


@cache
def _words_of_else() -> Mapping[str, frozenset[str]]:
    """Return the words of other questions, each with the languages for which it counts.

    An English word counts for all of them, and so does one of more than three letters. Each stands
    with its accents and without; with others it is another word (Swedish "år", and "är").
    """
    words: dict[str, frozenset[str]] = {}
    everywhere = frozenset(name_table()[ELSE])
    for language, listed in name_table()[ELSE].items():
        for word in (part for name in listed for part in words_of(name)):
            is_certain = language == ENGLISH or len(word) > _MAX_SHORT
            for form in (word, plain_letters(word)):
                languages = everywhere if is_certain else {language}
                words[form] = words.get(form, frozenset()) | languages
    return words
