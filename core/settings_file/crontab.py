"""A crontab expression, as cron reads it (crontab(5)): the times that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from core.row_counts import quantity

EXPECTED = "expected 'minute hour day month weekday', such as '15 4 * * *'"
"""The form of a crontab expression, for an error."""
_N_FIELDS = 5
_EVERY = "*"
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LAST_DAY = "last"
_LAST = 0  # stands for it among the days of a month
_PART = re.compile(r"(?:\*|(?P<first>\d+|[a-z]+)(?:-(?P<last>\d+|[a-z]+))?)(?:/(?P<step>\d+))?")
_MAX_DAYS = 41 * 366  # by then the 29th of February was on each day of the week, also over 2100


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


@dataclass(frozen=True)
class Crontab:
    """The numbers of each field; of the days of the week, 0 is Sunday.

    ``takes_either``: both kinds of days are restricted, and cron takes those of either.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    takes_either: bool

    @classmethod
    def parse(cls, cron: str) -> Crontab:
        """Return what an expression says. Raises ValueError, in words, where it is none."""
        values = cron.split()
        if len(values) != _N_FIELDS:
            raise ValueError(f"it has {quantity(len(values), 'field')}")
        minutes, hours, days, months = (
            frozenset(number for part in value.split(",") for number in _numbers(part, field))
            for field, value in zip(_FIELDS, values, strict=False)
        )
        weekdays = frozenset(day for part in values[-1].split(",") for day in _weekdays(part))
        is_every = values[2].startswith(_EVERY) or values[-1].startswith(_EVERY)
        return cls(minutes, hours, days, months, weekdays, takes_either=not is_every)

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first time after ``moment``, in its time zone; None where none ever comes.

        A time in the hour that is repeated in autumn is the first of both.
        """
        minutes = sorted(self.minutes)
        for n_days in range(_MAX_DAYS):
            day = moment.date() + timedelta(n_days)
            if not self._has(day):
                continue
            for hour in sorted(self.hours):
                last = datetime.combine(day, time(hour, minutes[-1]), moment.tzinfo)
                if not _is_later(last, moment):
                    continue
                dues = (
                    datetime.combine(day, time(hour, minute), moment.tzinfo) for minute in minutes
                )
                return next(due for due in dues if _is_later(due, moment))
        return None

    def _has(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        is_last = _LAST in self.days and (day + timedelta(1)).day == 1
        has_day = day.day in self.days or is_last
        has_weekday = day.isoweekday() % 7 in self.weekdays
        return has_day or has_weekday if self.takes_either else has_day and has_weekday


def _is_later(due: datetime, moment: datetime) -> bool:
    # Times of one zone are compared by what their clocks show, hour repeated or not.
    return due.timestamp() > moment.timestamp()


def _numbers(part: str, field: _Field) -> range:
    if field.name == "day" and part.lower() == _LAST_DAY:
        return range(_LAST, _LAST + 1)
    match = _PART.fullmatch(part.lower())
    if match is None:
        raise ValueError(_is_none(part, field))
    first, last, step = match["first"], match["last"], match["step"]
    begin = _number_in(first, field, part) if first else field.low
    end = _number_in(last, field, part) if last else (begin if first and not step else field.high)
    if begin > end:
        raise ValueError(f"{part!r} ends before it begins")
    if step and not 0 < int(step) <= end - begin:
        raise ValueError(f"{part!r} has a step that cannot be")
    return range(begin, end + 1, int(step or 1))


def _number_in(text: str, field: _Field, part: str) -> int:
    number = field.names.index(text) + field.low if text in field.names else -1
    if text.isdecimal():
        number = int(text)
    if not field.low <= number <= field.high:
        raise ValueError(_is_none(part, field))
    return number


def _is_none(part: str, field: _Field) -> str:
    last = f", or {_LAST_DAY!r} for the last of the month" if field.name == "day" else ""
    return f"{part!r} is no {field.name}: expected {field.low} to {field.high}{last}"


def _weekdays(part: str) -> set[int]:
    match = _PART.fullmatch(part.lower())
    if match is None or not int(match["step"] or 1):
        raise ValueError(_is_no_weekday(part))
    first, last, step = match.groups() if match["first"] else ("0", "6", match["step"])
    begin = _weekday(first, part)
    end = _weekday(last, part) if last else (6 if step else begin)
    if last and end == 0 and not last.isdecimal():
        end = 7  # "fri-sun"
    if begin > end:
        raise ValueError(f"{part!r} ends before it begins")
    return {number % 7 for number in range(begin, end + 1, int(step or 1))}


def _weekday(text: str, part: str) -> int:
    if text in _WEEKDAYS:
        return _WEEKDAYS.index(text)
    if text.isdecimal() and int(text) <= 7:
        return int(text)
    raise ValueError(_is_no_weekday(part))


def _is_no_weekday(part: str) -> str:
    return f"{part!r} is no day of the week: expected 0 to 7 or sun to sat, in every week"
