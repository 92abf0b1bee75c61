"""A temporary folder that does not outlive its owner, however the owner ends."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
import sys
from contextlib import suppress
from pathlib import Path

from core.files.named_errors import name_full_disk

_LOCK = ".lock"


class ScratchFolder:
    """A temporary folder that does not outlive its owner, however the owner ends.

    The owner holds a lock on a file in it (flock), which the kernel releases when the process ends:
    the number of a process tells nothing where containers share a folder. The next owner of a
    folder of the same prefix removes what is not locked. Where the system cannot lock, nothing is
    removed but by its owner.
    """

    def __init__(self, parent: Path, prefix: str) -> None:
        """Create ``<prefix><hex digits>`` in ``parent``; remove what killed owners left there.

        Only this user can read it. Raises OSError.
        """
        _remove_left_over(parent, prefix)
        while True:
            self.path = parent / f"{prefix}{secrets.token_hex(8)}"
            self.path.mkdir(mode=0o700)
            descriptor = _lock_of_new(self.path)
            if descriptor is not None:
                self._descriptor: int | None = descriptor
                break

    def remove(self) -> None:
        """Remove the folder with its content; what cannot be removed stays."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self) -> Path:
        """Return the path of the folder."""
        return self.path

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Remove the folder. A full disk, which names no file, gets the folder it is in as one."""
        self.remove()
        name_full_disk(error, self.path.parent)


def _remove_left_over(parent: Path, prefix: str) -> None:
    """Remove the scratch folders of this user that nobody has locked."""
    if sys.platform == "win32":
        return
    is_scratch = re.compile(rf"{re.escape(prefix)}[0-9a-f]{{16}}")
    try:
        left_over = [path for path in parent.iterdir() if is_scratch.fullmatch(path.name)]
    except OSError:  # this user may create folders there, and not list them
        return
    for path in left_over:
        with suppress(OSError):  # gone meanwhile, or the system cannot lock
            status = path.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
                continue
            descriptor = _open_lock(path)
            try:
                if _try_lock(descriptor):
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(descriptor)


def _lock_of_new(folder: Path) -> int | None:
    """Lock a new scratch folder; return None where another process has just removed it as left."""
    try:
        descriptor = _open_lock(folder)
    except FileNotFoundError:
        return None
    try:
        is_locked = _try_lock(descriptor)
    except OSError:  # nobody can lock here, so nobody removes it
        is_locked = True
    if is_locked and (folder / _LOCK).exists():
        return descriptor
    os.close(descriptor)
    return None


def _open_lock(folder: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    return os.open(folder / _LOCK, flags, 0o600)


def _try_lock(descriptor: int) -> bool:
    """Lock a file until it is closed; False where it is locked. OSError: no file can be locked."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
