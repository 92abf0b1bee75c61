"""Write ``status.json``, whole at any moment; on a full disk a short one over the old one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from core.files.named_errors import DISK_FULL
from core.files.whole_file import write_atomic
from watcher.status.status import Status

# Spaces fill a shorter status, so that a short one with any reason has room in its place. A disk
# gives a file so much at least.
_LEAST_BYTES = 4096


def write_status(path: Path, status: Status) -> None:
    """Replace the status at ``path``. Raises OSError, also where only a short one was written."""
    try:
        content = status.model_dump_json(indent=2).ljust(_LEAST_BYTES - 1) + "\n"
        write_atomic(path, content, is_public=True)
    except OSError as error:
        if (status.paused or status.no_space) and error.errno in DISK_FULL:
            _overwrite(path, status)
        raise


def _overwrite(path: Path, status: Status) -> None:
    """Write a short status over the old one: on a full disk that is all there is room for."""
    short = status.model_copy(update={"waiting": (), "ignored": (), "results": (), "rejected": ()})
    # What is as usual is left out: the old status may have had a shorter reason, or none.
    content = short.model_dump_json(exclude_defaults=True).encode()
    with suppress(OSError), os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW), "r+b") as file:
        size = os.fstat(file.fileno()).st_size
        if len(content) < size:
            # A file that got shorter could not take the next status, which may be longer.
            file.write(content.ljust(size - 1) + b"\n")
