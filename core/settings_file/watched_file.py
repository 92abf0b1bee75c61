"""Whether the file of settings that a program was started with has changed since."""

from __future__ import annotations

import hashlib
from pathlib import Path


class WatchedFile:
    """A file of settings, and what it had in it when this was made.

    Its content is read again only when its size or its time of change has changed. Nobody sets that
    time, and it is also that of the permissions.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._state = self._current_state()
        self._hash = self._current_hash()
        self._change = ""

    def change(self) -> str:
        """Return the hash of the content if it is another one now, else nothing.

        A file that cannot be read has not changed.
        """
        state = self._current_state()
        if state not in (None, self._state):
            self._state = state
            current = self._current_hash()
            self._change = current if current != self._hash else ""
        return self._change

    def _current_state(self) -> tuple[int, int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_ctime_ns, status.st_size, status.st_ino

    def _current_hash(self) -> str:
        try:
            return hashlib.sha256(self.path.read_bytes()).hexdigest()
        except OSError:
            return ""
