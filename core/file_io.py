"""Write files whole or not at all, hash them, and tell the time."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import yaml

PUBLIC_DIR = 0o755
PUBLIC_FILE = 0o644
_BLOCK_BYTES = 1 << 20


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
            part.chmod(PUBLIC_FILE)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def utc_now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_yaml(path: Path) -> Any:
    """Return what one of our own tables holds; the parser in C takes a tenth of the time."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
