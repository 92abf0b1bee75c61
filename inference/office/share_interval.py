"""The 95 % interval of a share of records or answers, some of which say less than others."""

from __future__ import annotations

import numpy as np

Z_95 = 1.96
"""Half the width of a 95 % interval, in standard errors."""


def effective_number(weights: np.ndarray) -> float:
    """Return how many of equal weight say as much as ``weights`` (N,), N > 0.

    Source: Kish, Survey Sampling, 1965.
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


def wilson(n_hits: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval [low, high] of a share with ``n_hits`` in ``n`` > 0 draws.

    Either need not be whole. Source: Wilson, Journal of the American Statistical Association 22,
    1927.
    """
    rate = n_hits / n
    center = rate + Z_95**2 / (2 * n)
    margin = Z_95 * float(np.sqrt(rate * (1 - rate) / n + Z_95**2 / (4 * n**2)))
    low, high = ((center + sign * margin) / (1 + Z_95**2 / n) for sign in (-1, 1))
    return max(min(low, rate), 0.0), min(max(high, rate), 1.0)  # sums are rounded
