"""What the values of a column are, if they are no job titles: numbers, salutations, dates, …"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from core.files.compiled_table import read_yaml
from core.languages.message import Message
from core.letters.accents import plain_letters

NO_VALUES = Message("no values")
"""The kind of a column that is empty."""
NOT_WORKING = Message("answers of people who do not work")
"""A kind whose values people answer where they are asked for their job."""
_TABLE_PATH = Path(__file__).with_name("value_words.yaml")
_NUMBERS, _CODES = Message("numbers"), Message("codes or ids")
_DATES, _LETTERS = Message("dates or times"), Message("single letters")
_ADDRESSES = Message("addresses of the internet")
_SALUTATIONS, _SEXES = Message("salutations"), Message("sexes")
# The kinds of value_words.yaml.
_LISTED = (
    _SALUTATIONS,
    Message("yes or no"),
    _SEXES,
    Message("relationships in a household"),
    Message("kinds of employment"),
    NOT_WORKING,
)
_SHARE = 0.8
_MAX_CHARS = 60  # a longer value is a text, and is not compared with the lists

_NUMBER = re.compile(r"[\W\d_]*\d[\W\d_]*")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T].*)?|\d{1,2}:\d{2}(:\d{2})?.*")
_CODE = re.compile(r"(?=\S*\d)[\w.:#/-]{1,40}")
_ADDRESS = re.compile(r"https?://.*|www\..*|\S[^\s@]*@\S+\.\S+")


def kind_of_values(values: Iterable[str]) -> str | None:
    """Return what most of the values are, in words, or None if they may be job titles.

    At least four of five values that are not empty must be no titles. An empty column has
    ``NO_VALUES``.
    """
    kinds = Counter(_kind(value) for value in values if value.strip())
    if not kinds:
        return NO_VALUES
    n_values = kinds.total()
    n_titles = kinds.pop("", 0)
    if n_titles > (1 - _SHARE) * n_values:
        return None
    return max(kinds, key=lambda kind: kinds[kind])


def is_number_or_code(value: str) -> bool:
    """Whether a value is a number, a date, a time, or an id with a digit."""
    return _kind(value) in (_NUMBERS, _CODES, _DATES)


def words_for_sexes() -> frozenset[str]:
    """Return the words for the sexes, in all languages, without accents."""
    return _words()[_SEXES]


def is_text(cell: str) -> bool:
    """Whether a cell has a letter, and is no number, date or id."""
    return any(map(str.isalpha, cell)) and not is_number_or_code(cell)


def is_no_name(text: str) -> bool:
    """Whether a text is a number, a date, a time or an address, as names of columns are not."""
    return _kind(text) in (_NUMBERS, _DATES, _ADDRESSES)


def _kind(value: str) -> str:
    """Return the kind of one value, ``""`` if it may be a title."""
    value = value.strip()
    if len(value) <= _MAX_CHARS:
        return _kind_of_short(value)
    return _ADDRESSES if _ADDRESS.fullmatch(value) and " " not in value else ""


@lru_cache(maxsize=4096)
def _kind_of_short(value: str) -> str:
    if _DATE.fullmatch(value):
        return _DATES
    if _NUMBER.fullmatch(value):
        return _NUMBERS
    folded = plain_letters(" ".join(value.replace(".", "").casefold().split()))
    for kind in _LISTED:
        words = _words()[kind]
        if folded in words or (kind == _SALUTATIONS and _all_in(folded, words)):
            return kind
    if len(folded) == 1 and folded.isalpha() and folded.isascii():
        return _LETTERS
    if _ADDRESS.fullmatch(value):
        return _ADDRESSES
    return _CODES if _CODE.fullmatch(value) else ""


def _all_in(text: str, words: frozenset[str]) -> bool:
    parts = re.split(r"[\s/,&-]+", text)
    return all(part in words for part in parts)


@cache
def _words() -> Mapping[str, frozenset[str]]:
    table = read_yaml(_TABLE_PATH)
    return {
        kind: frozenset(plain_letters(word.casefold()) for word in words)
        for kind, words in table.items()
    }
