"""The forms of dates in adverts: "zum 01.09.2024", "ab 1. Januar", "summer 2024"."""

from __future__ import annotations

import re
from functools import cache

from core.adverts.advert_table import any_mark_word, first_letters, has_run, mark_words
from core.letters.conjunctions import words_for_to
from core.letters.word_pattern import any_of
from core.non_answers.written_values import month_names

_YEAR = r"20[2-4]\d\b"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_UP_TO = r"\s?[-–]\s?"
_IN_NUMBERS = re.compile(rf"{_YEAR}|\d\s?[./-]\s?\d")


def may_have_date(title: str) -> bool:
    """Return whether ``title`` has the numbers or the month without which it has no date."""
    return _IN_NUMBERS.search(title) is not None or has_run(title, _months())


@cache
def _months() -> frozenset[str]:
    return first_letters(month_names())


def dates() -> str:
    """Return a pattern of dates that have a year, or a word such as "from" beside them."""
    start = any_of(_words_before())
    start_or_end = any_of(_words_before() | words_for_to())
    behind = rf"(?:[\s-]{{0,2}}{any_mark_word('date', 'behind')}(?!\w))"
    month = rf"{any_of(month_names())}(?!\w)\.?"
    season = any_mark_word("date", "season")
    years = rf"{_YEAR}(?:[/-]\d{{2,4}}\b)?"
    with_year = (
        rf"(?:{_DAY}\.\s?{_MONTH}\.?{_UP_TO})?"
        rf"{_DAY}(?P<sign>[./-])\s?{_MONTH}(?P=sign)\s?(?:{_YEAR}|[2-4]\d\b)"
        rf"|{_YEAR}(?P<year_sign>[.-])\s?\d\d(?P=year_sign)\s?\d\d\b\.?"
        rf"|{_in_words(month)}|{season}\s{years}|{_YEAR}\.?\s{season}(?!\w)"
    )
    return (
        rf"(?:\b{start_or_end}\.?[\s:]\s?)?(?<![\w.,/-])(?:{with_year}){behind}?(?![/-])"
        rf"|\b{start}\.?[\s:]\s?(?:{_without_year(month)})(?!\w)"
        rf"|(?<![\w.,/-]){_DAY}\.\s?{_MONTH}\.?{behind}"
    )


def _words_before() -> frozenset[str]:
    return mark_words("from") | mark_words("date", "from")


def _day() -> str:
    beside = any_of(mark_words("date", "ordinal") | mark_words("date", "day"))
    return rf"\d{{1,2}}(?:\.|\s?{beside}(?!\w)\.?)?"


def _in_words(month: str) -> str:
    """Return a pattern of dates with the name of a month, in the orders of all languages."""
    of = rf"(?:{any_mark_word('date', 'of')}\s)?"
    year = rf"{_YEAR}\.?(?:\s{any_mark_word('date', 'year')}(?!\w)\.?)?"
    return (
        rf"(?:{_day()}\s?{of})?{month}\s(?:{_day()},?\s)?{of}{_YEAR}"
        rf"|{year}\s(?:{_day()}\s)?{month}(?:\s{_day()})?"
    )


def _without_year(month: str) -> str:
    of = rf"(?:{any_mark_word('date', 'of')}\s)?"
    return (
        rf"{_day()}\s?{of}{month}|{month}\s{_day()}"
        rf"|\d{{1,2}}\.\s?\d{{1,2}}\.(?!\d)|{_DAY}/(?:0[1-9]|1[0-2])(?![\d/])"
    )
