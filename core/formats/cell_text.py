"""A typed value → the text that stands for it, from which a reader gets the same value."""

from __future__ import annotations

import datetime
from decimal import Decimal

from core.delimited.format_errors import MAX_FIELD_CHARS
from core.errors import InputError, Named

_MAX_INTEGER_FLOAT = 1e16  # beyond it a float has no digits after the point, and odd ones before


def as_text(value: object) -> str:
    """Return the text of a cell.

    Whole numbers have no ``.0``; dates and times are ISO 8601, a duration is ``h:mm:ss``; true
    and false are ``true`` and ``false``; a missing value is empty. A text stays as it is.
    """
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _number(value)
        case datetime.date() | datetime.time():  # also with both
            return value.isoformat()
        case datetime.timedelta():
            return _duration(value)
        case Decimal():
            return format(value, "f")
    return str(value)


def _number(value: float) -> str:
    if value != value:
        return ""
    if value.is_integer() and abs(value) < _MAX_INTEGER_FLOAT:
        return str(int(value))
    return repr(value)


def _duration(value: datetime.timedelta) -> str:
    """Return hours, minutes and seconds as spreadsheets write them: ``30:00:00``."""
    sign = "-" if value < datetime.timedelta(0) else ""
    minutes, seconds = divmod(abs(value), datetime.timedelta(minutes=1))
    fraction = f".{seconds.microseconds:06}" if seconds.microseconds else ""
    return f"{sign}{minutes // 60}:{minutes % 60:02}:{seconds.seconds:02}{fraction}"


def checked_row(path: Named, number: int, row: list[str]) -> list[str]:
    """Return a record of a typed format. Raises InputError for a value that no field can hold."""
    for cell in row:
        if len(cell) > MAX_FIELD_CHARS:
            raise InputError(
                path,
                f"a value of {len(cell):,} characters",
                expected=f"at most {MAX_FIELD_CHARS:,}",
                remedy="Shorten it, or leave its column out.",
                line=number,
            )
        if "\0" in cell:
            raise InputError(
                path,
                "a NUL character",
                expected="text",
                remedy="Remove it, or leave its column out: it is probably no text.",
                line=number,
            )
    return row
