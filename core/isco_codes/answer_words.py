"""What people write instead of a code, in their language: "not codable", "withdraw", and "yes".

The words are in ``answer_words.yaml``. They count as a whole, in a file of any language.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path

from core.file_io import read_yaml

_TABLE_PATH = Path(__file__).with_name("answer_words.yaml")
_SPACES = re.compile(r"[\s_-]+")


class AnswerWord(StrEnum):
    """What an answer in words means; the values are the keys of the table."""

    NOT_CODABLE = "not_codable"
    """No code fits the text."""
    WITHDRAW = "withdraw"
    """The answers about the text are taken back."""
    YES = "yes"
    """The answer settles a conflict."""


def means(written: str, meaning: AnswerWord) -> bool:
    """Return whether a cell means this, in any language."""
    return _key(written) in _keys(meaning)


@cache
def _keys(meaning: AnswerWord) -> frozenset[str]:
    languages = read_yaml(_TABLE_PATH).values()
    return frozenset(_key(text) for words in languages for text in words.get(meaning, ()))


def _key(text: str) -> str:
    folded = unicodedata.normalize("NFC", text).casefold()
    return _SPACES.sub("", folded.strip().rstrip(".!"))
