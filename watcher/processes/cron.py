"""``schedule.cron`` as cron reads it (crontab(5)), for APScheduler, which counts otherwise.

APScheduler counts the days of the week from Monday, cron from Sunday (0 and 7). If both the day of
the month and the day of the week are restricted, cron takes the days of either; APScheduler takes
the days of both.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from core.errors import SettingsError

_FIELDS = ("minute", "hour", "day", "month", "day_of_week")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_EVERY_DAY = "*"


def cron_trigger(cron: str, zone: ZoneInfo) -> BaseTrigger:
    """Return the trigger of a crontab expression. Raises SettingsError where it is none."""
    try:
        values = cron.split()
        if len(values) != len(_FIELDS):
            raise ValueError(f"it has {len(values)} fields")
        fields = dict(zip(_FIELDS, values, strict=True))
        day, weekday = fields["day"], _weekdays(fields["day_of_week"])
        if day.startswith(_EVERY_DAY) or fields["day_of_week"].startswith(_EVERY_DAY):
            return CronTrigger(**{**fields, "day_of_week": weekday}, timezone=zone)
        return OrTrigger(
            [
                CronTrigger(**{**fields, "day_of_week": _EVERY_DAY}, timezone=zone),
                CronTrigger(**{**fields, "day": _EVERY_DAY, "day_of_week": weekday}, timezone=zone),
            ]
        )
    except ValueError as error:
        raise SettingsError(
            f"schedule.cron is {cron!r}: {error}; expected 'minute hour day month weekday', such "
            "as '15 4 * * *'"
        ) from None


def _weekdays(field: str) -> str:
    """Return cron's days of the week by their names, which APScheduler reads in the same way."""
    if field == _EVERY_DAY:
        return field
    numbers = {number for part in field.lower().split(",") for number in _numbers(part)}
    return ",".join(_WEEKDAYS[number] for number in sorted(numbers))


def _numbers(part: str) -> set[int]:
    days, _, step = part.partition("/")
    if step and not (step.isdecimal() and int(step)):
        raise ValueError(f"{part!r} is no day of the week")
    first, _, last = ("0", "", "6") if days == _EVERY_DAY else days.partition("-")
    begin = _number(first, part)
    end = _number(last, part) if last else (6 if step else begin)
    if last and end == 0 and not last.isdecimal():
        end = 7  # "fri-sun"
    if begin > end:
        raise ValueError(f"{part!r} ends before it begins")
    return {number % 7 for number in range(begin, end + 1, int(step or 1))}


def _number(text: str, part: str) -> int:
    if text in _WEEKDAYS:
        return _WEEKDAYS.index(text)
    if text.isdecimal() and int(text) <= 7:
        return int(text)
    raise ValueError(f"{part!r} is no day of the week")
