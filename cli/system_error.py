"""Say in one line what the operating system refused, and what the user can do about it."""

from __future__ import annotations

import errno

from core.errors import SETTINGS_FILE
from core.files.named_errors import DISK_FULL

_NAME_ANOTHER = f"or name another folder in {SETTINGS_FILE}"


def describe(error: OSError) -> str:
    """Return the path, what the system said, and a remedy; for an unknown fault Python's words."""
    if error.filename is None or error.strerror is None:
        return str(error)
    remedy = _remedy(error.errno)
    what = f"{str(error.filename)!r}: {error.strerror}"
    return f"{what}; {remedy}" if remedy else what


def _remedy(number: int | None) -> str:
    if number in (errno.EACCES, errno.EPERM):
        return f"let this user read and write there, {_NAME_ANOTHER}"
    if number == errno.EROFS:
        return f"mount it for writing, {_NAME_ANOTHER}"
    if number in DISK_FULL:
        return "make room there, and start again"
    if number == errno.EFBIG:
        return f"allow larger files there ('ulimit -f'), {_NAME_ANOTHER}"
    if number in (errno.EMFILE, errno.ENFILE):
        return "allow more open files ('ulimit -n')"
    if number in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR):
        return "check the path and its folders"
    if number == errno.EBADF:
        return "open it, for instance with '> FILE'"
    return ""
