"""The script of a letter: Latin, Greek, Cyrillic, …, and the question marks of the scripts."""

from __future__ import annotations

import re
import unicodedata

_QUESTION_MARKS = ("?", "\uff1f", "\u061f", "\u037e")  # also those of Chinese, Arabic and Greek
_GREEK_KEY, _GREEK = ";", re.compile("[\u0370-\u03ff]")  # keyboards have no mark of their own


def script_of(letter: str) -> str:
    """Return the script of a letter as Unicode names it: LATIN, GREEK, CYRILLIC, …"""
    return unicodedata.name(letter, "").partition(" ")[0]


def ends_as_question(text: str, beside: str = "") -> bool:
    """Return whether ``text`` ends with a question mark: ";", too, with Greek in or beside it."""
    is_greek = text.endswith(_GREEK_KEY) and _GREEK.search(text + beside) is not None
    return is_greek or text.endswith(_QUESTION_MARKS)
