"""What the settings take for a cron expression is what APScheduler can follow, and the reverse."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from hypothesis import example, given
from hypothesis import strategies as st

from core.settings_file.cron_fields import cron_fields
from watcher.processes.cron import cron_trigger

NUMBER = st.integers(0, 62).map(str) | st.sampled_from(["jan", "dec", "last", "x", "*"])
PART = st.builds(
    lambda first, last, step: first + (f"-{last}" if last else "") + (f"/{step}" if step else ""),
    NUMBER,
    st.none() | NUMBER,
    st.none() | st.integers(0, 70).map(str),
)


@given(*[st.lists(PART, min_size=1, max_size=2).map(",".join)] * 4)
@example("59/1", "*", "31", "1-1/1")  # a step, and nowhere to go
def test_both_agree(minute: str, hour: str, day: str, month: str) -> None:
    zone = ZoneInfo("UTC")
    try:
        CronTrigger(minute=minute, hour=hour, day=day, month=month, timezone=zone)
        is_possible = True
    except ValueError:
        is_possible = False
    cron = f"{minute} {hour} {day} {month} *"
    try:
        cron_fields(cron)
    except ValueError:
        assert not is_possible, cron
    else:
        assert is_possible, cron
        assert cron_trigger(cron, zone)
