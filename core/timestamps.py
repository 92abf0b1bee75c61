"""Write a moment as the program's files have it: ISO 8601, to the second."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> str:
    """Return the time in UTC."""
    return utc_timestamp(datetime.now(UTC))


def utc_timestamp(moment: datetime) -> str:
    """Return a moment with a time zone, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
