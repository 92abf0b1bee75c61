"""The nearest texts of every text, exactly, in memory that does not grow with their number squared.

Two steps bring 150,000 texts within two cores: the vectors are turned onto their principal axes, of
which the leading ``N_DIMENSIONS`` stay, and the products are taken a block of rows at a time, of
which only the nearest ``k`` of each row stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

# On 92,575 texts the five nearest share a text's code in 63.4 % of cases, for 63.8 % with all 384
# dimensions, 61.4 % with 64 and 57.0 % with 32.
N_DIMENSIONS = 128
# 256 rows of products with 150,000 texts are 0.15 GB.
_ROWS_PER_BLOCK = 256


@dataclass(frozen=True)
class Neighbors:
    """The ``k`` nearest other texts of each of N, nearest first.

    ``rows`` (N, k) int32 are their positions, ``distances`` (N, k) float32 are cosine distances of
    the reduced vectors, 0 (same direction) to 2 (opposite).
    """

    rows: np.ndarray
    distances: np.ndarray


def reduce(vectors: np.ndarray, n_dimensions: int = N_DIMENSIONS) -> np.ndarray:
    """(N, D) float32 of length one: (N, H) ``vectors`` centred, on their leading principal axes.

    ``D`` is the smaller of H and ``n_dimensions``.
    """
    centred = vectors - vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    # The covariance is (H, H) whatever N is; eigh gives its axes by ascending variance.
    _, axes = np.linalg.eigh(centred.T @ centred)
    reduced = centred @ axes[:, ::-1][:, :n_dimensions]
    lengths = np.linalg.norm(reduced, axis=1, keepdims=True)
    return (reduced / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)


def nearest(vectors: np.ndarray, k: int) -> Neighbors:
    """The ``min(k, N - 1)`` nearest others of each of N vectors (N, D) of length one."""
    n = len(vectors)
    k = min(k, n - 1)
    columns = torch.from_numpy(vectors)
    rows = np.empty((n, k), dtype=np.int32)
    distances = np.empty((n, k), dtype=np.float32)
    # One buffer for all blocks: asking the system for a new one each time took six times as long.
    products = torch.empty(min(_ROWS_PER_BLOCK, n), n)
    for start in range(0, n, _ROWS_PER_BLOCK):
        block = slice(start, min(start + _ROWS_PER_BLOCK, n))
        cosines = products[: block.stop - start]  # (block, N)
        torch.mm(columns[block], columns.T, out=cosines)
        # A text is no neighbour of itself.
        cosines[torch.arange(len(cosines)), torch.arange(start, block.stop)] = -torch.inf
        best, at = torch.topk(cosines, k)
        rows[block] = at.numpy()
        distances[block] = (1 - best).clamp_(0, 2).numpy()
    return Neighbors(rows, distances)
