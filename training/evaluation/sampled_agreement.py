"""How often coders agree with what was autocoded, from the random sample that reviews contain.

Every record of the sample was drawn at random among the autocoded of its file (``watcher/review``).
A coder agrees by giving the same unit group; three digits, another group and "not codable" are
disagreement. Rows that came back undecided do not count: the figure is too good where coders leave
out the hard ones. The interval is Wilson's (Journal of the American Statistical
Association 22, 1927), which holds for small samples and for all agreed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from core.corrections.corrections_folder import read_folder
from core.settings import Columns


def sampled_agreement(corrections_dir: Path, columns: Columns) -> dict[str, Any]:
    """Return how many sampled records coders decided, and how often they agreed.

    ``n`` decided, ``n_agreed``, ``rate`` and its 95 % ``interval``; empty where none came back. If
    two files decide the same text of one sample, the later file wins. Raises InputError for a file
    that cannot be read.
    """
    decided: dict[tuple[str, str], tuple[int, bool]] = {}
    for _, correction in read_folder(corrections_dir, columns):
        if correction.sampled and correction.is_decided:
            key = correction.sampled, correction.text
            decided[key] = correction.n_drawn, correction.code == correction.predicted
    n = sum(n_drawn for n_drawn, _ in decided.values())
    if not n:
        return {}
    n_agreed = sum(n_drawn for n_drawn, is_agreed in decided.values() if is_agreed)
    return {"n": n, "n_agreed": n_agreed, "rate": n_agreed / n, "interval": wilson(n_agreed, n)}


def wilson(n_hits: int, n: int) -> list[float]:
    """Return the 95 % interval [low, high] of a share with ``n_hits`` in ``n`` > 0 draws."""
    interval = binomtest(n_hits, n).proportion_ci(0.95, method="wilson")
    return [max(0.0, float(interval.low)), min(1.0, float(interval.high))]
