"""From probabilities to the code that is shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.own_tables.code_source import NON_ANSWERS, CodeSource
from core.review_contract import N_REVIEW_CANDIDATES
from core.taxonomy import isco08
from inference.decision import NO_PREDICTION, Floors, decide, no_code

UNITS = isco08().units


def probabilities(**shares: float) -> np.ndarray:
    """(1, 436): the given shares, the rest spread over 9629."""
    row = np.zeros((1, len(UNITS)), dtype=np.float32)
    for name, share in shares.items():
        row[0, UNITS.index(name.removeprefix("c"))] = share
    row[0, -1] += 1 - row.sum()
    return row


def test_at_the_threshold_four_digits_below_it_three() -> None:
    half = probabilities(c2221=0.5, c2222=0.3)
    (sure,) = decide(half, 0.5, "truncate")
    assert (sure.isco_code, sure.is_fallback, sure.needs_review) == ("2221", False, False)
    (unsure,) = decide(half, float(np.nextafter(np.float32(0.5), 1)), "truncate")
    assert (unsure.isco_code, unsure.is_fallback, unsure.needs_review) == ("222", True, True)
    assert unsure.confidence == 0.5
    assert unsure.minor_confidence == pytest.approx(0.8)


def test_climbing_may_leave_the_best_unit_group() -> None:
    split = probabilities(c0110=0.35, c2221=0.33, c2222=0.32)
    (parent,) = decide(split, 0.9, "truncate")
    (climbed,) = decide(split, 0.9, "climb")
    assert (parent.isco_code, climbed.isco_code) == ("011", "222")
    assert climbed.minor_confidence == pytest.approx(0.65)
    assert climbed.candidates[0] == ("0110", pytest.approx(0.35))


def test_below_the_floor_there_is_no_code_but_candidates_for_a_person() -> None:
    unsure = np.full((1, len(UNITS)), 0.001, dtype=np.float32)
    unsure[0, UNITS.index("2221")] = 0.05
    unsure[0, UNITS.index("2222")] = 0.04
    (shown,) = decide(unsure, 0.9, "truncate", Floors(minor=0.08))
    (hidden,) = decide(unsure, 0.9, "truncate", Floors(minor=0.1))
    assert (shown.isco_code, shown.source) == ("222", "model")
    assert (hidden.isco_code, hidden.source) == ("", "too_unsure")
    assert hidden.needs_review and hidden.is_fallback and hidden.is_by_model
    assert hidden.candidates == shown.candidates and hidden.group_code == "222"
    assert replace(hidden, isco_code="222", source=CodeSource.MODEL) == shown


@pytest.mark.parametrize(
    ("floors", "code"),
    [
        (Floors(0.3, 0.5, 0.5), "721"),
        (Floors(0.5, 0.5, 0.5), "72"),
        (Floors(0.5, 0.7, 0.5), "7"),
        (Floors(0.5, 0.7, 0.95), ""),
    ],
)
def test_climbing_shows_the_first_level_that_is_probable_enough(floors: Floors, code: str) -> None:
    spread = probabilities(c7211=0.2, c7212=0.2, c7221=0.2, c7411=0.2, c7511=0.1, c2221=0.1)
    (climbed,) = decide(spread, 0.9, "climb", floors)
    assert climbed.isco_code == code
    assert climbed.source == ("model" if code else "too_unsure")
    assert climbed.is_fallback and climbed.needs_review


def test_climbing_may_leave_the_best_minor_group_of_a_broader_level() -> None:
    split = probabilities(c0110=0.3, c2211=0.2, c2221=0.25, c2261=0.25)
    (climbed,) = decide(split, 0.9, "climb", Floors(0.5, 0.5, 0.5))
    assert (climbed.isco_code, climbed.minor_code) == ("22", "011")


def test_the_threshold_is_above_every_floor() -> None:
    (sure,) = decide(probabilities(c7212=0.95), 0.9, "truncate", Floors(minor=1.0))
    assert (sure.isco_code, sure.source) == ("7212", "model")


def test_a_non_answer_has_no_code_and_needs_nobody() -> None:
    for source in NON_ANSWERS:
        prediction = no_code(source)
        assert not prediction.isco_code and not prediction.needs_review
        assert not prediction.is_by_model


def test_an_empty_text_has_no_code_and_needs_a_person() -> None:
    assert (
        NO_PREDICTION.isco_code == ""
        and NO_PREDICTION.needs_review
        and not NO_PREDICTION.is_fallback
    )


rows = arrays(np.float32, (4, 436), elements=st.floats(0, 1, width=32)).map(
    lambda raw: (raw + 1e-6) / (raw + 1e-6).sum(axis=1, keepdims=True)
)


@pytest.mark.slow
@given(rows, st.floats(0, 1), st.sampled_from(["truncate", "climb"]))
def test_every_decision_keeps_its_promises(
    matrix: np.ndarray, threshold: float, fallback: str
) -> None:
    for row, prediction in zip(matrix, decide(matrix, threshold, fallback), strict=True):  # type: ignore[arg-type]
        confidences = [confidence for _, confidence in prediction.candidates]
        assert len(prediction.candidates) == N_REVIEW_CANDIDATES
        assert confidences == sorted(confidences, reverse=True)
        assert prediction.confidence == confidences[0] == float(row.max())
        assert prediction.is_fallback == (prediction.confidence < threshold)
        assert len(prediction.isco_code) == (3 if prediction.is_fallback else 4)
        assert prediction.isco_code in isco08() and prediction.minor_code in isco08()
        members = [i for i, unit in enumerate(UNITS) if unit[:3] == prediction.minor_code]
        assert prediction.minor_confidence == pytest.approx(row[members].sum(), abs=1e-5)


@pytest.mark.slow
@given(rows)
def test_a_decision_does_not_depend_on_its_company(matrix: np.ndarray) -> None:
    alone = [decide(matrix[i : i + 1], 0.5, "climb")[0] for i in range(len(matrix))]
    assert decide(matrix, 0.5, "climb") == alone


@given(arrays(np.float32, (3, 436), elements=st.sampled_from([0.0, 0.001, 0.1, 0.5])))
def test_candidates_are_those_of_sorting_and_of_equal_ones_the_lower_code(
    matrix: np.ndarray,
) -> None:
    ranked = np.argsort(-matrix, axis=1, kind="stable")[:, :N_REVIEW_CANDIDATES]
    candidates = [
        [code for code, _ in prediction.candidates]
        for prediction in decide(matrix, 0.5, "truncate")
    ]
    assert candidates == [[UNITS[i] for i in row] for row in ranked]
