"""How often people agree with what was autocoded, from the random sample that reviews contain.

Every record of the sample was drawn at random among the autocoded of its file (``watcher/review``).
A record is agreed on where the person gave the same unit group; three digits, another group and
"not codable" are disagreement. Rows that came back undecided are not in it: who leaves out the hard
ones makes the figure too good. The interval is Wilson's (Journal of the American Statistical
Association 22, 1927), which holds for small samples and for all agreed.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from core.corrections import read_folder
from core.settings import Columns

SAMPLED_AGREEMENT = "sampled_agreement"
_Z_95 = 1.959964


def sampled_agreement(corrections_dir: Path, columns: Columns) -> dict[str, Any]:
    """``n`` records of samples that were decided, ``n_agreed``, ``rate`` and its 95 % ``interval``.

    Of two decisions on one text of one sample the later file's holds. Empty where none came back.
    Raises InputError for a file that cannot be read.
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
    """The 95 % interval [low, high] of a share of which ``n_hits`` in ``n`` > 0 draws were seen."""
    rate, z2 = n_hits / n, _Z_95**2
    middle = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z_95 / (1 + z2 / n) * math.sqrt(rate * (1 - rate) / n + z2 / (4 * n * n))
    return [max(0.0, middle - half), min(1.0, middle + half)]
