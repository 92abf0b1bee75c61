"""The forms of dates in adverts: "zum 01.09.2024", "ab 1. Januar", "summer 2024"."""

from __future__ import annotations

from core.adverts.advert_table import any_mark_word
from core.letters.word_pattern import any_of
from core.non_answers.written_values import month_names

_YEAR = r"20[2-4]\d\b"
_DAY_AND_MONTH = r"(?:0?[1-9]|[12]\d|3[01])(?P<sign>[./-])\s?(?:0?[1-9]|1[0-2])"


def dates() -> str:
    """Return a pattern of dates that have a year, or a word such as "from" before them."""
    month = rf"{any_of(month_names())}\b"
    start = any_mark_word("date", "from")
    of = rf"(?:{any_mark_word('date', 'of')}\s)?"
    return (
        rf"(?:\b{start}[\s:]\s*)?(?<![\w.,/-])(?:{_DAY_AND_MONTH}(?P=sign)\s?(?:{_YEAR}|[2-4]\d\b)"
        rf"|{_YEAR}-\d\d-\d\d\b|(?:\d{{1,2}}\.?\s{of})?{month}\s{of}{_YEAR}"
        rf"|{any_mark_word('date', 'season')}\s{_YEAR})(?![/-])"
        rf"|\b{start}[\s:]\s?\d{{1,2}}\.?\s{of}{month}"
        rf"|\b{start}[\s:]\s?\d{{1,2}}\.\s?\d{{1,2}}\.(?!\d)"
    )
