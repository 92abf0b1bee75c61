"""A disk without room, which the operating system reports without the name of a file."""

from __future__ import annotations

import errno
from pathlib import Path

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def name_full_disk(error: BaseException | None, path: Path) -> None:
    """Give ``error`` the path that was written to, if it is a full disk that has none."""
    if isinstance(error, OSError) and error.errno in DISK_FULL and error.filename is None:
        error.filename = str(path)
