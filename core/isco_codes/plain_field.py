"""Take the marks off a field that may hold a code: quotes, brackets, digits of other scripts."""

from __future__ import annotations

import re
import unicodedata

_MAX_WRAPS = 2  # "'" before ="7212"
_UNWRAPPED = (
    re.compile(r"""=\s*"([^"]*)\""""),
    re.compile(r'"([^"]*)"'),
    re.compile(r"'([^']*)'?"),
    re.compile(r"\(([^()]*)\)"),
    re.compile(r"\[([^\[\]]*)\]"),
    re.compile(r"[#=]\s*(\d.*)"),
    re.compile(r"(\d{3,4})\s*[.,;:!]+"),
    re.compile(r"(\d{3,4})(?:[\s,;:/|&+-]+\1)+"),  # the same code twice
)
_PUNCTUATION = str.maketrans("،؛؟٫٬“”„‟«»", ",;?.," + 6 * '"')  # which NFKC leaves as it is


def plain_text(written: str) -> str:
    """Return the field with plain digits and spaces, without the marks around it."""
    text = " ".join(plain_characters(written).split())
    for _ in range(_MAX_WRAPS):
        for pattern in _UNWRAPPED:
            if (wrapped := pattern.fullmatch(text)) is not None:
                text = wrapped[1].strip()
    return text


def without_decimals(text: str) -> str:
    """Return the text without the decimals of a whole number: ``7212.0`` becomes ``7212``."""
    return re.sub(r"[.,]0+$", "", text)


def plain_characters(written: str) -> str:
    """Return a text with plain digits, signs and spaces for those of other scripts."""
    if written.isascii():
        return written
    characters = unicodedata.normalize("NFKC", written).replace("−", "-").translate(_PUNCTUATION)
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in characters
        if unicodedata.category(character) != "Cf"
    )
