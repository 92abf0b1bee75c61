"""Moments in the program's files are in UTC, to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from core.timestamps import utc_now, utc_timestamp


def test_the_time_is_in_utc_to_the_second() -> None:
    now = datetime.fromisoformat(utc_now())
    assert now.tzinfo == UTC and now.microsecond == 0


def test_a_moment_of_another_time_zone_is_written_in_utc() -> None:
    moment = datetime(2026, 11, 29, 1, 30, 15, 999_999, timezone(timedelta(hours=2)))
    assert utc_timestamp(moment) == "2026-11-28T23:30:15+00:00"
