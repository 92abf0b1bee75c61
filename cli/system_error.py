"""Say in one line what the operating system refused, and what the user can do about it."""

from __future__ import annotations

import errno
import os

from core.errors import SETTINGS_FILE
from core.files.named_errors import DISK_FULL

_IN_SETTINGS = f"in {SETTINGS_FILE}"


def describe(error: OSError, named: str = _IN_SETTINGS) -> str:
    """Return the path, what the system said, and a remedy; for an unknown fault Python's words.

    ``named`` says where the user has named the folder.
    """
    if error.filename is None or error.strerror is None:
        return str(error)
    remedy = _remedy(error.errno, str(error.filename), f"or name another folder {named}")
    what = f"{str(error.filename)!r}: {error.strerror}"
    return f"{what}; {remedy}" if remedy else what


def _remedy(number: int | None, path: str, name_another: str) -> str:
    if number in (errno.EACCES, errno.EPERM):
        # Path.is_file() raises the same error once more where a folder above is closed.
        if os.path.isfile(path) and not os.access(path, os.R_OK):  # noqa: PTH113
            return "let this user read it"
        return f"let this user read and write there, {name_another}"
    if number == errno.EROFS:
        return f"mount it for writing, {name_another}"
    if number in DISK_FULL:
        return "make room there, and start again"
    if number == errno.EFBIG:
        return f"allow larger files there ('ulimit -f'), {name_another}"
    if number in (errno.EMFILE, errno.ENFILE):
        return "allow more open files ('ulimit -n')"
    if number in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR):
        return "check the path and its folders"
    if number == errno.EBADF:
        return "open it, for instance with '> FILE'"
    return ""
