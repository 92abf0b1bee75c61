"""Open a file that may be packed with gzip, and stop where the packing is meant to fill the memory.

A text packs to a tenth of its size, perhaps to a fiftieth. What unpacks to more than 256 MB, and to
more than 100 times of what was read of it, is refused.
"""

from __future__ import annotations

import gzip
import io
import zlib
from typing import BinaryIO, cast

from core.errors import InputError
from core.formats.source import Source

MAX_UNPACKED_BYTES = 256 << 20
"""So much may be unpacked of any file, whatever its size."""
MAX_EXPANSION = 100
"""How many times larger than the packed file the content may be beyond that."""
_GZIP = b"\x1f\x8b"


def open_bytes(path: Source) -> BinaryIO:
    """Open for reading; a gzip archive is unpacked on the way, whatever its name.

    What is read raises InputError where the archive is damaged or unpacks to too much.
    """
    return _opened(path)[0]


def read_start(path: Source, n_bytes: int) -> tuple[bytes, bool]:
    """Return the first bytes of the content, unpacked, and whether the file is a gzip archive.

    Raises InputError as ``open_bytes`` does.
    """
    file, is_packed = _opened(path)
    with file:
        return file.read(n_bytes), is_packed


def _opened(path: Source) -> tuple[BinaryIO, bool]:
    file = path.open("rb")
    is_packed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    if is_packed:
        return cast(BinaryIO, io.BufferedReader(_Unpacked(path, file), 1 << 17)), True
    return file, False


def too_much_unpacked(path: Source, n_bytes: int) -> InputError:
    """Return the error of a file that unpacks to more than ``n_bytes``."""
    return InputError(
        path,
        f"a small file that unpacks to more than {n_bytes >> 20:,} MB",
        expected=f"at most {MAX_UNPACKED_BYTES >> 20} MB, or {MAX_EXPANSION} times its size",
        remedy="Write the table anew, as CSV and in parts.",
    )


class _Unpacked(io.RawIOBase):
    """The content of a gzip archive."""

    def __init__(self, path: Source, packed: BinaryIO) -> None:
        self._path = path
        self._packed = packed
        self._file = gzip.GzipFile(fileobj=packed)
        self._n_bytes = 0

    def readable(self) -> bool:
        """Return True: it is read from its start to its end."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer. Raises InputError."""
        try:
            n_bytes = self._file.readinto(buffer)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(
                self._path,
                f"damaged content ({error})",
                expected="a whole gzip archive",
                remedy="The copy was probably cut off: copy or export it again.",
            ) from None
        self._n_bytes += n_bytes
        is_much = self._n_bytes > MAX_UNPACKED_BYTES
        if is_much and self._n_bytes > MAX_EXPANSION * self._packed.tell():
            raise too_much_unpacked(self._path, self._n_bytes)
        return n_bytes

    def close(self) -> None:
        """Close the archive and its file."""
        if not self.closed:
            self._file.close()
            self._packed.close()
        super().close()
