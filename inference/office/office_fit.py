"""Confidence fitted to the office: how sure the model may be of the texts that come here.

The bundle's calibration was fitted on texts of its training, and an office has texts of its own.
The answers that were asked for (``core/corrections/office_answers.py``) say how often the model is
right on these. Two numbers are fitted on them, at once and without training: an exponent on the
probabilities of the model alone (temperature scaling: Guo, Pleiss, Sun, Weinberger 2017), and the
rate of slips, at which coders give any code whatever the text says. Neither changes an order, so no
other code becomes the best one. Similar corrections are mixed in afterwards, as the bundle says.

The likelihood is that of what is served, each answer weighted by how it was drawn. The weights sum
to the number of answers that equal weights would need to say as much (Kish 1965). No correction
answers for itself, and none counts that the model has learned. The prior holds the exponent to 1
and the rate of slips to 0: its strength was chosen on three simulated offices and measured on
others (``benchmarks/office_confidence.py``). After a nightly training it is what the version before
had learned of the office (``carried_calibration.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.corrections.office_answers import OfficeAnswers
from core.taxonomy import UNIT, unit_index
from inference.office.exponent_fit import FITTED_PRIOR, Prior, fit_exponent
from inference.office.office_calibration import (
    OfficeCalibration,
    ShareAgreed,
    WantedThreshold,
    recalibrated,
)
from inference.office.share_interval import effective_number, wilson
from inference.similar_corrections import Neighbors, SimilarCorrections

_THRESHOLD_STEPS = 100
_MOSTLY_ANSWERED = 0.8  # of the questions
_N_EXPECTED = 30  # answers that the calibrated confidence itself stands for, beside those that came
_N_DRAWS = 200
_ANSWERS_PER_PART, _MAX_PARTS = 25, 20


def fit_office(
    bundled: OfficeCalibration,
    answers: OfficeAnswers,
    alone: np.ndarray,
    neighbors: Sequence[Neighbors],
    similar: SimilarCorrections,
    prior: Prior = FITTED_PRIOR,
) -> OfficeCalibration:
    """Return the calibration that N ``answers`` say, which must be enough.

    Parameters
    ----------
    bundled : the calibration without them.
    alone : (N, 436) probabilities of the answered texts by the model alone.
    neighbors : the corrections that are ``similar`` to each text, without its own.
    """
    is_unit = np.array([len(code) == UNIT for code in answers.codes])
    units = np.full(len(answers), -1)
    units[is_unit] = unit_index(code for code in answers.codes if len(code) == UNIT)
    weights = np.array(answers.weights)
    threshold = bundled.set_threshold

    def served(exponent: float, slip_rate: float) -> np.ndarray:
        return similar.blend(recalibrated(alone, exponent, slip_rate), neighbors, threshold)

    best = served(1.0, 0.0).argmax(axis=1)
    targets = np.where(units >= 0, units, best)
    shares, votes = _votes_of(targets, neighbors, similar)
    fit = fit_exponent(alone, targets, units >= 0, shares, votes, _effective(weights), prior)
    probabilities = served(fit.exponent, fit.slip_rate)
    confidence = probabilities.max(axis=1)
    is_agreed = probabilities.argmax(axis=1) == units
    is_autocoded = confidence >= np.float32(threshold)
    agreement = share_agreed(is_autocoded, is_agreed, weights)
    is_known = _are_known(answers, confidence)
    wanted = _wanted_threshold(bundled.wanted_agreement, confidence, is_agreed, weights, is_known)
    is_below = agreement is not None and agreement.high < bundled.wanted_agreement
    confidences, agreements = _reliability(confidence, is_agreed, weights)
    return replace(
        bundled,
        threshold=max(threshold, wanted.threshold) if is_below else threshold,
        is_fitted=True,
        **vars(fit),
        sample=share_agreed(np.array(answers.is_sampled), is_agreed, weights),
        agreement=agreement,
        wanted=wanted,
        confidences=confidences,
        agreements=agreements,
    )


def _effective(weights: np.ndarray) -> np.ndarray:
    """Return the weights with the sum of Kish's effective number of answers."""
    return weights * (effective_number(weights) / weights.sum())


def _votes_of(
    targets: np.ndarray, neighbors: Sequence[Neighbors], similar: SimilarCorrections
) -> tuple[np.ndarray, np.ndarray]:
    """Return (N,) the share of the similar corrections, and (N,) what they give to ``targets``."""
    shares, votes = np.zeros(len(targets)), np.zeros(len(targets))
    for row, voters in enumerate(neighbors):
        if len(voters.rows):
            shares[row] = similar.rules.share(voters.cosines[:1])[0]
            votes[row] = similar.votes(voters)[targets[row]]
    return shares, votes


