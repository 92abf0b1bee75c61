"""The forms of the working time in adverts: "80-100 %", "38,5 Std./Woche", "0.6 FTE"."""

from __future__ import annotations

from core.adverts.advert_table import any_mark_word

_NUMBER = r"\d{1,2}(?:[.,]\d{1,2})?"


def workload() -> str:
    """Return a pattern of shares in percent, "zu 80 - 100 %"."""
    return (
        rf"(?:\b{any_mark_word('at')}\s)?(?<![\w.,])(?:\d{{1,3}}\s?%?\s?{_to()}\s?)?"
        r"\d{1,3}\s?%(?!\w)"
    )


def share_of_full_time() -> str:
    """Return a pattern of shares as decimal fractions, "0.6 FTE"."""
    return (
        rf"(?<![\w.,])\d[.,]\d{{1,2}}\s?{any_mark_word('share', 'behind')}\b"
        rf"|\b{any_mark_word('share', 'before')}\s?\d[.,]\d{{1,2}}(?![\d.,])"
    )


def hours() -> str:
    """Return a pattern of hours of a period, or of hours of two digits.

    "Grade 7 HR" is no time of seven hours, and "24 Stunden" a kind of service.
    """
    hour = any_mark_word("hours", "hour")
    of_period = rf"\s?{per()}?\s?{any_mark_word('hours', 'period')}\b\.?"
    return (
        rf"(?<![\w.,/])(?:{_NUMBER}\s?{_to()}\s?|(?!24(?!\d)))"
        rf"(?:{_NUMBER}\s?{hour}\b\.?{of_period}|\d{{2}}(?:[.,]\d{{1,2}})?\s?{hour}\b\.?)"
    )


def per() -> str:
    """Return a pattern of what stands before a period: "per", "/"."""
    return rf"(?:/|{any_mark_word('per')}\b\.?)"


def _to() -> str:
    return rf"(?:[-–/]|{any_mark_word('to')})"
