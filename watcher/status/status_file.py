"""Read and write ``status.json``, whole at any moment; on a full disk a short one over the old."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from core.errors import StatusError
from core.files.named_errors import DISK_FULL
from core.files.own_files import SENTINEL, OwnFileError, read_own_file
from core.files.whole_file import write_atomic
from watcher.environment import MAIN
from watcher.intake.local_state import was_used
from watcher.status.status import Status

STATUS = "status.json"
# Spaces fill a shorter status, so that a short one with any reason has room in its place. A disk
# gives a file so much at least.
_LEAST_BYTES = 4096


class DamagedStatusError(StatusError):
    """The status is there, and is not what a daemon writes."""


def status_file_name(name: str) -> str:
    """Return the name of the status file of the daemon ``name``."""
    return STATUS if name == MAIN else f"status-{name}.json"


def read_status(outbox: Path, name: str = MAIN) -> Status:
    """Return what the daemon last wrote. Raises StatusError where nothing can be read."""
    path = outbox / status_file_name(name)
    try:
        return Status.model_validate_json(read_own_file(path))
    except FileNotFoundError:
        if was_used(outbox) and not (outbox / SENTINEL).exists():
            raise StatusError(
                f"{str(outbox)!r} has no file {SENTINEL}, and a daemon has worked there: is the "
                "share of the folder connected?"
            ) from None
        raise StatusError(
            f"no daemon has worked here: {str(path)!r} does not exist; start one with 'isco watch' "
            "or 'isco service install'"
        ) from None
    except OSError as error:
        raise StatusError(
            f"{str(path)!r} cannot be read ({error}); is the share of the folder connected?"
        ) from None
    except OwnFileError as error:
        raise DamagedStatusError(str(error)) from None
    except ValidationError as error:
        raise DamagedStatusError(
            f"{str(path)!r} is damaged ({' '.join(error.errors()[0]['msg'].split())}); a running "
            "daemon replaces it within seconds; otherwise start one"
        ) from None


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
