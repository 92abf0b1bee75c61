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
from core.languages.message import Message
from results.review.sheet_rows import MAX_CELL_UNITS

MAX_WORKBOOK_ROWS = 1_048_576
_MAX_COLUMNS = 16_384
_MAX_TITLE_CHARS = 31
_IS_CUT = -2  # what xlsxwriter returns for a text that is too long
# Excel has a 29 February 1900 and LibreOffice has none: the days before it are one apart.
_FIRST_MONTH = (1900, 3)
_FORMATS = {
    dt.datetime: "yyyy-mm-dd hh:mm:ss",
    dt.date: "yyyy-mm-dd",
    dt.time: "hh:mm:ss",
    dt.timedelta: "[h]:mm:ss",
}


class NotWritableError(Exception):
    """The values do not fit into a format; the message says why."""


def write_values(path: Path, title: str, rows: Iterable[Sequence[Any]]) -> None:
    """Write ``rows``, the header first, row by row; text is never run as a formula.

    Raises OSError, such as that of a full disk, and NotWritableError for what no workbook can hold:
    then the file is not complete.
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
                if number >= MAX_WORKBOOK_ROWS:
                    raise NotWritableError(
                        Message("a sheet has at most {n} rows", n=MAX_WORKBOOK_ROWS)
                    )
                if len(row) > _MAX_COLUMNS:
                    raise NotWritableError(
                        Message("a sheet has at most {n} columns", n=_MAX_COLUMNS)
                    )
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
        _write_text(sheet, row, column, value)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    else:
        sheet.write_datetime(row, column, value, formats[type(value)])


def _write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):  # xlsxwriter takes it for XML of its own
        raise NotWritableError(Message("a workbook cannot hold the text {text}", text="<r>…</r>"))
    if sheet.write_string(row, column, text) == _IS_CUT:
        raise NotWritableError(Message("a cell has at most {n} characters", n=MAX_CELL_UNITS))


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
