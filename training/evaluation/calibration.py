"""Calibrate confidences, choose thresholds, and state how often each confidence was right.

A calibrated confidence of 0.9 is right nine times in ten.

Temperature: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.
The weight of the n-gram model beside the network is fitted with it (a product of experts: Hinton
2002). Both are fitted on texts that neither trained the model nor stopped the training, of concepts
that no model was trained on: they are as new to it as the texts to come. A nightly training without
such texts adjusts the temperature of the model that it started from.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax
from sklearn.isotonic import isotonic_regression

from training.evaluation.intervals import interval
from training.evaluation.metrics import lowest_threshold, production_rate

_N_PARTS = 20
_MIN_PART = 50  # texts; a share of fewer proves nothing
_LOG_TEMPERATURES = (np.log(0.05), np.log(20))


def fit_calibration(
    logits: np.ndarray, scores: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> tuple[float, float]:
    """Return the temperature T and the n-gram model's weight w of the highest likelihood.

    Parameters
    ----------
    logits, scores : (N, 436) of the network and of the n-gram model, of texts that were in no
    training. labels : (N,) index of the right unit group. weights : (N,) trust in each label, 0 to
    1: a doubtful label must not lower the confidences.

    Returns
    -------
    T in [0.05, 20] and w in [0, 5]; probabilities are ``softmax(logits / T + w * scores)``.
    """
    logits, scores = logits.astype(np.float64), scores.astype(np.float64)

    def loss(chosen: np.ndarray) -> float:
        combined = logits / np.exp(chosen[0]) + chosen[1] * scores
        return _negative_log_likelihood(combined, labels, weights)

    bounds = [_LOG_TEMPERATURES, (0.0, 5.0)]
    best = minimize(loss, x0=[0.0, 0.0], bounds=bounds, method="Nelder-Mead").x
    return float(np.exp(best[0])), float(best[1])


def follow_temperature(
    temperature: float,
    before: tuple[np.ndarray, np.ndarray],
    after: tuple[np.ndarray, np.ndarray],
    labels: np.ndarray,
    weights: np.ndarray,
) -> float:
    """Return the temperature of a network that was trained further.

    Parameters
    ----------
    temperature : of the network before, fitted on texts that are no longer available.
    before, after : (N, 436) logits of the network, and (N, 436) scores of the n-gram model as they
    are added; of texts that neither learned.
    labels, weights : (N,) and (N,), as for ``fit_calibration``.

    Returns
    -------
    ``temperature`` times the ratio of the temperatures that fit these texts after and before. Their
    own level does not matter: they may be easier than the texts of the first fit.
    """

    def fitted(logits: np.ndarray, scores: np.ndarray) -> float:
        def loss(log_temperature: float) -> float:
            combined = logits / np.exp(log_temperature) + scores
            return _negative_log_likelihood(combined, labels, weights)

        return float(minimize_scalar(loss, bounds=_LOG_TEMPERATURES, method="bounded").x)

    logs = fitted(after[0].astype(np.float64), after[1]) - fitted(
        before[0].astype(np.float64), before[1]
    )
    return temperature * float(np.exp(logs))


def _negative_log_likelihood(
    combined: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> float:
    likelihood = log_softmax(combined, axis=1)[np.arange(len(labels)), labels]
    return -float(np.average(likelihood, weights=weights))


def threshold_for(
    agreement: float, probabilities: np.ndarray, labels: np.ndarray
) -> dict[str, float | list[float]]:
    """Return the lowest threshold at which ``agreement`` of the autocoded texts is right.

    ``metrics.lowest_threshold`` is the rule.

    Parameters
    ----------
    probabilities, labels : (N, 436) and (N,) of texts that were in no training.

    Returns
    -------
    ``threshold``, its ``production_rate``, and the 95 % ``interval`` of the threshold over other
    samples of the texts; a threshold of 1, and a rate of 0, where no part of them reaches the
    agreement.
    """
    confidence = probabilities.max(axis=1)
    hit = probabilities.argmax(axis=1) == labels

    def lowest(rows: np.ndarray) -> float:
        return min(lowest_threshold(confidence[rows], hit[rows], agreement), 1.0)

    return {
        "agreement": agreement,
        "threshold": lowest(np.arange(len(hit))),
        "production_rate": production_rate(confidence, hit, agreement),
        "interval": list(interval(lowest, len(hit))),
    }


def agreement_by_confidence(
    probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how often a confidence is right, in at most 20 parts of as many texts each.

    Parameters
    ----------
    probabilities, labels, weights : (N, 436), (N,) and (N,), as for ``fit_calibration``.

    Returns
    -------
    (B,) mean confidence and (B,) share right of each part, both ascending: a part that was right
    less often than one of lower confidence is pooled with it (isotonic regression: Zadrozny and
    Elkan, KDD 2002). Empty without texts.
    """
    confidence = probabilities.max(axis=1)
    hit = probabilities.argmax(axis=1) == labels
    order = np.argsort(confidence, kind="stable")
    n_parts = min(_N_PARTS, max(1, len(order) // _MIN_PART))
    parts = [rows for rows in np.array_split(order, n_parts) if weights[rows].sum() > 0]
    if not parts:
        return np.zeros(0), np.zeros(0)
    mean_confidences = [np.average(confidence[rows], weights=weights[rows]) for rows in parts]
    shares_right = [np.average(hit[rows], weights=weights[rows]) for rows in parts]
    sizes = [weights[rows].sum() for rows in parts]
    return np.array(mean_confidences), isotonic_regression(shares_right, sample_weight=sizes)
