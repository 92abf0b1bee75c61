"""Write files whole or not at all, hash them, keep temporary folders, and tell the time."""

from __future__ import annotations

import errno
import hashlib
import marshal
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import yaml

PUBLIC_DIR = 0o755
PUBLIC_FILE = 0o644
# A thread that hashes waits for the interpreter after each block.
_BLOCK_BYTES = 1 << 23
_HASH_BYTES = 32
_LOCK = ".lock"
_Table = TypeVar("_Table", bound=list[Any] | dict[Any, Any])


def write_atomic(
    path: Path, content: bytes | str, *, is_public: bool = False, is_durable: bool = False
) -> None:
    """Replace ``path`` by ``content`` with one rename; text is written as UTF-8.

    See ``open_atomic`` for the parameters and errors.
    """
    # A file name need not be UTF-8, and may stand in the content.
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with open_atomic(path, is_public=is_public, is_durable=is_durable) as file:
        file.write(data)


@contextmanager
def open_atomic(
    path: Path, *, is_public: bool = False, is_durable: bool = False
) -> Iterator[BinaryIO]:
    """Open a file that replaces ``path`` with one rename when the block ends without an error.

    A reader sees the old file or the new one, never a part of it. The content is first written to a
    hidden file beside it with a name of its own: two writers never share one, not even two that
    have the same number of a process, in two containers.

    Parameters
    ----------
    is_public : whether other users of the share may read the file.
    is_durable : whether the content is on the disk before the rename (fsync).

    Raises OSError as the operating system does; the hidden file is removed on every error.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:  # never through a link that somebody put there
            yield file
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        if is_public:
            make_public(part)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def make_public(path: Path) -> None:
    """Let other users of the share read a file or a folder, where the file system has users."""
    try:
        path.chmod(PUBLIC_DIR if path.is_dir() else PUBLIC_FILE)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}:
            raise


def make_public_dir(path: Path) -> None:
    """Make a folder that other users of the share can read; one that is there stays as it is."""
    with suppress(FileExistsError):
        path.mkdir(parents=True)
        make_public(path)


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

    def __exit__(self, *error: object) -> None:
        """Remove the folder."""
        self.remove()


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, none where there is no folder.

    Raises OSError where it cannot be listed: ``Path.glob`` finds nothing there, as if it were
    empty.
    """
    try:
        return [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []


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


def require_new_dir(path: Path) -> None:
    """Raise FileExistsError where something is at ``path``, other than an empty folder."""
    if os.path.lexists(path) and not (path.is_dir() and not any(path.iterdir())):
        raise FileExistsError(errno.EEXIST, "expected a new folder, but it exists", str(path))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, hexadecimal."""
    digest = hashlib.sha256()
    block = memoryview(bytearray(_BLOCK_BYTES))  # reused: new memory takes time
    with path.open("rb", buffering=0) as file:
        while n_read := file.readinto(block):
            digest.update(block[:n_read])
    return digest.hexdigest()


def utc_now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_yaml(path: Path) -> dict[str, Any]:
    """Return what one of our own tables holds.

    The parser in C takes a tenth of the time; what it read is kept as compiled modules are.
    """
    content = path.read_bytes()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return compiled_table(path, content, lambda: yaml.load(content, Loader=loader))


def compiled_table(path: Path, made_from: bytes, make: Callable[[], _Table]) -> _Table:
    """Return what ``make`` returns, or what is kept of it as compiled modules are.

    Parameters
    ----------
    path : our own table that it is made of.
    made_from : the content of the table, and of whatever else decides what is made of it.
    make : returns a list or a dictionary of what ``marshal`` can keep.
    """
    digest = hashlib.sha256(made_from).hexdigest()[:8]
    kept_path = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.{digest}"
    if (compiled := read_compiled(kept_path)) is not None:
        kept: _Table = marshal.loads(compiled)
        return kept
    made = make()
    keep_compiled(kept_path, marshal.dumps(made))
    return made


def read_compiled(path: Path) -> bytes | None:
    """Return what ``keep_compiled`` has kept in ``path``, None where it is not there, or not whole.

    A file begins with the hash of what follows: the interpreter can crash on a byte that a disk has
    lost.
    """
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    content = kept[_HASH_BYTES:]
    return content if hashlib.sha256(content).digest() == kept[:_HASH_BYTES] else None


def keep_compiled(path: Path, content: bytes) -> None:
    """Keep in ``path`` what was computed from the program's own files, if Python may keep such.

    ``path`` lies beside the modules that Python compiled, and names what it was computed from.
    """
    if not sys.dont_write_bytecode:
        with suppress(OSError):
            write_atomic(path, hashlib.sha256(content).digest() + content, is_public=True)
