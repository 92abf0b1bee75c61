"""Child processes: at low priority the nightly training and the explanations; how one ended."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress

LOW_PRIORITY = 15  # of 19: dropped files come first


def start_in_background(
    start_child: Callable[[], subprocess.Popen[bytes]],
) -> subprocess.Popen[bytes]:
    """Start a child process, lower its priority and return it."""
    child = start_child()
    with suppress(OSError, AttributeError):  # it has ended, or this system has no priorities
        os.setpriority(os.PRIO_PROCESS, child.pid, LOW_PRIORITY)
    return child


def ended_with(status: int | None) -> str:
    """Return the exit status of a process, or the name of the signal that ended it."""
    if status is not None and status < 0:
        with suppress(ValueError):
            return f"signal {signal.Signals(-status).name}"
    return f"exit status {status}"
