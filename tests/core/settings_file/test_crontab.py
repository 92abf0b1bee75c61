"""The times of a crontab expression are those of cron, and no text breaks its reader."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.settings_file.crontab import Crontab

VIENNA, UTC = ZoneInfo("Europe/Vienna"), ZoneInfo("UTC")
NUMBER = st.integers(0, 62).map(str) | st.sampled_from(["jan", "dec", "last", "sat", "x", "*"])
PART = st.builds(
    lambda first, last, step: first + (f"-{last}" if last else "") + (f"/{step}" if step else ""),
    NUMBER,
    st.none() | NUMBER,
    st.none() | st.integers(0, 70).map(str),
)


FIELD = st.lists(PART, min_size=1, max_size=2).map(",".join)


@given(st.lists(FIELD, min_size=5, max_size=5).map(" ".join))
@example("59/1 * 31 1-1/1 *")  # a step, and nowhere to go
def test_whatever_is_written_is_refused_in_words_or_has_times_to_come(cron: str) -> None:
    try:
        crontab = Crontab.parse(cron)
    except ValueError as error:
        assert "'" in str(error)
        return
    moment = datetime(2026, 10, 24, 20, 30, 1, tzinfo=UTC)
    due = crontab.next_after(moment)
    assert due is None or (due > moment and due.minute in crontab.minutes)


@pytest.mark.parametrize(
    ("cron", "moment", "due"),
    [
        ("*/20 4-6 * * *", "2026-01-01 06:20", "2026-01-01 06:40"),
        ("*/20 4-6 * * *", "2026-01-01 06:40", "2026-01-02 04:00"),
        ("5/20 8 * * *", "2026-01-01 08:26", "2026-01-01 08:45"),
        ("0 4 last * *", "2028-02-01 00:00", "2028-02-29 04:00"),
        ("0 4 31 * *", "2026-03-31 04:00", "2026-05-31 04:00"),
        ("0 4 1 jan-dec/3 *", "2026-02-01 00:00", "2026-04-01 04:00"),
        ("0 4 1 nov/1 *", "2026-11-02 00:00", "2026-12-01 04:00"),
        ("0 4 1 9,jul-12 *", "2026-09-02 00:00", "2026-10-01 04:00"),
        ("0 4 29 feb */3", "2096-03-01 00:00", "2108-02-29 04:00"),
        ("0 4 13 * fri", "2026-11-13 04:00", "2026-11-20 04:00"),
        ("30 0 * * 1", "2026-03-28 12:00", "2026-03-30 00:30"),  # behind a day of 23 hours
        ("30 2 * * *", "2026-10-25 02:30", "2026-10-26 02:30"),  # it comes twice that night
    ],
)
def test_the_next_time(cron: str, moment: str, due: str) -> None:
    then = datetime.fromisoformat(moment).replace(tzinfo=VIENNA)
    assert f"{Crontab.parse(cron).next_after(then):%Y-%m-%d %H:%M}" == due


@pytest.mark.parametrize("cron", ["*/30 2 * * *", "15 * * * *"])
@pytest.mark.parametrize("day", [datetime(2026, 3, 28), datetime(2026, 10, 24)])
def test_the_times_ascend_when_the_clocks_change(cron: str, day: datetime) -> None:
    times = [day.replace(tzinfo=VIENNA)]
    for _ in range(40):
        due = Crontab.parse(cron).next_after(times[-1])
        assert due is not None
        times.append(due)
    waits = [second.timestamp() - first.timestamp() for first, second in pairwise(times)]
    assert min(waits) > 0 and max(waits) <= timedelta(hours=25).total_seconds()


@pytest.mark.parametrize("days", ["1-", "mon/", "*/", "1-5/", "5-/2", "*/0", "-5", "1/2-3"])
def test_days_of_the_week_that_break_off_are_refused(days: str) -> None:
    with pytest.raises(ValueError, match=r"'.*' is no day of the week"):
        Crontab.parse(f"15 4 * * {days}")
