"""How good the codes are, in the usual figures of the field.

``measure`` takes calibrated probabilities and the right codes and returns plain numbers; it needs
no model. All rates are shares in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.taxonomy import isco08, unit_index
from training.evaluation.intervals import MIN_DRAWN, interval

if TYPE_CHECKING:
    from training.run_folder import Figures

N_BINS = 15
AGREEMENT = 0.95


def measure(
    probabilities: np.ndarray, codes: Sequence[str] | np.ndarray, threshold: float
) -> Figures:
    """Return the figures of N coded texts.

    Parameters
    ----------
    probabilities : (N, 436), calibrated, columns in the order of ``isco08().units``.
    codes : N right unit groups.
    threshold : the confidence at which a record is autocoded.

    Returns
    -------
    ``n``, ``macro_f1`` (over the codes that occur), ``accuracy_4`` … ``accuracy_1`` (digits),
    ``top_3``, ``top_5``, ``kappa``, ``ece`` and ``ece_3`` (15 bins, at 4 and at 3 digits),
    ``brier``, ``mean_confidence``, ``aurc`` (mean error over all production rates: Geifman &
    El-Yaniv 2017), ``fallback_rate`` and ``autocoded_agreement`` (share right of those autocoded),
    ``production_rate_95``: the largest share of texts, taken by falling confidence, of which 95 %
    are right, and ``production_rate_95_interval``. None are ``kappa`` where all codes are one,
    ``autocoded_agreement`` where nothing is autocoded, and the interval of fewer than 30 texts.
    """
    from sklearn.metrics import cohen_kappa_score  # takes a second; others read names here

    units = np.array(isco08().units)
    right = np.array(unit_index(codes), np.intp)
    best = probabilities.argmax(axis=1)
    confidence = probabilities[np.arange(len(best)), best]
    hit = best == right
    figures: Figures = {
        "n": len(right),
        "macro_f1": macro_f1(best, right),
    }
    for digits in (4, 3, 2, 1):
        prefix = units.astype(f"<U{digits}")
        figures[f"accuracy_{digits}"] = float((prefix[best] == prefix[right]).mean())
    ranks = _ranks(probabilities, right)
    for k in (3, 5):
        figures[f"top_{k}"] = float((ranks < k).mean())
    is_one_code = len({*right, *best}) == 1  # 0 / 0: chance alone would give full agreement
    figures["kappa"] = None if is_one_code else float(cohen_kappa_score(right, best))
    figures["ece"] = expected_calibration_error(confidence, hit)
    minor = units.astype("<U3")
    minors, starts = np.unique(minor, return_index=True)
    sums = np.add.reduceat(probabilities, starts, axis=1)
    hit_3 = minors[sums.argmax(axis=1)] == minor[right]
    figures["ece_3"] = expected_calibration_error(np.minimum(sums.max(axis=1), 1.0), hit_3)
    p_right = probabilities[np.arange(len(right)), right].astype(float)
    squares = np.square(probabilities.astype(float)).sum(axis=1)
    figures["brier"] = float((squares - 2 * p_right + 1).mean())
    figures["mean_confidence"] = float(confidence.mean())
    figures["aurc"] = area_under_risk_coverage(confidence, hit)
    is_autocoded = confidence >= threshold
    figures["fallback_rate"] = float(1 - is_autocoded.mean())
    figures["autocoded_agreement"] = float(hit[is_autocoded].mean()) if is_autocoded.any() else None
    figures["production_rate_95"] = production_rate(confidence, hit, AGREEMENT)
    figures["production_rate_95_interval"] = _production_rate_interval(confidence, hit)
    return figures


def _production_rate_interval(confidence: np.ndarray, hit: np.ndarray) -> list[float] | None:
    if len(hit) < MIN_DRAWN:
        return None
    return [
        *interval(lambda rows: production_rate(confidence[rows], hit[rows], AGREEMENT), len(hit))
    ]


def _ranks(probabilities: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return (N,) how many groups come before the right one; of equal ones the first by code."""
    of_right = np.take_along_axis(probabilities, right[:, None], axis=1)
    is_before = np.arange(probabilities.shape[1]) < right[:, None]
    return ((probabilities > of_right) | ((probabilities == of_right) & is_before)).sum(axis=1)


def macro_f1(best: np.ndarray, right: np.ndarray) -> float:
    """Return the mean F1 over the codes that occur in ``right``; both (N,) index unit groups."""
    n = len(isco08().units)
    occurs = np.bincount(right, minlength=n)
    hits = np.bincount(right[best == right], minlength=n)
    f1 = 2 * hits / np.maximum(occurs + np.bincount(best, minlength=n), 1)
    return float(f1[occurs > 0].mean())


def area_under_risk_coverage(confidence: np.ndarray, hit: np.ndarray) -> float:
    """Return the mean share of errors among the k most confident texts, over k = 1 … N."""
    order = np.argsort(-confidence, kind="stable")
    return float(((~hit[order]).cumsum() / np.arange(1, len(hit) + 1)).mean())


def expected_calibration_error(confidence: np.ndarray, hit: np.ndarray) -> float:
    """Return the mean distance of confidence and accuracy in 15 equal bins, weighted by size."""
    bins = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    gaps = np.bincount(bins, weights=confidence - hit, minlength=N_BINS)
    return float(np.abs(gaps).sum() / len(hit))


def production_rate(confidence: np.ndarray, hit: np.ndarray, agreement: float) -> float:
    """Return the largest share that can be autocoded, most confident first, at ``agreement``.

    It is that of ``lowest_threshold``.
    """
    if not len(hit):
        return 0.0
    return float((confidence >= lowest_threshold(confidence, hit, agreement)).mean())


def lowest_threshold(confidence: np.ndarray, hit: np.ndarray, agreement: float) -> float:
    """Return the lowest threshold at which ``agreement`` of the autocoded texts are right.

    Infinity where no threshold has that agreement.
    """
    if not len(hit):
        return np.inf
    thresholds, _, rate = production_curve(confidence, hit)
    good = np.flatnonzero(rate >= agreement)
    return float(thresholds[good[-1]]) if len(good) else np.inf


def production_curve(
    confidence: np.ndarray, hit: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (M,) each confidence of N ≥ 1 texts as a threshold, the highest first.

    And (M,) how many texts it autocodes, and (M,) the share of them that is right. Texts of equal
    confidence are autocoded together or not at all.
    """
    order = np.argsort(-confidence, kind="stable")
    falling = confidence[order]
    ends = np.flatnonzero(np.append(np.diff(falling) != 0, True))
    return falling[ends], ends + 1, np.cumsum(hit[order])[ends] / (ends + 1)
