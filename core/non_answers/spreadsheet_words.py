"""The words that spreadsheets write in the language of the program: ``#BEZUG!``, ``WAHR``, "Summe".

They are in ``spreadsheet_words.yaml``, by language. Those of all languages are looked for together,
since a file tells nothing of the program that wrote it.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from core.files.compiled_table import read_yaml

_TABLE_PATH = Path(__file__).with_name("spreadsheet_words.yaml")


class SpreadsheetWord(StrEnum):
    """What a word stands for; the values are the keys of the table."""

    ERROR = "errors"
    LINK = "link"
    TOTAL = "totals"
    TRUE = "true"
    FALSE = "false"


@cache
def spreadsheet_words(kind: SpreadsheetWord) -> frozenset[str]:
    """Return the words of a kind in all languages, as the table has them."""
    languages: dict[str, Any] = read_yaml(_TABLE_PATH)
    return frozenset(word for words in languages.values() for word in words.get(kind, ()))


def truth_value(cell: str) -> bool | None:
    """Return what a cell says that was true or false, None where it says neither."""
    return _truth_values().get(cell.casefold())


@cache
def _truth_values() -> dict[str, bool]:
    written = {"1": True, "0": False}
    for kind, value in ((SpreadsheetWord.TRUE, True), (SpreadsheetWord.FALSE, False)):
        written |= {word.casefold(): value for word in spreadsheet_words(kind)}
    return written
