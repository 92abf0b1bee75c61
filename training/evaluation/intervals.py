"""How far a figure would move on another sample of the same texts: bootstrap intervals.

Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993. Texts are drawn with
replacement; champion and challenger are measured on the same draws, so that what both find hard
cancels out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

N_DRAWS = 400
LEVEL = 0.95


def interval(figure: Callable[[np.ndarray], float], n: int, seed: int = 0) -> tuple[float, float]:
    """The 95 % interval of ``figure(rows)``, a function of drawn row numbers (n,), over n texts."""
    if n == 0:
        return 0.0, 0.0
    rng = np.random.default_rng(seed)
    drawn = [figure(rng.integers(n, size=n)) for _ in range(N_DRAWS)]
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
