"""One temperature, so that a confidence of 0.9 is right nine times in ten, and what that buys.

Source: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017. Fitted
on the calibration side of the split, which neither trained the model nor stopped the training.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, softmax

from training.bootstrap import interval


def fit_temperature(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> float:
    """The temperature with the smallest negative log-likelihood.

    Parameters
    ----------
    logits : (N, 436) of texts that were in no training.
    labels : (N,) index of the right unit group.
    weights : (N,) trust in each label, 0 to 1: a doubtful label must not make the model modest.

    Returns
    -------
    T in [0.05, 20]; probabilities are ``softmax(logits / T)``.
    """
    logits = logits.astype(np.float64)
    right = np.arange(len(labels)), labels

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        return float(np.average(logsumexp(scaled, axis=1) - scaled[right], weights=weights))

    best = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded")
    return float(np.exp(best.x))


def threshold_for(
    agreement: float, logits: np.ndarray, labels: np.ndarray, temperature: float
) -> dict[str, float | list[float]]:
    """The lowest threshold whose autocoded texts agree in ``agreement`` of the cases.

    Parameters are those of ``fit_temperature``.

    Returns
    -------
    ``threshold``, its ``production_rate``, and the 95 % ``interval`` of the threshold over other
    samples of the texts; a threshold of 1 where no part of the texts agrees so well.
    """
    probabilities = softmax(logits.astype(np.float64) / temperature, axis=1)
    confidence = probabilities.max(axis=1)
    hit = probabilities.argmax(axis=1) == labels

    def lowest(rows: np.ndarray) -> float:
        order = rows[np.argsort(-confidence[rows], kind="stable")]
        rate = np.cumsum(hit[order]) / np.arange(1, len(order) + 1)
        good = np.flatnonzero(rate >= agreement)
        return float(confidence[order[good[-1]]]) if len(good) else 1.0

    threshold = lowest(np.arange(len(hit)))
    return {
        "agreement": agreement,
        "threshold": threshold,
        "production_rate": float((confidence >= threshold).mean()) if len(hit) else 0.0,
        "interval": list(interval(lowest, len(hit))),
    }
