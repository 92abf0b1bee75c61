"""What a daemon remembers on this machine's own disk, where no share can be away."""

from __future__ import annotations

import os
from errno import EACCES
from hashlib import sha256
from pathlib import Path

import platformdirs

from core.errors import FolderError


def local_state_dir() -> Path:
    """Return the folder of this user on this machine's own disk; it may not exist yet."""
    return platformdirs.user_state_path("isco-coder", appauthor=False)


def make_local_state_dir() -> None:
    """Create the folder where it is missing. Raises FolderError where that cannot be done."""
    state_dir = local_state_dir()
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        if not os.access(state_dir, os.W_OK | os.X_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
    except OSError as error:
        raise FolderError(
            f"{str(state_dir)!r} cannot be used: {error.strerror or error}. Expected a folder "
            "where this user can create files: the locks of the daemon lie there, not on a share. "
            "Let the user own the home folder, or set XDG_STATE_HOME to a folder of its own"
        ) from None


def local_state_path(folder: Path, suffix: str) -> Path:
    """Return the path of a file about ``folder`` on this machine's own disk.

    Who writes there makes the folder first.
    """
    key = sha256(str(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return local_state_dir() / f"{key}.{suffix}"


def device_path(folder: Path) -> Path:
    """Return the file that has the device of a folder in which a daemon has worked."""
    return local_state_path(folder, "device")


def was_used(folder: Path) -> bool:
    """Whether a daemon of this user on this machine has worked in a folder of this path."""
    return device_path(folder).exists()
