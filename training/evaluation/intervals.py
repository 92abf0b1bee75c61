"""How much a figure would differ on another sample of the same texts.

Source of the bootstrap intervals: Efron & Tibshirani, An Introduction to the Bootstrap, 1993. Texts
are drawn with replacement; champion and challenger are measured on the same draws, so that texts
that are hard for both cancel out. Of few texts, or of texts that are all right, it tells too
little: where three texts change none is drawn in one of twenty samples, and where none changes in
all. So a share has the interval of Wilson, and the change of a share from one model to the other
that of Agresti and Min.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from inference.office.share_interval import Z_95, effective_number, wilson

N_DRAWS = 400
LEVEL = 0.95
MIN_DRAWN = 30  # draws of fewer hardly differ


def interval(figure: Callable[[np.ndarray], float], n: int, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval [low, high] of ``figure(rows)`` over n texts; zeros without texts.

    ``rows`` (n,) are the numbers of the drawn texts.
    """
    if n == 0:
        return 0.0, 0.0
    rng = np.random.default_rng(seed)
    return _bounds([figure(rng.integers(n, size=n)) for _ in range(N_DRAWS)])


def interval_of_change(before: np.ndarray, now: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval [low, high] of how a share right changes; zeros without texts.

    ``before`` and ``now`` (N,) bool say which of the same texts each model has right. Both bounds
    lie between -1 and 1. Source: Agresti and Min, Statistics in Medicine 24, 2005, who add one half
    to each of the four counts of texts: right before or not, right now or not.
    """
    if not len(before):
        return 0.0, 0.0
    n = len(before) + 2
    n_gained, n_lost = float((now & ~before).sum()), float((before & ~now).sum())
    change = (n_gained - n_lost) / n
    margin = Z_95 * math.sqrt((n_gained + n_lost + 1) / n - change**2) / math.sqrt(n)
    return max(change - margin, -1.0), min(change + margin, 1.0)


def interval_of_share(hit: np.ndarray, texts: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval [low, high] of the share of hits of n records of fewer texts.

    ``texts`` (n,) are the texts of the records, by any names: the records of one text are right or
    wrong together, and say as much as fewer texts of equal size. NaN without records.
    """
    if not len(texts):
        return math.nan, math.nan
    n = effective_number(np.unique(texts, return_counts=True)[1].astype(float))
    return wilson(float(hit.mean()) * n, n)


def interval_of_repeats(
    figure: Callable[[np.ndarray], float], texts: np.ndarray
) -> tuple[float, float]:
    """Return the 95 % interval [low, high] of ``figure(rows)`` over n records of fewer texts.

    The records of one of the ``texts`` (n,) are drawn together. NaN of fewer than 30 texts.
    """
    names, places = np.unique(texts, return_inverse=True)
    if len(names) < MIN_DRAWN:
        return math.nan, math.nan
    rng, rows = np.random.default_rng(0), np.arange(len(texts))

    def drawn() -> np.ndarray:
        n_times = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))
        return np.repeat(rows, n_times[places])

    return _bounds([figure(drawn()) for _ in range(N_DRAWS)])


def _bounds(figures: list[float]) -> tuple[float, float]:
    low, high = np.quantile(figures, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
