"""The clocks of the watcher, passed in so that tests can control the time."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class Clock:
    """The clocks of this machine. Every duration is measured with ``monotonic_s`` alone."""

    def monotonic_s(self) -> float:
        """Return the seconds since a fixed moment; nobody can set this clock."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the wall clock in UTC, which is shown to people and decides nothing."""
        return datetime.now(UTC)

    def wait(self, event: threading.Event, seconds: float) -> None:
        """Return when ``event`` is set or when the time is over."""
        event.wait(seconds)


def back_off_s(first_s: float, n_failures: int, max_s: float) -> float:
    """Return the wait after the n-th failure in a row: doubled every time, at most ``max_s``."""
    return min(first_s * 2.0 ** min(n_failures - 1, 32), max_s)
