"""The file operations of the watcher's protocol, passed in as one small object.

Every step of the protocol goes through here, so that the tests can run the real code while they end
the process after any operation, or let it fail as a full disk or a lost share does.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from core.files.own_files import read_own_file
from core.files.whole_file import make_public
from watcher.open_files import Writers, writers_of

# A folder itself cannot be synced everywhere: not on SMB, not on every FUSE.
_UNSYNCED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES})
# The kernel or the file system cannot rename without replacing.
_NOT_EXCLUSIVE = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_RENAME_EXCL = 4
_BLOCK_BYTES = 1 << 24


def _rename_exclusively(source: Path, target: Path) -> None:
    """Rename without replacing: renameat2(2) on Linux, renamex_np(2) on a Mac, not in Python."""
    libc = ctypes.CDLL(None, use_errno=True)
    old, new = os.fsencode(source), os.fsencode(target)
    try:
        if sys.platform == "linux":
            failed = libc.renameat2(_AT_FDCWD, old, _AT_FDCWD, new, _RENAME_NOREPLACE)
        else:
            failed = libc.renamex_np(old, new, _RENAME_EXCL)
    except AttributeError:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(source), None, str(target))


def _open_below(root: Path, folder: Path) -> int:
    """Return a descriptor of a folder below ``root``; no folder on the way may be a link."""
    flags = os.O_RDONLY | os.O_DIRECTORY
    descriptor = os.open(root, flags)
    for part in folder.relative_to(root).parts:
        outer = descriptor
        try:
            descriptor = os.open(part, flags | os.O_NOFOLLOW, dir_fd=outer)
        finally:
            os.close(outer)
    return descriptor


class Filesystem:
    """The file operations of the operating system. All but ``writers`` raise its OSError."""

    def names(self, folder: Path) -> list[str]:
        """Return the names in a folder, in no order."""
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]

    def names_inside(self, folder: Path) -> list[str]:
        """Return the names in a folder that may have been replaced: a link is not followed."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            with os.scandir(descriptor) as entries:
                return [entry.name for entry in entries]
        finally:
            os.close(descriptor)

    def status(self, path: Path) -> os.stat_result:
        """Return size, times and kind; of a link itself, never of its target."""
        return path.lstat()

    def make_dir(self, path: Path) -> None:
        """Create a folder that only this user can read."""
        path.mkdir(mode=0o700)

    def make_private(self, path: Path) -> None:
        """Take a folder of this user away from all others; a link is not followed."""
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        try:
            os.fchmod(descriptor, 0o700)
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Rename in one atomic step. A folder never replaces one that is not empty."""
        os.rename(source, target)

    def rename_inside(self, root: Path, source: Path, target: Path) -> None:
        """Rename what is in a folder below ``root``, to another place below it.

        Each folder on the way is opened without following a link: OSError where it is one.
        """
        from_dir = _open_below(root, source.parent)
        try:
            to_dir = _open_below(root, target.parent)
            try:
                os.rename(source.name, target.name, src_dir_fd=from_dir, dst_dir_fd=to_dir)
            finally:
                os.close(to_dir)
        finally:
            os.close(from_dir)

    def rename_new(self, source: Path, target: Path) -> None:
        """Rename and never replace: FileExistsError where the name is taken.

        On a file system that cannot do that in one step (NFS), an empty file reserves the name
        first. A crash between the two steps leaves the empty file, and the source where it was.
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

    def check_readable(self, path: Path) -> None:
        """Raise PermissionError where this user may not read a file; a link is not followed."""
        try:
            # A pipe that has just replaced the file must not block.
            os.close(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK))
        except OSError as error:
            if error.errno != errno.ELOOP:  # a link, which ``claim_file`` recognises
                raise

    def reserve(self, path: Path) -> None:
        """Create an empty file; FileExistsError where the name is taken."""
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def read(self, path: Path) -> bytes:
        """Return the content of a small file of ours; OwnFileError where it cannot be one."""
        return read_own_file(path)

    def write(self, path: Path, content: bytes) -> None:
        """Write a small file, new or in place of its old content; a link is not followed."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(content)

    def copy(self, source: Path, target: Path, on_progress: Callable[[], None]) -> None:
        """Copy content and times into a new file; ``on_progress`` is called every 16 MB."""
        with (
            os.fdopen(os.open(source, os.O_RDONLY | os.O_NOFOLLOW), "rb") as original,
            target.open("xb") as file,
        ):
            while block := original.read(_BLOCK_BYTES):
                file.write(block)
                on_progress()
        shutil.copystat(source, target, follow_symlinks=False)

    def hash(self, path: Path, on_progress: Callable[[], None] = lambda: None) -> str:
        """Return the SHA-256, hexadecimal; ``on_progress`` is called every 16 MB.

        Other than ``sha256_of`` it follows no link.
        """
        digest = hashlib.sha256()
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
                on_progress()
        return digest.hexdigest()

    def sync(self, path: Path) -> None:
        """Return when a file, or the names in a folder, are on the disk."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            if sys.platform == "darwin":  # fsync alone leaves it in the memory of the drive
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
        """Let other users of the share read it, where the file system has users."""
        make_public(path)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink()

    def remove_dir(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()

    def remove_tree(self, path: Path) -> None:
        """Remove a folder with its content; what cannot be removed stays."""
        shutil.rmtree(path, ignore_errors=True)

    def writers(self, path: Path) -> Writers:
        """Return whether somebody has the file open for writing, if the kernel can tell."""
        return writers_of(path)

    def has_end_of_line(self, path: Path) -> bool:
        """Whether a file is empty or ends with a line break, in UTF-8 or UTF-16."""
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(-min(size, 2), os.SEEK_END)
            tail = file.read()
        return not tail or b"\n" in tail or b"\r" in tail
