"""What the watcher does to the disk, operation by operation, passed in as one small object.

Every step of the protocol on a file goes through here, so that the tests drive the real code while
they end the process after any operation, or fail it as a full disk or a lost share would.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path

# A folder's own entry cannot be synced everywhere: not on SMB, not on every FUSE.
_UNSYNCED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES})
# The kernel or the file system cannot rename without replacing.
_NOT_EXCLUSIVE = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})
_AT_FDCWD, _RENAME_NOREPLACE, _RENAME_EXCL = -100, 1, 4
_BLOCK_BYTES = 1 << 24
PUBLIC_DIR, PUBLIC_FILE = 0o755, 0o644


def _rename_exclusively(source: Path, target: Path) -> None:
    """What Python has no call for: renameat2(2) on Linux, renamex_np(2) on a Mac."""
    libc, names = ctypes.CDLL(None, use_errno=True), (os.fsencode(source), os.fsencode(target))
    try:
        if sys.platform == "linux":
            one, other = names
            failed = libc.renameat2(_AT_FDCWD, one, _AT_FDCWD, other, _RENAME_NOREPLACE)
        else:
            failed = libc.renamex_np(*names, _RENAME_EXCL)
    except AttributeError:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), source, None, target)


class Filesystem:
    """The operating system's file operations. All but ``is_closed`` raise OSError as it does."""

    def names(self, folder: Path) -> list[str]:
        """What lies in a folder, in no order."""
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]

    def status(self, path: Path) -> os.stat_result:
        """Size, times, kind; of a link itself, never of what it points to."""
        return path.lstat()

    def make_dir(self, path: Path) -> None:
        """A new folder that only this user can look into."""
        path.mkdir(mode=0o700)

    def rename(self, source: Path, target: Path) -> None:
        """One atomic step. A folder never takes the place of one that is not empty."""
        os.rename(source, target)

    def rename_new(self, source: Path, target: Path) -> None:
        """``rename`` that never replaces: FileExistsError where the name is taken.

        On a file system that cannot do that in one step (NFS) the name of a file is taken by an
        empty file first: a crash between the two steps leaves that, and the source where it was.
        """
        try:
            _rename_exclusively(source, target)
        except OSError as error:
            if error.errno not in _NOT_EXCLUSIVE:
                raise
            self._rename_in_two_steps(source, target)

    def _rename_in_two_steps(self, source: Path, target: Path) -> None:
        is_dir = stat.S_ISDIR(source.lstat().st_mode)
        if not is_dir:
            self.reserve(target)
        elif os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
        try:
            os.rename(source, target)
        except OSError:
            if not is_dir:
                target.unlink()
            raise

    def reserve(self, path: Path) -> None:
        """A new empty file; FileExistsError where the name is taken."""
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def read(self, path: Path) -> bytes:
        """All of a small file; a link is not followed."""
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            return file.read()

    def write(self, path: Path, content: bytes) -> None:
        """Write all of a small file, new or in place of what it held; a link is not followed."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(content)

    def copy(self, source: Path, target: Path, breathe: Callable[[], None]) -> None:
        """Content and times into a new file; ``breathe`` is called every 16 MB."""
        with (
            os.fdopen(os.open(source, os.O_RDONLY | os.O_NOFOLLOW), "rb") as original,
            target.open("xb") as file,
        ):
            while block := original.read(_BLOCK_BYTES):
                file.write(block)
                breathe()
        shutil.copystat(source, target, follow_symlinks=False)

    def hash(self, path: Path, breathe: Callable[[], None] = lambda: None) -> str:
        """SHA-256, hexadecimal; ``breathe`` is called every 16 MB."""
        digest = hashlib.sha256()
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
                breathe()
        return digest.hexdigest()

    def sync(self, path: Path) -> None:
        """Have a file, or the names in a folder, on the disk before going on."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            if sys.platform == "darwin":  # fsync alone leaves it in the drive's own memory
                import fcntl

                fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            else:
                os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _UNSYNCED or not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise
        finally:
            os.close(descriptor)

    def publish(self, path: Path) -> None:
        """Let other users of the share read it, as far as its file system knows users."""
        try:
            path.chmod(PUBLIC_DIR if path.is_dir() else PUBLIC_FILE)
        except OSError as error:
            if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}:
                raise

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink()

    def remove_dir(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()

    def remove_tree(self, path: Path) -> None:
        """Remove a folder with all that lies in it; what cannot be removed stays."""
        shutil.rmtree(path, ignore_errors=True)

    def is_closed(self, path: Path) -> bool:
        """Whether this machine's kernel vouches that nobody has the file open for writing.

        A read lease is granted only then (Linux, fcntl(2)), and only on one's own files. False
        means: it does not say.
        """
        if sys.platform != "linux":
            return False
        import fcntl

        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            return False
        try:
            # Who opens it while the lease is held makes the kernel send SIGIO, which ends us.
            fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return True
