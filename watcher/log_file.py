"""The log file of a daemon that runs as a service."""

from __future__ import annotations

import logging
import os
import shutil
from logging.handlers import RotatingFileHandler
from pathlib import Path

from core.log_lines import TEXT, log_formatter
from watcher.service import ERRORS_NAME

_MAX_BYTES = 2_000_000
_N_BACKUPS = 5


def log_to(path: Path, log_format: str = TEXT) -> None:
    """Log to ``path`` instead of to the terminal; five older files of 2 MB are kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        path,
        maxBytes=_MAX_BYTES,
        backupCount=_N_BACKUPS,
        encoding="utf-8",
        errors="backslashreplace",
    )
    handler.setFormatter(log_formatter(log_format, "%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], force=True)
    _rotate_launchd_errors(path.with_name(ERRORS_NAME))


def _rotate_launchd_errors(path: Path) -> None:
    """Rotate the file to which launchd appends standard error: launchd itself never does."""
    if path.exists() and path.stat().st_size > _MAX_BYTES:
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
        os.truncate(path, 0)
