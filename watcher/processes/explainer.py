"""Starts the process that explains batches: at low priority, one at a time.

The daemon stays light, because shap and its libraries are loaded in the child process alone, and no
file waits for an explanation. The requests are on the disk (``results/explanations/requests.py``),
so a crash of the child or of the daemon loses none.
"""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from results.explanations.requests import pending_batches
from watcher.clock import Clock, back_off_s
from watcher.intake.local_state import local_state_path, make_local_state_dir
from watcher.processes.background import ended_with, start_in_background

_LOG = logging.getLogger(__name__)
# For requests of an earlier run, requests that failed, and batches of other daemons.
_SEARCH_EVERY_S = 60.0
# A fault may last for months. Each attempt loads a model, or is ended for want of memory.
_MAX_SEARCH_S = 3600.0
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

    def __init__(
        self,
        outbox: Path,
        start_child: Callable[[], subprocess.Popen[bytes]],
        clock: Clock | None = None,
    ) -> None:
        self._outbox = outbox
        self._start_child = start_child
        self._clock = clock or Clock()
        self._child: subprocess.Popen[bytes] | None = None
        self._is_requested = False
        self._next_search_s = 0.0
        self._n_failures = 0  # in a row
        self._reported = ""  # the last failure that was logged
        self._asked: frozenset[Path] = frozenset()  # the batches that the child was started for

    def request(self) -> None:
        """Look for pending batches at the next check: one was published."""
        self._is_requested = True

    def check(self) -> None:
        """Start a child where batches are pending and none runs; quick, called at every turn.

        While none of them gets its explanations, the next one is started later every time.
        """
        if self._child is not None and self._child.poll() is not None:
            status, self._child = self._child.returncode, None
            has_progress = not self._asked <= self._pending()
            if status:
                self._warn(f"explaining ended with {ended_with(status)}; it is tried again")
            self._wait(0 if has_progress else self._n_failures + 1)
        now_s = self._clock.monotonic_s()
        if self._child is None and (self._is_requested or now_s >= self._next_search_s):
            self._wait(self._n_failures)
            self._is_requested = False
            self._asked = self._pending()
            if self._asked:
                try:
                    self._child = start_in_background(self._start_child)
                except OSError as error:  # its log, memory: no file waits for it
                    self._warn(f"explaining cannot start, it is tried again: {error}")
                    self._wait(self._n_failures + 1)

    def _wait(self, n_failures: int) -> None:
        """Note how many attempts in a row explained nothing, and when the next one may be."""
        self._n_failures = n_failures
        if not n_failures:
            self._reported = ""
        delay_s = back_off_s(_SEARCH_EVERY_S, max(n_failures, 1), _MAX_SEARCH_S)
        self._next_search_s = self._clock.monotonic_s() + delay_s

    def _warn(self, failure: str) -> None:
        """Log a failure, once while it lasts."""
        if failure != self._reported:
            _LOG.warning("%s", failure)
        self._reported = failure

    def _pending(self) -> frozenset[Path]:
        try:
            return frozenset(pending_batches(self._outbox))
        except OSError:
            return frozenset()  # the share is unavailable

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
