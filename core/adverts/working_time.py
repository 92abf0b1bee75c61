"""The forms of the working time in adverts: "80-100 %", "38,5 Std./Woche", "0.6 FTE"."""

from __future__ import annotations

from core.adverts.advert_table import any_mark_word, mark_words
from core.letters.conjunctions import any_word_for_to
from core.letters.word_pattern import any_of

_NUMBER = r"\d{1,2}(?:[.,]\d{1,2})?"
_SHARE = r"(?:\d[.,]\d{1,2}|\d/\d|1)"


def workload() -> str:
    """Return a pattern of shares in percent, "zu 80 - 100 %", "50 % stilling"."""
    percent = rf"\s?(?:%|{any_mark_word('share', 'percent')})"
    before = any_of(mark_words("at") | mark_words("share", "before"))
    return (
        rf"(?:(?<!\w){before}[\s:]\s?)?(?<![\w.,])(?:\d{{1,3}}(?:{percent})?\s?{_to()}\s?)?"
        rf"\d{{1,3}}{percent}(?!\w)(?:[\s-]?{any_mark_word('share', 'behind')}(?!\w))?"
    )


def share_of_full_time() -> str:
    """Return a pattern of shares as fractions, "0.6 FTE", "1/2 etatu"."""
    to_share = rf"{_SHARE}(?:\s?{_to()}\s?{_SHARE})?"
    before = any_of(mark_words("from") | mark_words("at"))
    behind = any_mark_word("share", "behind")
    return (
        rf"(?:\b{before}\s)?(?<![\w.,/]){to_share}\s?{behind}(?!\w)"
        rf"|\b{any_mark_word('share', 'before')}[\s:]\s?{to_share}(?![\d.,])"
    )


def hours() -> str:
    """Return a pattern of hours of a period, or of hours of two digits.

    "Grade 7 HR" is no time of seven hours, and "24 Stunden" a kind of service.
    """
    hour = any_mark_word("hours", "hour")
    any_hour = any_of(mark_words("hours", "hour") | mark_words("hours", "short"))
    of_period = rf"(?:[\s-]?{per()}?\s?{any_mark_word('period')}(?!\w)\.?|\s?{rate()})"
    from_number = rf"(?<![\w.,/])(?:{_NUMBER}\s?{_to()}\s?|(?!24(?!\d)))"
    return (
        rf"{from_number}(?:{_NUMBER}[\s-]?{any_hour}(?!\w)\.?{of_period}"
        rf"|\d{{2}}(?:[.,]\d{{1,2}})?\s?{hour}(?!\w)\.?)"
        rf"|(?<!\w){rate()}\s{from_number}{_NUMBER}\s?{any_hour}(?!\w)\.?"
    )


def per() -> str:
    """Return a pattern of what stands before a period: "per", "/"."""
    return rf"(?:/|{any_mark_word('per')}(?!\w)\.?)"


def rate() -> str:
    """Return a pattern of words for "per" and a period in one: "weekly", "p.a."."""
    return rf"{any_mark_word('rate')}(?!\w)\.?"


def _to() -> str:
    return rf"(?:[-–/]|{any_word_for_to()})"
