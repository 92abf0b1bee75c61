"""Tell the marks that people and programs write where there is no code: 9999, -9, X, NA."""

from __future__ import annotations

import re

from core.isco_codes.answer_words import AnswerWord, means
from core.non_answers.missing_values import is_missing_value
from core.taxonomy import MAJOR, isco08

_PEOPLES_WORDS = frozenset(
    {"n.a.", "n.a", "nd", "n/d", "s/o", "ka", "k.a", "k.a.", "k a", "nil", "missing", "unknown"}
    | {"blank", "empty"}
)
_MISSING_NUMBER = re.compile(r"-\d+|0+|9+|9*[678]|([678])\1{3,}")
_DASHED = re.compile(r"[-‐‑–—]+\s*(\d{3,4})")


def is_missing(text: str, number: str) -> bool:
    """Return whether a field says that there is no code; ``number`` is it without decimals."""
    word = text.casefold().strip("<>#")
    if is_missing_value(text) or word in _PEOPLES_WORDS or means(text, AnswerWord.MISSING):
        return True
    if text.startswith("#") or re.fullmatch(r"x+", word):
        return True  # an error of a spreadsheet in any language
    if dashed_code(number) is not None:
        return False
    is_number = _MISSING_NUMBER.fullmatch(number) is not None
    return is_number and ((len(number) == MAJOR and number in "09") or number not in isco08())


def dashed_code(number: str) -> str | None:
    """Return the code of 3 or 4 digits behind a dash, None where there is none.

    Negative numbers that stand for a missing code, such as -9 and -999, are no codes.
    """
    match = _DASHED.fullmatch(number)
    return match[1] if match is not None and match[1] in isco08() else None
