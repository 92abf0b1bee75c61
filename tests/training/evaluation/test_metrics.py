"""The figures of a small example, computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.taxonomy import isco08
from training.evaluation.metrics import expected_calibration_error, measure, production_rate


def test_the_figures_of_a_small_example() -> None:
    units = isco08().units
    probabilities = np.zeros((4, 436))
    for row, (code, share) in enumerate(
        zip(("2221", "2221", "5120", "0110"), (0.9, 0.8, 0.7, 0.6), strict=True)
    ):
        probabilities[row, units.index(code)] = share
        probabilities[row, units.index("2222")] = 1 - share
    figures = measure(probabilities, ["2221", "2222", "5120", "7212"], threshold=0.75)
    assert (figures["accuracy_4"], figures["accuracy_3"], figures["accuracy_1"]) == (
        0.5,
        0.75,
        0.75,
    )
    assert figures["top_3"] == 0.75
    assert (figures["fallback_rate"], figures["autocoded_agreement"]) == (0.5, 0.5)
    assert figures["aurc"] == pytest.approx(np.mean([0, 1 / 2, 1 / 3, 2 / 4]))
    assert figures["brier"] == pytest.approx(np.mean([0.02, 2 * 0.8**2, 0.18, 0.36 + 0.16 + 1]))
    confidence, hit = np.array([0.9, 0.8, 0.8, 0.5]), np.array([1, 1, 1, 0])
    assert production_rate(confidence, hit, 0.95) == 0.75
    assert production_rate(confidence, np.array([0, 1, 1, 1]), 0.95) == 0
    assert expected_calibration_error(np.array([0.75] * 4), hit) == pytest.approx(0)


def test_a_figure_of_nothing_is_none() -> None:
    probabilities = np.zeros((30, 436))
    probabilities[:, isco08().units.index("2221")] = 0.8
    probabilities[:, isco08().units.index("2222")] = 0.2
    many = measure(probabilities, ["2221"] * 30, threshold=0.9)
    assert many["kappa"] is None and many["autocoded_agreement"] is None
    assert many["production_rate_95_interval"] == [1.0, 1.0]
    few = measure(probabilities[:29], ["2221"] * 28 + ["2222"], threshold=0.5)
    assert few["kappa"] == 0 and few["autocoded_agreement"] == pytest.approx(28 / 29)
    assert few["production_rate_95_interval"] is None  # draws of fewer hardly differ
