"""File events wake the daemon early; a missed event costs no more than one ``poll_s``."""

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
_READ_ONLY_EVENTS = frozenset({EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE})


class FileEvents(FileSystemEventHandler):
    """Calls ``wake`` at every change in ``inbox``; that a file was read is no change."""

    def __init__(self, inbox: Path, wake: Callable[[], None]) -> None:
        self._inbox = inbox
        self._wake = wake
        self._observer: BaseObserver | None = None

    def start(self) -> None:
        """Start to listen; log a warning where the folder has no events."""
        # Events are hints, and watchdog logs an error when it is stopped between two of them.
        logging.getLogger("watchdog").setLevel(logging.CRITICAL)
        observer = Observer()
        try:
            observer.schedule(self, str(self._inbox), recursive=False)
            observer.start()
        except OSError as error:
            _LOG.warning("no file events for the inbox (%s): it is polled alone", error)
            return
        self._observer = observer

    def stop(self) -> None:
        """Stop to listen, where it was started."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Wake the daemon; watchdog calls this in a thread of its own."""
        if event.event_type not in _READ_ONLY_EVENTS:
            self._wake()
