"""Read ``conjunctions.yaml``: the words for "and", "or", "to" and "then" by language.

They stand between occupations, words of adverts, numbers and codes, in texts of any language: the
words of all languages are looked for together.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.files.compiled_table import read_yaml
from core.letters.word_pattern import any_of

_TABLE_PATH = Path(__file__).with_name("conjunctions.yaml")


def any_sure_conjunction() -> str:
    """Return a pattern of any word for "and" or "or" that is no other word in any language."""
    return any_of(_words("sure"))


def any_word_between() -> str:
    """Return a pattern of any word between two occupations."""
    return any_of(_words("sure") | _words("then"))


def conjunctions() -> frozenset[str]:
    """Return the words for "and" and "or", also those that are other words elsewhere."""
    return _words("sure") | _words("ambiguous")


def words_for_to() -> frozenset[str]:
    """Return the words for "to" between two numbers."""
    return _words("to")


def any_word_for_to() -> str:
    """Return a pattern of any such word."""
    return any_of(words_for_to())


def any_word_between_numbers() -> str:
    """Return a pattern of any word for "and", "or" or "to"."""
    return any_of(conjunctions() | words_for_to())


def _words(kind: str) -> frozenset[str]:
    return frozenset(word for language in _table().values() for word in language.get(kind, ()))


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return read_yaml(_TABLE_PATH)
