"""Shutdown by signals: the first one after the current file, the second one at once."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

_LOG = logging.getLogger(__name__)
# The time for the current file: the service manager kills the process after 120 s.
_GRACE_S = 100.0


@dataclass(frozen=True)
class Shutdown:
    """How the daemon is told to end.

    ``stop_after_current``: warm shutdown, after the file in progress. ``stop_now``: cold shutdown,
    in the middle of it; it is set after the first.
    """

    stop_after_current: threading.Event = field(default_factory=threading.Event)
    stop_now: threading.Event = field(default_factory=threading.Event)


class ShutdownError(Exception):
    """The daemon was told to stop at once, while a file was in progress."""


class ShutdownSignals:
    """Sets ``shutdown`` when signals arrive; a third signal ends the process.

    Ctrl-C comes from a person who can see what is in progress and may wait. SIGTERM, and SIGHUP of
    a terminal that is closed, come from programs that kill in the end: ``stop_now`` then follows by
    itself after 100 s.
    """

    def __init__(self) -> None:
        self.shutdown = Shutdown()
        self._wake: Callable[[], None] = lambda: None

    def listen(self, wake: Callable[[], None]) -> None:
        """Handle signals from now on; ``wake`` is called so that the daemon notices at once."""
        self._wake = wake
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        # nohup ignores SIGHUP, and that stays so.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.shutdown.stop_after_current.is_set():
            signal.signal(number, signal.SIG_DFL)  # a hanging share may make the process hang
            self.shutdown.stop_now.set()
            return
        _LOG.info("stopping after the current file; send the signal again to stop now")
        self.shutdown.stop_after_current.set()
        self._wake()
        if number != signal.SIGINT:
            timer = threading.Timer(_GRACE_S, self.shutdown.stop_now.set)
            timer.daemon = True
            timer.start()
