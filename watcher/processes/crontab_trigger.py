"""The times of a crontab for APScheduler, whose own trigger reads one otherwise than cron does.

It counts the days of the week from Monday, takes the days that both fields name, leaves out the
steps of named months, and the first hour of a day after the clocks went forward.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger

from core.settings_file.crontab import Crontab


class CrontabTrigger(BaseTrigger):
    """Fires at the times of a crontab by the clocks of a time zone."""

    def __init__(self, crontab: Crontab, zone: ZoneInfo) -> None:
        self._crontab = crontab
        self._zone = zone

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """Return the first time after ``now``: of several that were missed one check is enough."""
        return self._crontab.next_after(now.astimezone(self._zone))
