"""Whether somebody has a file open for writing, as far as the kernel of this machine can tell."""

from __future__ import annotations

import errno
import os
import signal
import sys
from contextlib import suppress
from enum import Enum
from pathlib import Path

import psutil

# Where a refused lease means a writer. A network file system refuses it for reasons of its own.
_LOCAL = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "ramfs", "tmpfs", "xfs", "zfs"}
)
_PROC = Path("/proc")


class Writers(Enum):
    """Who has a file open for writing."""

    NONE = "none"
    """The kernel guarantees that nobody has."""

    SOME = "some"
    """Somebody has."""

    UNKNOWN = "unknown"
    """The kernel does not say: another system, a network share, a file of another user."""


def writers_of(path: Path) -> Writers:
    """Return whether somebody has the file open for writing.

    Linux grants a read lease only where nobody has (fcntl(2)), on files of the same user. Where it
    is refused, the open files of the processes that this user may look into decide.
    """
    if sys.platform != "linux":
        return Writers.UNKNOWN
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return Writers.UNKNOWN
    try:
        # If somebody opens the file during the lease, the kernel sends SIGIO, which would end this
        # process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        if error.errno == errno.EAGAIN and file_system_of(path) in _LOCAL:
            return Writers.SOME
        is_open = is_open_for_writing(os.fstat(descriptor))
        return Writers.SOME if is_open else Writers.UNKNOWN
    finally:
        os.close(descriptor)
    return Writers.NONE


def file_system_of(path: Path) -> str:
    """Return the type of the file system of a path, empty where it is not known."""
    real_path = path.resolve()
    with suppress(OSError):
        mounts = psutil.disk_partitions(all=True)
        above = [mount for mount in mounts if real_path.is_relative_to(mount.mountpoint)]
        # A sort keeps their order: of two mounts on one point the later hides the earlier.
        above.sort(key=lambda mount: len(mount.mountpoint))
        return above[-1].fstype if above else ""
    return ""


def is_open_for_writing(status: os.stat_result) -> bool:
    """Whether a process that this user may look into has the file open for writing."""
    for process in _PROC.iterdir():
        if not process.name.isdecimal():
            continue
        with suppress(OSError):  # it has ended, or it is another user's
            for link in (process / "fd").iterdir():
                with suppress(OSError):  # it has been closed
                    is_same = os.path.samestat(link.stat(), status)
                    if is_same and _is_writing(process / "fdinfo" / link.name):
                        return True
    return False


def _is_writing(info: Path) -> bool:
    for line in info.read_text(encoding="ascii").splitlines():
        if line.startswith("flags:"):
            return int(line.split()[1], 8) & os.O_ACCMODE != os.O_RDONLY
    return False
