"""Find a second code, of which the last digits may stand alone: ``7212-13``, ``7212 or 13``."""

from __future__ import annotations

import re
from functools import cache

from core.letters.conjunctions import any_word_between_numbers
from core.taxonomy import MINOR, isco08

CODES_WITHIN = re.compile(r"(?<!\d)\d{3,4}(?!\d)")
"""Numbers of three or four digits in a text."""
_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")


def unit_group_within(text: str) -> str:
    """Return the first code of a unit group in a text; empty where there is none."""
    return next((code for code in _FOUR_DIGITS.findall(text) if code in isco08()), "")


def second_code(first: str, rest: str) -> str | None:
    """Return the second code after the first one, of which the last digits may stand alone.

    After a hyphen the digits may also be those of a national code under the first: they are a
    second code where this makes a range, from the lower code to the higher one.
    """
    match = _second_code().match(rest)
    if match is None or first not in isco08():
        return None
    digits = match["digits"]
    if match["hyphen"] is None and len(digits) == MINOR < len(first) and digits in isco08():
        return digits  # "4131 or 413": not the end of 4413
    code = first[: -len(digits)] + digits
    is_code = len(digits) < len(first) and code != first and code in isco08()
    return code if is_code and (code > first or match["hyphen"] is None) else None


def has_another_code(words: str, code: str) -> bool:
    """Return whether the words behind a code have another one, or are a number: "or 5154"."""
    if _further_number().fullmatch(words) is not None:
        return True
    codes = CODES_WITHIN.findall(words)
    return any(other in isco08() and other != code for other in codes)


@cache
def _further_number() -> re.Pattern[str]:
    return re.compile(rf"{any_word_between_numbers()}\.?\s*\d{{3,4}}", re.IGNORECASE)


@cache
def _second_code() -> re.Pattern[str]:
    return re.compile(
        r"(?:\s*(?:(?P<hyphen>[-‐‑–—])|[/+&;]|,\s)\s*"
        rf"|\s*\b{any_word_between_numbers()}\b\.?\s*)(?P<digits>\d{{1,3}})(?!\d)",
        re.IGNORECASE,
    )
