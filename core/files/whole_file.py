"""Write a file whole or not at all, let others read it, and hash its content."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from core.files.named_errors import name_full_disk, name_instead

PART_FILES = ".*.part"
"""The pattern of the hidden files and folders that a killed process leaves behind."""
PART_FILE = re.compile(r"\..+\.[0-9a-f]{8}\.part", re.DOTALL)
"""The name of such a file of ``open_atomic``, in a folder where others may write, too."""
PUBLIC_DIR = 0o755
PUBLIC_FILE = 0o644
# A thread that hashes waits for the interpreter after each block.
_BLOCK_BYTES = 1 << 23


def write_atomic(path: Path, content: bytes | str, *, is_public: bool = False) -> None:
    """Replace ``path`` by ``content`` with one rename; text is written as UTF-8.

    See ``open_atomic`` for the parameters and errors.
    """
    # A file name need not be UTF-8, and may stand in the content.
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with open_atomic(path, is_public=is_public) as file:
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

    Raises OSError as the operating system does, with the name of ``path``; the hidden file is
    removed on every error.
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
    except BaseException as error:
        with suppress(OSError):  # what went wrong first is what people must know
            part.unlink()
        name_full_disk(error, path)
        name_instead(error, part, path)
        raise


def make_public(path: Path) -> None:
    """Let other users of the share read a file or a folder, where the file system has users."""
    try:
        path.chmod(PUBLIC_DIR if path.is_dir() else PUBLIC_FILE)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}:
            raise


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, hexadecimal."""
    digest = hashlib.sha256()
    block = memoryview(bytearray(_BLOCK_BYTES))  # reused: new memory takes time
    with path.open("rb", buffering=0) as file:
        while n_read := file.readinto(block):
            digest.update(block[:n_read])
    return digest.hexdigest()
