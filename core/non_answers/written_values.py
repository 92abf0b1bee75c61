"""Recognise written dates, times, durations, numbers of pages and the like: ``2020-01-01T08:30Z``.

A text of digits and punctuation alone needs no rule; these have letters, too. So have addresses of
the web and of e-mail, whose dots and ``@`` are gone already. The words are in ``value_words.yaml``.
A text is recognised only as a whole, and only in an order in which such values are written:
``2T251`` and ``3E051`` are occupations of the US Air Force.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from core.files.compiled_table import read_yaml
from core.letters.accents import plain_letters
from core.letters.word_pattern import any_of

_TABLE_PATH = Path(__file__).with_name("value_words.yaml")
_MAX_CHARS = 80  # a longer text says something
_NUMBERS = r"\d+(?: \d+)*"
_HEXADECIMAL = re.compile(r"0x[0-9a-f]+")
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")  # "8h30" is "8 h 30"


def is_written_value(text: str) -> bool:
    """Return whether a text without accents and punctuation is a written value and nothing else."""
    if len(text) > _MAX_CHARS:
        return False
    if _may_be_address(text) and _addresses().fullmatch(text):
        return True
    if not any(map(str.isdecimal, text)):
        return False
    if _HEXADECIMAL.fullmatch(text):
        return True
    spaced = " ".join(_GLUED.sub(" ", text).split())
    return _values().fullmatch(spaced) is not None or _is_date_in_words(spaced)


def _is_date_in_words(spaced: str) -> bool:
    """Return whether numbers stand with the name of a month or a day: "1 January 2020"."""
    names, beside = _date_words()
    words = [word for word in spaced.split() if not word.isdecimal()]
    return any(word in names for word in words) and all(
        word in names or word in beside for word in words
    )


def month_names() -> frozenset[str]:
    """Return the names of the months in all languages, in small letters, with their accents."""
    return frozenset(_of_all_languages("months"))


@cache
def _values() -> re.Pattern[str]:
    table = _table()
    zone, unit = _any_of(table["zones"]), _any_of(_of_all_languages("units"))
    after_age = _any_of(_of_all_languages("after_ages"))
    duration = rf"(?:\d+ d )?\d+(?: \d+)? {unit}(?: \d+(?: \d+)? (?:{unit}|m))*(?: \d+)*"
    offset = rf"(?: {zone})?(?: \d+)*"
    page = _any_of(_of_all_languages("pages"))
    page_number = rf"\d+(?: (?:{_any_of(table['between_pages'])} )?\d+)?"
    forms = (
        rf"{_NUMBERS} e \d{{1,2}}",
        rf"(?:\d+(?: \d+)+|\d{{7,8}}) t(?: \d+)+{offset}",
        rf"t \d\d(?: \d+)+{offset}",
        rf"{_NUMBERS}(?: {_any_of(table['after_numbers'])})?{offset}",
        # "1. am." is førsteamanuensis, who teaches at a university in Norway.
        rf"(?:[2-9]|1\d|\d+(?: \d+)+) (?:am|a m){offset}",
        r"\d{4} (?:w \d\d|q \d)(?: \d)?|q \d \d{4}",
        r"\d{4} 年(?: \d+ 月)?(?: \d+ 日)?(?: \d+)*",
        duration,
        r"pt?(?: \d+(?: \d+)? [ymwdhs]t?)+",
        rf"{_any_of(_of_all_languages('before_numbers'))} {_NUMBERS}(?: {unit})?(?: {after_age})?",
        rf"{_NUMBERS}(?: {unit})? {after_age}",
        rf"{_any_of(_of_all_languages('before_years'))} (?:19|20)\d\d",
        rf"{page} {page_number}|{page_number} {page}",
    )
    return re.compile("|".join(forms))


def _may_be_address(text: str) -> bool:
    """Return whether a text has a word without which it is no address: hardly any has one."""
    return text.startswith(("http", "www")) or not _mail_words().isdisjoint(text.split())


@cache
def _mail_words() -> frozenset[str]:
    """Return the first words of what stands behind the name in an address of e-mail."""
    table = _table()
    listed = _plain([*table["mail_providers"], *table["mail_hosts"]])
    return frozenset(words.split()[0] for words in listed)


@cache
def _addresses() -> re.Pattern[str]:
    """Return the form of an address: "www example org page", "jane doe gmail com"."""
    table = _table()
    # "www developer" is an answer: a domain must follow.
    forms = (
        r"https? .+",
        rf"www \w+(?: \w+)* {_any_of(table['domains'])}(?: .+)?",
        rf"\w+(?: \w+)* {_any_of(table['mail_providers'])} \w{{2,3}}(?: \w\w)?",
        rf"\w+(?: \w+)* {_any_of(table['mail_hosts'])}",
    )
    return re.compile("|".join(forms))


@cache
def _date_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of months and days, and the words that may stand beside them."""
    table = _table()
    names = _plain([*_of_all_languages("months"), *_of_all_languages("weekdays")])
    return frozenset(names), frozenset(_plain([*table["beside_dates"], *table["zones"]]))


def _of_all_languages(kind: str) -> list[str]:
    return sorted(set(chain.from_iterable(_table()[kind].values())))


@cache
def _table() -> dict[str, Any]:
    return read_yaml(_TABLE_PATH)


def _any_of(texts: Iterable[str]) -> str:
    return any_of(_plain(texts))


def _plain(texts: Iterable[str]) -> list[str]:
    return [plain_letters(text.lower()) for text in texts]
