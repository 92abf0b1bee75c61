"""The nearest texts of every text, exactly, in memory that does not grow with their number squared.

Two steps make 150,000 texts possible on two cores: the vectors are projected onto their leading
``N_DIMENSIONS`` principal axes, and the products are computed for a block of rows at a time, of
which only the nearest ``k`` of each row are kept.
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
_UNIT_ROUNDOFF = 2.0**-24  # of float32: the largest relative error of one rounding


@dataclass(frozen=True)
class Neighbors:
    """The ``k`` nearest other texts of each of N, nearest first.

    ``rows`` (N, k) int32 are their positions, ``distances`` (N, k) float32 are cosine distances of
    the reduced vectors, 0 (same direction) to 2 (opposite). A distance that rounding alone can
    explain (``rounding_error``) is 0. Texts at equal distance come in the order of the records.
    """

    rows: np.ndarray
    distances: np.ndarray


def reduce(vectors: np.ndarray, n_dimensions: int = N_DIMENSIONS) -> np.ndarray:
    """Return (N, D) float32 of length one: ``vectors`` (N, H), centered, on their leading axes.

    The axes are the principal ones. ``D`` is the smaller of H and ``n_dimensions``.
    """
    centered = vectors - vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    # The covariance is (H, H) whatever N is; eigh gives its axes by ascending variance.
    _, axes = np.linalg.eigh(centered.T @ centered)
    reduced = centered @ axes[:, ::-1][:, :n_dimensions]
    lengths = np.linalg.norm(reduced, axis=1, keepdims=True)
    return (reduced / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)


def rounding_error(n_dimensions: int) -> float:
    """Return the largest cosine distance that float32 arithmetic gives two equal vectors.

    How a sum is rounded depends on the order of its terms, which differs between processors and
    even between the rows of one matrix product: the distance of equal vectors is 0 on one machine
    and a few units of the last digit on another. With u = 2⁻²⁴ and D dimensions, to first order:

    - A sum of D products has an error of at most D·u times the sum of their absolute values,
      whatever the order (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section
      3.1); for vectors of length one that sum is at most 1.
    - The squared length that a vector is scaled by has the relative error D·u, its root half of
      that, root and division add u each: the length differs from one by (D/2 + 2)·u, and the
      product of two lengths by (D + 4)·u.

    Together (2·D + 4)·u: 1.5e-5 for 128 dimensions, a thousandth of the usual distance to the
    nearest text. Where rounding has turned the vectors themselves by an angle δ, the distance grows
    by δ²/2 alone: δ = 1e-3, more than an encoder's rounding, is 5e-7.
    """
    return (2 * n_dimensions + 4) * _UNIT_ROUNDOFF


def nearest(vectors: np.ndarray, k: int) -> Neighbors:
    """Return the ``min(k, N - 1)`` nearest others of each of N vectors (N, D) of length one."""
    n = len(vectors)
    k = min(k, n - 1)
    tolerance = rounding_error(vectors.shape[1])
    columns = torch.from_numpy(vectors)
    rows = np.empty((n, k), dtype=np.int32)
    distances = np.empty((n, k), dtype=np.float32)
    # One buffer for all blocks: allocating a new one for each block took six times as long.
    products = torch.empty(min(_ROWS_PER_BLOCK, n), n)
    for start in range(0, n, _ROWS_PER_BLOCK):
        block = slice(start, min(start + _ROWS_PER_BLOCK, n))
        cosines = products[: block.stop - start]  # (block, N)
        torch.mm(columns[block], columns.T, out=cosines)
        # A text is no neighbour of itself.
        cosines[torch.arange(len(cosines)), torch.arange(start, block.stop)] = -torch.inf
        best, columns_of_best = torch.topk(cosines, k)
        distances[block] = (1 - best).clamp_(0, 2).numpy()
        rows[block] = columns_of_best.numpy()
    distances[distances <= tolerance] = 0
    # topk gives texts at equal distance in no order of its own.
    order = np.lexsort((rows, distances), axis=1)
    return Neighbors(
        np.take_along_axis(rows, order, axis=1), np.take_along_axis(distances, order, axis=1)
    )
