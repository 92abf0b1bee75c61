"""The log of a daemon that nobody watches: a file, turned over when it is full."""

from __future__ import annotations

import logging
import os
import shutil
from logging.handlers import RotatingFileHandler
from pathlib import Path

from watcher.service import ERRORS

_MAX_BYTES, _N_OLDER = 2_000_000, 5


def log_to(path: Path) -> None:
    """Log to ``path`` instead of to the terminal; five older ones of 2 MB are kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        path, maxBytes=_MAX_BYTES, backupCount=_N_OLDER, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], force=True)
    _turn_over(path.with_name(ERRORS.name))


def _turn_over(errors: Path) -> None:
    """What launchd writes for us nobody turns over; it only ever appends."""
    if errors.exists() and errors.stat().st_size > _MAX_BYTES:
        shutil.copyfile(errors, errors.with_name(f"{errors.name}.1"))
        os.truncate(errors, 0)
