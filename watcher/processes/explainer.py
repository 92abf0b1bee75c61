"""Starts the process that explains batches: at low priority, one at a time.

The daemon stays light, because shap and its libraries are loaded in the child process alone, and no
file waits for an explanation. The requests are on the disk (``results/explanations/requests.py``),
so a crash of the child or of the daemon loses none.
"""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from results.explanations.requests import pending_batches
from watcher.intake.local_state import local_state_path, make_local_state_dir
from watcher.processes.background import start_in_background
from watcher.processes.exit_status import ended_with

_LOG = logging.getLogger(__name__)
# For requests of an earlier run, requests that failed, and batches of other daemons.
_SEARCH_EVERY_S = 60.0
_WAIT_S = 0.1


def explaining_lock(outbox: Path) -> FileLock:
    """Return the lock of the one process that explains the batches of ``outbox``.

    A daemon that is killed leaves its child running, and the next daemon starts another. Raises
    FolderError where there is no place for it.
    """
    make_local_state_dir()
    return FileLock(local_state_path(outbox, "explaining.lock"))


class Explainer:
    """``start_child`` starts a process that explains all pending batches of ``outbox``."""

    def __init__(self, outbox: Path, start_child: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._outbox = outbox
        self._start_child = start_child
        self._child: subprocess.Popen[bytes] | None = None
        self._is_requested = False
        self._next_search_s = 0.0

    def request(self) -> None:
        """Look for pending batches at the next check: one was published."""
        self._is_requested = True

    def check(self) -> None:
        """Start a child where batches are pending and none runs; quick, called at every turn."""
        if self._child is not None and self._child.poll() is not None:
            if self._child.returncode:
                how = ended_with(self._child.returncode)
                _LOG.warning("explaining ended with %s; it is tried again", how)
            self._child = None
        if self._child is None and (self._is_requested or time.monotonic() >= self._next_search_s):
            self._next_search_s = time.monotonic() + _SEARCH_EVERY_S
            self._is_requested = False
            if self._has_pending():
                try:
                    self._child = start_in_background(self._start_child)
                except OSError as error:  # its log, memory: no file waits for it
                    _LOG.warning("explaining cannot start, it is tried again: %s", error)

    def _has_pending(self) -> bool:
        try:
            return bool(pending_batches(self._outbox))
        except OSError:
            return False  # the share is unavailable

    def finish(self, stop: threading.Event) -> None:
        """Wait until all batches are explained, a child has failed, or ``stop`` is set."""
        self._is_requested = True
        self.check()
        while self._child is not None and not stop.is_set():
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(_WAIT_S)
            self.check()

    def stop(self) -> None:
        """End the child; the next start continues with what is still pending."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            self._child.wait()
