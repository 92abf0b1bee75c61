"""Child processes at low priority: the nightly training and the explanations."""

from __future__ import annotations

import os
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
