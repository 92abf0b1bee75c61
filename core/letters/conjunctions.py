"""Read ``conjunctions.yaml``, the words for "and", "or" and "then" by language."""

from __future__ import annotations

from pathlib import Path

from core.file_io import read_yaml
from core.letters.word_pattern import any_of

_TABLE_PATH = Path(__file__).with_name("conjunctions.yaml")


def any_conjunction() -> str:
    """Return a pattern of any word for "and" or "or", of any language."""
    return any_of(_words("and_or"))


def any_word_between() -> str:
    """Return a pattern of any word between two occupations, of any language."""
    return any_of(_words("and_or") | _words("then"))


def _words(kind: str) -> set[str]:
    return {word for words in read_yaml(_TABLE_PATH)[kind].values() for word in words}
