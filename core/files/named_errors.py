"""Errors of the operating system that name what people know, and are the same each time."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.errors import IscoError

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_UNNAMED = DISK_FULL | {errno.EFBIG}
# The results of a file are about a dozen files.
_FEW_FILES = 32
_NO_ROOM_BYTES = 1 << 16


def name_full_disk(error: BaseException | None, path: Path) -> None:
    """Give ``error`` the path that was written to, if it is a full disk that has none.

    The operating system reports a disk without room, and a file that may not become larger, without
    the name of a file.
    """
    if isinstance(error, OSError) and error.errno in _UNNAMED and error.filename is None:
        error.filename = str(path)


@contextmanager
def full_disk_told(folder: Path) -> Iterator[None]:
    """Raise the OSError of a full disk where a library has met one in ``folder`` and says it else.

    The error of safetensors has its words, that of torch does not: then the disk is looked at.
    """
    try:
        yield
    except (OSError, IscoError):
        raise
    except Exception as error:  # safetensors and torch raise their own, unrelated classes
        words = os.strerror(errno.ENOSPC)
        is_full = words in str(error)
        with suppress(OSError):
            is_full = is_full or shutil.disk_usage(folder).free < _NO_ROOM_BYTES
        if not is_full:
            raise
        raise OSError(errno.ENOSPC, words, str(folder)) from error


def words_of_full_disk(error: OSError, folder: Path) -> str:
    """Return what a full disk says of itself; bytes may be free where files are used up."""
    words = error.strerror or str(error)
    with suppress(OSError):
        disk = os.statvfs(folder)
        if disk.f_files and disk.f_favail < _FEW_FILES:  # some file systems count no files: 0
            words += f" (room for {disk.f_favail} more files, however small: too many are there)"
    return words


def name_instead(error: BaseException | None, hidden: Path, shown: Path) -> None:
    """Let ``error`` name ``shown`` where it names ``hidden``, or what is in it.

    A hidden file has another name at each attempt: whoever says only what is news would take the
    same fault for another one each time, and nobody finds that file any more.
    """
    if not isinstance(error, OSError):
        return
    if is_path_in(error.filename, hidden):
        error.filename = str(shown)
    if is_path_in(error.filename2, hidden) or error.filename2 == error.filename:
        del error.filename2  # None would be shown


def is_path_in(name: object, folder: Path) -> bool:
    """Return whether what an OSError names is ``folder`` or in it."""
    return isinstance(name, str) and Path(name).is_relative_to(folder)
