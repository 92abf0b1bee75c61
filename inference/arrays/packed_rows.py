"""Keep a matrix of small integers packed; unpack the rows that are asked for.

The n-gram model has some hundred thousand rows, and a text needs sixty of them: who codes one text
need not wait for all. Rows lie in blocks, each of which is a frame of Zstandard: as small as with
zlib, and unpacked in a fifth of the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import zstandard

# Blocks of 64 rows take 2 % more in all; of 1,024, a text waits three times as long for its rows.
_ROWS_PER_BLOCK = 256
_LEVEL = 15  # level 19 takes three times as long for 0.1 % less; level 3 takes a third more place


class PackedRows:
    """R rows of C int8, to be indexed with row numbers as the array that they were.

    ``blocks`` (B,) uint8 are the packed blocks one after another, ``sizes`` the bytes of each.
    """

    def __init__(self, blocks: np.ndarray, sizes: np.ndarray, shape: tuple[int, int]) -> None:
        self.blocks = blocks
        self.sizes = sizes
        self.shape = shape
        self._ends = np.cumsum(sizes, dtype=np.intp)
        self._rows = np.empty(shape, np.int8)  # memory that nothing was written to takes no place
        self._is_unpacked = np.zeros(len(sizes), bool)

    @classmethod
    def pack(cls, rows: np.ndarray) -> PackedRows:
        """Return ``rows`` (R, C) int8 packed."""
        starts = range(0, len(rows), _ROWS_PER_BLOCK)
        packer = zstandard.ZstdCompressor(level=_LEVEL)
        blocks = [
            packer.compress(rows[start : start + _ROWS_PER_BLOCK].tobytes()) for start in starts
        ]
        sizes = np.array([len(block) for block in blocks], np.uint32)
        return cls(np.frombuffer(b"".join(blocks), np.uint8), sizes, rows.shape)

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        """Return (N, C) int8, the rows with these N numbers."""
        is_needed = np.zeros(len(self.sizes), bool)
        is_needed[rows // _ROWS_PER_BLOCK] = True
        self._unpack(is_needed)
        return self._rows[rows]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return all rows, (R, C)."""
        self.unpack()
        return np.array(self._rows, dtype)

    def unpack(self) -> None:
        """Unpack all rows."""
        self._unpack(np.ones(len(self.sizes), bool))

    def _unpack(self, is_needed: np.ndarray) -> None:
        """Unpack blocks. Two threads that need the same one both write the same."""
        unpacker = zstandard.ZstdDecompressor()  # is not to be shared between threads
        for block in np.flatnonzero(is_needed & ~self._is_unpacked).tolist():
            start, end = block * _ROWS_PER_BLOCK, self._ends[block]
            content = unpacker.decompress(self.blocks[end - self.sizes[block] : end].data)
            values = np.frombuffer(content, np.int8).reshape(-1, self.shape[1])
            self._rows[start : start + len(values)] = values
            self._is_unpacked[block] = True
