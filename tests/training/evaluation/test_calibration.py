"""The calibration of confidences, and the threshold for an agreement."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.calibration import fit_calibration, follow_temperature, threshold_for
from training.evaluation.metrics import production_rate


@pytest.mark.slow
def test_the_calibration_undoes_overconfidence_and_weighs_the_ngram_model() -> None:
    rng = np.random.default_rng(0)
    honest, scores = rng.normal(size=(4000, 436)) * 2, rng.normal(size=(4000, 436))
    both = honest + 0.5 * scores
    labels = np.array([rng.choice(436, p=np.exp(row) / np.exp(row).sum()) for row in both])
    temperature, weight = fit_calibration(honest * 3, scores, labels, np.ones(4000))
    assert temperature == pytest.approx(3, rel=0.1)
    assert weight == pytest.approx(0.5, abs=0.1)


def test_a_network_trained_further_keeps_a_calibration_that_other_texts_gave() -> None:
    rng = np.random.default_rng(0)
    # The texts at hand are easy: by themselves they would ask for a temperature of 1, not of 1.6.
    before, scores = rng.normal(size=(4000, 436)) * 2, rng.normal(size=(4000, 436)) * 0.3
    right = [rng.choice(436, p=np.exp(row) / np.exp(row).sum()) for row in before + scores]
    labels, weights = np.array(right), np.ones(4000)
    same = follow_temperature(1.6, (before, scores), (before, scores), labels, weights)
    assert same == pytest.approx(1.6)
    surer = follow_temperature(1.6, (before, scores), (before * 1.5, scores), labels, weights)
    assert surer == pytest.approx(1.6 * 1.5, rel=0.01)


def test_the_threshold_for_an_agreement() -> None:
    probabilities = np.zeros((4, 436))
    probabilities[np.arange(4), 0] = (0.9, 0.8, 0.7, 0.6)
    found = threshold_for(0.95, probabilities, np.array([0, 0, 1, 0]))
    assert (found["threshold"], found["production_rate"]) == (0.8, 0.5)
    assert threshold_for(0.95, probabilities, np.array([1, 1, 1, 1]))["threshold"] == 1.0
    sure = threshold_for(0.95, np.eye(1, 436).repeat(4, axis=0), np.array([1, 1, 1, 1]))
    assert (sure["threshold"], sure["production_rate"]) == (1.0, 0.0), "none of them is right"


def test_texts_of_one_confidence_are_above_the_threshold_together_or_not_at_all() -> None:
    """The right ones may stand before the wrong ones: no threshold lies between them."""
    confidence, right = np.array([0.9] * 10 + [0.8] * 40 + [0.7]), np.array([1] * 30 + [0] * 21)
    probabilities = np.zeros((51, 436))
    probabilities[:, 0] = confidence
    found = threshold_for(0.95, probabilities, 1 - right)
    assert (found["threshold"], found["production_rate"]) == (0.9, 10 / 51)
    assert found["production_rate"] == production_rate(confidence, right, 0.95)
    tied = threshold_for(0.95, probabilities[10:50], 1 - right[10:50])
    assert (tied["threshold"], tied["production_rate"]) == (1.0, 0.0)


def test_without_texts_the_threshold_is_one() -> None:
    none = threshold_for(0.95, np.zeros((0, 436)), np.zeros(0, int))
    assert (none["threshold"], none["production_rate"]) == (1.0, 0.0)
