"""Read ``conjunctions.yaml``, the words for "and" and "or" by language."""

from __future__ import annotations

from pathlib import Path

from core.file_io import read_yaml
from core.letters.word_pattern import any_of

_TABLE_PATH = Path(__file__).with_name("conjunctions.yaml")


def any_conjunction() -> str:
    """Return a pattern of any such word, of any language."""
    return any_of({word for words in read_yaml(_TABLE_PATH).values() for word in words})
