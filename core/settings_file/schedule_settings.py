"""The section of config.yaml about when the nightly training runs."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import field_validator

from core.settings_file.crontab import EXPECTED, Crontab
from core.settings_file.section import Section

LOCAL = "local"
"""The time zone of the machine."""


class ScheduleSettings(Section):
    """When the nightly training runs."""

    enabled: bool = True
    cron: str = "15 4 * * *"
    timezone: str = LOCAL

    @field_validator("cron")
    @classmethod
    def _is_cron(cls, cron: str) -> str:
        try:
            Crontab.parse(cron)
        except ValueError as error:
            raise ValueError(f"{error}; {EXPECTED}") from None
        return cron

    @field_validator("timezone")
    @classmethod
    def _is_timezone(cls, name: str) -> str:
        if name == LOCAL:
            return name
        try:
            ZoneInfo(name)
        except (OSError, ValueError, KeyError):  # KeyError: there is no such zone
            raise ValueError(
                f"expected {LOCAL}, or a time zone that this machine knows, such as Europe/Vienna"
            ) from None
        return name
