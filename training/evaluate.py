"""How good the codes are, in the figures of the field.

``measure`` takes calibrated probabilities and the right codes and returns plain numbers; it knows
no model. All rates are shares in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import cohen_kappa_score, f1_score

from isco.taxonomy import isco08

N_BINS = 15
AGREEMENT = 0.95


def measure(probabilities: np.ndarray, codes: Sequence[str]) -> dict[str, float | int]:
    """Figures for N coded texts.

    Parameters
    ----------
    probabilities : (N, 436), calibrated, columns in the order of ``isco08().units``.
    codes : N right unit groups.

    Returns
    -------
    ``n``, ``macro_f1`` (over the codes that occur), ``accuracy_4`` … ``accuracy_1`` (digits),
    ``top_3``, ``top_5``, ``kappa``, ``ece`` (15 bins), ``mean_confidence`` and
    ``production_rate_95``: the largest share of texts, taken by falling confidence, of which 95 %
    agree.
    """
    units = np.array(isco08().units)
    right = np.searchsorted(units, np.asarray(codes))
    order = np.argsort(-probabilities, axis=1, kind="stable")
    best = order[:, 0]
    confidence = probabilities[np.arange(len(best)), best]
    hit = best == right
    figures: dict[str, float | int] = {
        "n": len(right),
        "macro_f1": float(
            f1_score(right, best, average="macro", labels=np.unique(right), zero_division=0)
        ),
    }
    for digits in (4, 3, 2, 1):
        prefix = units.astype(f"<U{digits}")
        figures[f"accuracy_{digits}"] = float((prefix[best] == prefix[right]).mean())
    for k in (3, 5):
        figures[f"top_{k}"] = float((order[:, :k] == right[:, None]).any(axis=1).mean())
    figures["kappa"] = float(cohen_kappa_score(right, best))
    figures["ece"] = expected_calibration_error(confidence, hit)
    figures["mean_confidence"] = float(confidence.mean())
    figures["production_rate_95"] = production_rate(confidence, hit, AGREEMENT)
    return figures


def expected_calibration_error(confidence: np.ndarray, hit: np.ndarray) -> float:
    """Mean distance of confidence and accuracy over 15 bins of equal width, weighted by size."""
    bins = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    gaps = np.bincount(bins, weights=confidence - hit, minlength=N_BINS)
    return float(np.abs(gaps).sum() / len(hit))


def production_rate(confidence: np.ndarray, hit: np.ndarray, agreement: float) -> float:
    """The largest share that can be autocoded, most confident first, at ``agreement`` or better.

    Texts of equal confidence stand or fall together, as they do under a threshold.
    """
    order = np.argsort(-confidence, kind="stable")
    rate = np.cumsum(hit[order]) / np.arange(1, len(hit) + 1)
    ends = np.append(np.diff(confidence[order]) != 0, True)
    good = np.flatnonzero(ends & (rate >= agreement))
    return float((good[-1] + 1) / len(hit)) if len(good) else 0.0
