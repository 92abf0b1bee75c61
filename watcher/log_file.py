"""The log file of a daemon that runs as a service."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from core.log_lines import TEXT, log_formatter
from watcher.service import ERRORS_NAME

_MAX_BYTES = 2_000_000
_N_BACKUPS = 5


def log_to(path: Path, log_format: str = TEXT) -> None:
    """Log to ``path`` instead of to the terminal; five older files of 2 MB are kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(
        path,
        maxBytes=_MAX_BYTES,
        backupCount=_N_BACKUPS,
        encoding="utf-8",
        errors="backslashreplace",
    )
    handler.setFormatter(log_formatter(log_format, "%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], force=True)
    _rotate_launchd_errors(path.with_name(ERRORS_NAME))


class _LogFile(RotatingFileHandler):
    """A log file that follows its path; what it cannot take goes to standard error.

    Whoever deletes old logs, or moves them with a tool of the machine, may do so at any time: a
    file that is kept open would take the lines along, to where nobody reads them.
    """

    _fault = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line to the file that is at the path now."""
        try:
            self._follow_path()
        except OSError:
            self.handleError(record)
        else:
            super().emit(record)

    def _follow_path(self) -> None:
        """Open the file anew if it was moved or removed, also with its folder. Raises OSError."""
        path, before = Path(self.baseFilename), self.stream
        if (
            before is not None
            and path.exists()
            and os.path.samestat(path.stat(), os.fstat(before.fileno()))
        ):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        self.stream = self._open()
        if before is not None:
            before.close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # a name of logging
        """Write the line to standard error, where logging would write a traceback for each."""
        error = sys.exception()
        if not isinstance(error, OSError) or sys.stderr is None:
            super().handleError(record)
            return
        fault = f"{self.baseFilename!r} cannot be written: {error.strerror}"
        if fault != self._fault:
            self._fault = fault
            sys.stderr.write(f"isco: {fault}; the log goes on here\n")
        sys.stderr.write(f"{self.format(record)}\n")


def _rotate_launchd_errors(path: Path) -> None:
    """Rotate the file to which launchd appends standard error: launchd itself never does."""
    if path.exists() and path.stat().st_size > _MAX_BYTES:
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
        os.truncate(path, 0)
