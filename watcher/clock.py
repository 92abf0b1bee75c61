"""Time as the watcher sees it, passed in so that tests can make it jump."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class Clock:
    """The machine's clocks. Whatever is measured is measured by ``monotonic_s`` alone."""

    def monotonic_s(self) -> float:
        """Seconds since some moment; nobody can set it."""
        return time.monotonic()

    def now(self) -> datetime:
        """The wall clock, in UTC: to be shown, never to decide by."""
        return datetime.now(UTC)

    def wait(self, event: threading.Event, seconds: float) -> None:
        """Return when the event is set, or when the time is over."""
        event.wait(seconds)


def back_off_s(first_s: float, n_times: int, most_s: float) -> float:
    """The wait after the n-th failure in a row: doubled every time, up to a limit."""
    return min(first_s * 2.0 ** min(n_times - 1, 32), most_s)
