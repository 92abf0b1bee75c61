"""A clock for tests, which moves only when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from watcher.clock import Clock


class FakeClock(Clock):
    """Both clocks show ``seconds``; the wall clock counts them from ``start``."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.start = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def monotonic_s(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)
