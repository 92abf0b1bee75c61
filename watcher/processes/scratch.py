"""The temporary folder of a worker process, removed however the process ended."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

_PREFIX = "isco-worker-"
_NAME = re.compile(rf"{_PREFIX}(\d+)-.*")


def new_scratch_dir() -> Path:
    """Create a folder for one worker of this daemon, and remove those of daemons that were killed.

    Its name has the number of the daemon's process.
    """
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        match = _NAME.fullmatch(path.name)
        with suppress(OSError):
            is_ours = not hasattr(os, "getuid") or path.lstat().st_uid == os.getuid()
            if match and is_ours and not psutil.pid_exists(int(match[1])):
                shutil.rmtree(path, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
