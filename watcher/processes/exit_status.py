"""How a process ended, in words."""

from __future__ import annotations

import signal
from contextlib import suppress


def ended_with(status: int | None) -> str:
    """Return the exit status of a process, or the name of the signal that ended it."""
    if status is not None and status < 0:
        with suppress(ValueError):
            return f"signal {signal.Signals(-status).name}"
    return f"exit status {status}"
