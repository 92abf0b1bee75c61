"""A workbook of one sheet with typed values: numbers, dates, true and false, text."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.formats.cell_text import as_text

MAX_WORKBOOK_ROWS = 1_048_576
_MAX_TITLE_CHARS = 31
# Excel has a 29 February 1900 and LibreOffice has none: the days before it are one apart.
_FIRST_MONTH = (1900, 3)
_FORMATS = {
    dt.datetime: "yyyy-mm-dd hh:mm:ss",
    dt.date: "yyyy-mm-dd",
    dt.time: "hh:mm:ss",
    dt.timedelta: "[h]:mm:ss",
}


def write_values(path: Path, title: str, rows: Iterable[Sequence[Any]]) -> None:
    """Write ``rows``, the header first, row by row; text is never run as a formula.

    Raises OSError, such as that of a full disk.
    """
    title = re.sub(r"[\[\]:*?/\\']", "_", title)[:_MAX_TITLE_CHARS] or "predictions"
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    try:
        with xlsxwriter.Workbook(path, options) as book:
            formats = {
                kind: book.add_format({"num_format": written}) for kind, written in _FORMATS.items()
            }
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    _write(sheet, number, column, value, formats)
    except FileCreateError as error:
        raise error.args[0] from None  # the OSError in it


def _write(
    sheet: Worksheet, row: int, column: int, value: Any, formats: dict[type, Format]
) -> None:
    value = _within_format(value)
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    else:
        sheet.write_datetime(row, column, value, formats[type(value)])


def _within_format(value: Any) -> Any:
    """Return a value, or the text that stands for it in ``predictions.csv``.

    A workbook has no number that is not finite, and no day that is the same in all programs before
    March 1900.
    """
    match value:
        case float():
            is_held = math.isfinite(value)
        case dt.date():  # also with a time
            is_held = (value.year, value.month) >= _FIRST_MONTH
        case _:
            is_held = True
    return value if is_held else as_text(value)
