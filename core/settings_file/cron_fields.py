"""The five fields of ``schedule.cron``, as cron reads them (crontab(5))."""

from __future__ import annotations

import re
from typing import NamedTuple

from core.row_counts import quantity

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
EVERY = "*"
EXPECTED = "expected 'minute hour day month weekday', such as '15 4 * * *'"
"""The form of a crontab expression, for an error."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LAST_DAY = "last"
_PART = re.compile(r"(?:\*|(?P<first>\d+|[a-z]+)(?:-(?P<last>\d+|[a-z]+))?)(?:/(?P<step>\d+))?")


class _Field(NamedTuple):
    """The name of a field, its lowest and highest number, and the names of its numbers."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
)


def cron_fields(cron: str) -> dict[str, str]:
    """Return the fields by the names that APScheduler gives them.

    Raises ValueError, in words, where one is missing or cannot be.
    """
    values = cron.lower().split()
    names = (*(field.name for field in _FIELDS), "day_of_week")
    if len(values) != len(names):
        raise ValueError(f"it has {quantity(len(values), 'field')}")
    for field, value in zip(_FIELDS, values, strict=False):
        for part in value.split(","):
            _check(part, field)
    weekday_numbers(values[-1])
    return dict(zip(names, values, strict=True))


def weekday_numbers(value: str) -> list[int]:
    """Return cron's numbers of the days in the last field: 0 is Sunday. Raises ValueError."""
    return sorted({number for part in value.lower().split(",") for number in _numbers(part)})


def _check(part: str, field: _Field) -> None:
    if field.name == "day" and part == _LAST_DAY:
        return
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError(f"{part!r} is no {field.name}")
    first, last, step = match["first"], match["last"], match["step"]
    begin = _number_in(first, field, part) if first else field.low
    end = _number_in(last, field, part) if last else (begin if first and not step else field.high)
    if begin > end:
        raise ValueError(f"{part!r} ends before it begins")
    if step and not 0 < int(step) <= end - begin:
        raise ValueError(f"{part!r} has a step that cannot be")


def _number_in(text: str, field: _Field, part: str) -> int:
    number = field.names.index(text) + field.low if text in field.names else -1
    if text.isdecimal():
        number = int(text)
    if not field.low <= number <= field.high:
        raise ValueError(f"{part!r} is no {field.name}: expected {field.low} to {field.high}")
    return number


def _numbers(part: str) -> set[int]:
    days, _, step = part.partition("/")
    if step and not (step.isdecimal() and int(step)):
        raise ValueError(f"{part!r} is no day of the week")
    first, _, last = ("0", "", "6") if days == EVERY else days.partition("-")
    begin = _weekday(first, part)
    end = _weekday(last, part) if last else (6 if step else begin)
    if last and end == 0 and not last.isdecimal():
        end = 7  # "fri-sun"
    if begin > end:
        raise ValueError(f"{part!r} ends before it begins")
    return {number % 7 for number in range(begin, end + 1, int(step or 1))}


def _weekday(text: str, part: str) -> int:
    if text in WEEKDAYS:
        return WEEKDAYS.index(text)
    if text.isdecimal() and int(text) <= 7:
        return int(text)
    raise ValueError(f"{part!r} is no day of the week")
