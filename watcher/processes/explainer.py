"""Has batches explained while the daemon goes on: a child process at low priority, one at a time.

The daemon stays light, because shap and what it loads live and die with the child; and no file
waits for an explanation. What is pending lies on the disk
(``results/explanations/requests.py``), so nothing is lost with a child or with the daemon.
"""

from __future__ import annotations

import logging
import os
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from results.explanations.requests import pending_batches
from watcher.intake.folder_checks import known

_LOG = logging.getLogger(__name__)
_PRIORITY = 15  # of 19: whoever drops a file comes first
# For what an earlier life has left, what failed, and what other daemons publish.
_SEARCH_EVERY_S = 60.0
_TURN_S = 0.1


def alone(outbox: Path) -> FileLock:
    """Hold while a process explains the batches of ``outbox``; the next one waits for it.

    A daemon that is killed leaves its child at work, and the daemon after it starts another.
    """
    return FileLock(known(outbox, "explaining.lock"))


class Explainer:
    """``start_child`` starts a process that explains all that is pending in ``outbox``."""

    def __init__(self, outbox: Path, start_child: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._outbox, self._start_child = outbox, start_child
        self._child: subprocess.Popen[bytes] | None = None
        self._is_asked = False
        self._next_search_s = 0.0

    def ask(self) -> None:
        """A batch that may want explanations is about to be published."""
        self._is_asked = True

    def check(self) -> None:
        """Start a child where one is asked for and none runs. Quick: called at every turn."""
        if self._child is not None and self._child.poll() is not None:
            if self._child.returncode:
                status = self._child.returncode
                _LOG.warning("explaining ended with status %s; it is tried again later", status)
            self._child = None
        if self._child is None and (self._is_asked or time.monotonic() >= self._next_search_s):
            self._next_search_s = time.monotonic() + _SEARCH_EVERY_S
            self._is_asked = False
            if not self._is_anything_pending():
                return
            self._child = self._start_child()
            with suppress(OSError, AttributeError):  # it is over, or this system has no priorities
                os.setpriority(os.PRIO_PROCESS, self._child.pid, _PRIORITY)

    def _is_anything_pending(self) -> bool:
        try:
            return bool(pending_batches(self._outbox))
        except OSError:
            return False  # the share is away

    def finish(self, stop: threading.Event) -> None:
        """Wait until all that is pending is explained, a child has failed, or ``stop`` is set."""
        self._is_asked = True
        self.check()
        while self._child is not None and not stop.is_set():
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(_TURN_S)
            self.check()

    def stop(self) -> None:
        """End the child: what it leaves pending is taken up at the next start."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            self._child.wait()
