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
from core.settings_file.cron_fields import EVERY, EXPECTED, WEEKDAYS, cron_fields, weekday_numbers


def cron_trigger(cron: str, zone: ZoneInfo) -> BaseTrigger:
    """Return the trigger of a crontab expression. Raises SettingsError where it is none."""
    try:
        fields = cron_fields(cron)
        day, weekday = fields["day"], _weekdays(fields["day_of_week"])
        if day.startswith(EVERY) or fields["day_of_week"].startswith(EVERY):
            return CronTrigger(**{**fields, "day_of_week": weekday}, timezone=zone)
        return OrTrigger(
            [
                CronTrigger(**{**fields, "day_of_week": EVERY}, timezone=zone),
                CronTrigger(**{**fields, "day": EVERY, "day_of_week": weekday}, timezone=zone),
            ]
        )
    except ValueError as error:
        raise SettingsError(f"schedule.cron is {cron!r}: {error}; {EXPECTED}") from None


def _weekdays(field: str) -> str:
    """Return cron's days of the week by their names, which APScheduler reads in the same way."""
    if field == EVERY:
        return field
    return ",".join(WEEKDAYS[number] for number in weekday_numbers(field))
