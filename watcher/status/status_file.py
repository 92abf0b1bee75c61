"""Write ``status.json``, whole at any moment; on a full disk a short one over the old one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from core.files.named_errors import DISK_FULL
from core.files.whole_file import write_atomic
from watcher.status.status import Status


def write_status(path: Path, status: Status) -> None:
    """Replace the status at ``path``. Raises OSError, also where only a short one was written."""
    try:
        write_atomic(path, status.model_dump_json(indent=2) + "\n", is_public=True)
    except OSError as error:
        if (status.paused or status.no_space) and error.errno in DISK_FULL:
            _overwrite(path, status)
        raise


def _overwrite(path: Path, status: Status) -> None:
    """Write a short status over the old one: on a full disk that is all there is room for."""
    short = status.model_copy(update={"waiting": (), "ignored": (), "results": (), "rejected": ()})
    # The reason is longer than what the old status had: what is as usual is left out instead.
    content = (short.model_dump_json(exclude_defaults=True) + "\n").encode()
    with suppress(OSError), os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW), "r+b") as file:
        if len(content) <= os.fstat(file.fileno()).st_size:
            file.write(content)
            file.truncate()
