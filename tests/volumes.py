"""Where tests keep their files: in memory where there is room, which other volume there is, and
what is a full one.

The watcher waits until what it writes is on the disk. On a disk, that and the removal of files are
half of the time of its tests, and the two processes of a run wait for each other. A file system in
memory answers at once, and does all else as a disk does.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

FULL_DISK = Path("/dev/full")
"""A file of Linux that is on a full disk for everybody who writes to it."""
needs_full_disk = pytest.mark.skipif(not FULL_DISK.exists(), reason=f"needs {FULL_DISK}")
MEMORY = Path("/dev/shm")  # of Linux; of 64 MB in a container, unless it is told otherwise
_NEEDED_BYTES = 4 << 30
_VOLUMES = (MEMORY, Path("/var/tmp"), Path("/tmp"))


def keep_files_in_memory() -> None:
    """Let pytest make the folders of tests there, if there is room.

    A person who has set TMPDIR, or pytest's own variable, has chosen the place already. TMPDIR
    itself is not set: Ray and browsers leave files there, which would stay in memory.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    if shutil.disk_usage(MEMORY).free > _NEEDED_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def other_volume(path: Path) -> Path | None:
    """Return a folder for temporary files on another volume than ``path``, if there is one."""
    device = path.stat().st_dev
    return next((p for p in _VOLUMES if p.is_dir() and p.stat().st_dev != device), None)