def share_agreed(
    is_chosen: np.ndarray, is_agreed: np.ndarray, weights: np.ndarray
) -> ShareAgreed | None:
    """Return the agreement on the chosen answers; None where there are none.

    The upper bound is corrected for continuity (Yates 1934), by half of the heaviest answer that
    disagrees: of a few answers with unequal weights one alone seemed to say what several do.
    """
    if not is_chosen.any():
        return None
    chosen, agrees = weights[is_chosen], is_agreed[is_chosen]
    rate = min(float(chosen @ agrees / chosen.sum()), 1.0)
    n = effective_number(chosen)
    correction = float(chosen[~agrees].max(initial=0.0) / chosen.sum() / 2)
    low, _ = wilson(rate * n, n)
    _, high = wilson(min(rate + correction, 1.0) * n, n)
    return ShareAgreed(rate, low, high, int(is_chosen.sum()))


def _are_known(answers: OfficeAnswers, confidence: np.ndarray) -> np.ndarray:
    """Return (N,) bool: at which confidences the answers are a picture of all texts.

    The questions of a review come in the order of the confidence, the lowest first. Of a review
    that was answered in part, there are none between those and the random sample.
    """
    is_sampled = np.array(answers.is_sampled)
    if answers.answered_rate >= _MOSTLY_ANSWERED or not is_sampled.any():
        return np.ones(len(confidence), bool)
    return np.asarray(confidence >= confidence[is_sampled].min())


def _wanted_threshold(
    wanted: float,
    confidence: np.ndarray,
    is_agreed: np.ndarray,
    weights: np.ndarray,
    is_known: np.ndarray,
) -> WantedThreshold:
    """Return the threshold for the wanted agreement, with its interval.

    It is one of the confidences that ``is_known`` (N,) marks.

    Above a threshold the agreement is expected to be that of the answers, and of 30 more on which
    the confidence is right: a few answers prove little.
    """
    order = np.argsort(-confidence, kind="stable")
    confidence, is_agreed, weights = confidence[order], is_agreed[order], weights[order]
    is_known = is_known[order]

    def lowest(drawn: np.ndarray) -> float:
        weight = drawn * weights
        total = np.cumsum(weight)
        drawn_any = total > 0
        n = np.divide(
            total**2, np.cumsum(drawn * weights**2), where=drawn_any, out=np.zeros(len(drawn))
        )
        hits, sure = np.cumsum(weight * is_agreed), np.cumsum(weight * confidence)
        rate = np.divide(
            n * hits + _N_EXPECTED * sure, total * (n + _N_EXPECTED), where=drawn_any, out=total * 0
        )
        reached = np.flatnonzero((rate >= wanted) & drawn_any & is_known)
        if not len(reached):
            return 1.0
        exact = float(confidence[reached[-1]])
        return min(float(np.ceil(exact * _THRESHOLD_STEPS)) / _THRESHOLD_STEPS, 1.0)

    threshold = lowest(np.ones(len(weights)))
    draws = np.random.default_rng(0).multinomial(
        len(weights), np.full(len(weights), 1 / len(weights)), size=_N_DRAWS
    )
    low, high = np.quantile(
        [lowest(draw.astype(float)) for draw in draws], [0.025, 0.975], method="nearest"
    )
    autocoded = weights[confidence >= np.float32(threshold)].sum() / weights.sum()
    return WantedThreshold(threshold, float(low), float(high), float(autocoded))


def _reliability(
    confidence: np.ndarray, is_agreed: np.ndarray, weights: np.ndarray
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the mean confidence and the expected agreement of parts of as many answers each."""
    n_parts = min(max(len(weights) // _ANSWERS_PER_PART, 2), _MAX_PARTS)
    confidences, agreements = [], []
    for rows in np.array_split(np.argsort(confidence, kind="stable"), n_parts):
        mean = float(np.average(confidence[rows], weights=weights[rows]))
        rate = float(np.average(is_agreed[rows], weights=weights[rows]))
        n = effective_number(weights[rows])
        confidences.append(mean)
        agreements.append((n * rate + _N_EXPECTED * mean) / (n + _N_EXPECTED))
    return tuple(confidences), tuple(agreements)
