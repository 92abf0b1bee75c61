"""Find a second code, of which the last digits may stand alone: ``7212-13``, ``7212 or 13``."""

from __future__ import annotations

import re
from functools import cache

from core.letters.conjunctions import any_word_between_numbers
from core.taxonomy import MINOR, isco08


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


@cache
def _second_code() -> re.Pattern[str]:
    return re.compile(
        r"(?:\s*(?:(?P<hyphen>[-‐‑–—])|[/+&;]|,\s)\s*"
        rf"|\s*\b{any_word_between_numbers()}\b\.?\s*)(?P<digits>\d{{1,3}})(?!\d)",
        re.IGNORECASE,
    )
