"""What signals mean: the first ends the daemon after the file in work, the second in its middle."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

_LOG = logging.getLogger(__name__)
# For the file in work, where a machine wants us gone: the manager of a service kills after 120 s.
_GRACE_S = 100.0


class ShutdownSignals:
    """``stop`` is set by the first signal, ``halt`` by the second; a third one ends the process.

    Ctrl-C comes from somebody who sees what is in work, and may wait. SIGTERM, and the SIGHUP of a
    terminal that is closed, come from who kills in the end: then ``halt`` follows by itself.
    """

    def __init__(self) -> None:
        self.stop, self.halt = threading.Event(), threading.Event()
        self._wake: Callable[[], None] = lambda: None

    def listen(self, wake: Callable[[], None]) -> None:
        """From here on signals mean that; ``wake`` is called for the daemon to see."""
        self._wake = wake
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)
        # Under nohup it is ignored, and stays so.
        if os.name == "posix" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        if self.stop.is_set():
            signal.signal(number, signal.SIG_DFL)  # a share may hang, and the process with it
            self.halt.set()
            return
        _LOG.info("stopping after the file in work; the same signal again stops at once")
        self.stop.set()
        self._wake()
        if number != signal.SIGINT:
            later = threading.Timer(_GRACE_S, self.halt.set)
            later.daemon = True
            later.start()
