"""One temperature, so that a confidence of 0.9 is right nine times in ten.

Source: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017. Fitted
on the calibration side of the split, which neither trained the model nor stopped the training.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp


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
