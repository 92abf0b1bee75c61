"""What people write instead of a code and beside one, in their language: "not codable", "unsure".

The words are in ``answer_words.yaml``. Those of all languages are looked for together.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path

from core.files.compiled_table import read_yaml
from core.letters.accents import plain_letters
from core.letters.word_pattern import any_of

_TABLE_PATH = Path(__file__).with_name("answer_words.yaml")
_GAP, _GAP_PATTERN = re.escape(" … "), r" (?:\w+ ){0,3}"
_APOSTROPHE, _ANY_APOSTROPHE = "'", "['’]"
_SPACES = re.compile(r"[\s_-]+")


class AnswerWord(StrEnum):
    """What an answer in words means; the values are the keys of the table."""

    NOT_CODABLE = "not_codable"
    """No code fits the text."""
    MISSING = "missing"
    """Nobody gave a code."""
    WITHDRAW = "withdraw"
    """The answers about the text are taken back."""
    YES = "yes"
    """The answer settles a conflict."""
    AGREES = "agrees"
    """Somebody agrees with a code, and does not say with which."""
    DENIES = "denies"
    """The code beside it is not the answer."""
    ABOUT = "about"
    """The code beside it is not exact."""
    DOUBTS = "doubts"
    """Who wrote the code is not sure of it."""
    SEE = "see"
    """The digits behind it say where to look."""
    PLACE = "place"
    """The digits behind it are those of a row or the like."""


def means(written: str, meaning: AnswerWord) -> bool:
    """Return whether a cell means this, in any language."""
    return _key(written) in _keys(meaning)


def plain_answer(written: str) -> str:
    """Return a cell in lower case without accents: capitals often have none, in Greek above all."""
    return plain_letters(unicodedata.normalize("NFC", written).casefold())


def any_answer_word(meaning: AnswerWord) -> str:
    """Return a pattern of any such words in a plain answer, with any others for "…"."""
    pattern = any_of(map(plain_answer, _texts(meaning)))
    return pattern.replace(_GAP, _GAP_PATTERN).replace(_APOSTROPHE, _ANY_APOSTROPHE)


@cache
def _keys(meaning: AnswerWord) -> frozenset[str]:
    return frozenset(map(_key, _texts(meaning)))


def _texts(meaning: AnswerWord) -> set[str]:
    languages = read_yaml(_TABLE_PATH).values()
    return {text for words in languages for text in words.get(meaning, ())}


def _key(text: str) -> str:
    return _SPACES.sub("", plain_answer(text).strip().rstrip(".!"))
