"""What happens in the inbox wakes the daemon; that it was overslept costs one ``poll_s``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from watchdog.events import (
    EVENT_TYPE_CLOSED_NO_WRITE,
    EVENT_TYPE_OPENED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

_LOG = logging.getLogger(__name__)
# Its events are hints, and it logs an error when it is stopped between two of them.
logging.getLogger("watchdog").setLevel(logging.CRITICAL)

_READ_ONLY_EVENTS = frozenset({EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE})


class FileEvents(FileSystemEventHandler):
    """Calls ``wake`` at whatever changes in ``inbox``; that it was read (by us) is no change."""

    def __init__(self, inbox: Path, wake: Callable[[], None]) -> None:
        self._inbox, self._wake = inbox, wake
        self._observer: BaseObserver | None = None

    def start(self) -> None:
        """Begin; where this machine has no events for such a folder, say so once."""
        observer = Observer()
        try:
            observer.schedule(self, str(self._inbox), recursive=False)
            observer.start()
        except OSError as error:
            _LOG.warning("no file events here (%s): looking every few seconds instead", error)
            return
        self._observer = observer

    def stop(self) -> None:
        """End, where it had begun."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """What watchdog calls, in a thread of its own."""
        if event.event_type not in _READ_ONLY_EVENTS:
            self._wake()
