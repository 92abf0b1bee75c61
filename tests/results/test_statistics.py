"""The statistics of a batch against a slow count, and the drift of its groups."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.own_tables.code_source import CodeSource
from core.taxonomy import isco08
from inference.decision import NO_PREDICTION, Prediction, no_code
from inference.training_profile import TrainingProfile, text_hashes
from results.statistics import BatchStatistics

UNITS = isco08().units
THRESHOLD = 0.9


def a_prediction(code: str, confidence: float, threshold: float = THRESHOLD) -> Prediction:
    others = [unit for unit in UNITS[::90] if unit != code][:4]
    candidates = ((code, confidence), *((other, 0.0) for other in others))
    is_fallback = bool(np.float32(confidence) < threshold)
    return Prediction(
        isco_code=code[:3] if is_fallback else code,
        confidence=confidence,
        is_fallback=is_fallback,
        minor_code=code[:3],
        minor_confidence=confidence,
        candidates=candidates,
        source=CodeSource.MODEL,
    )


CONFIDENCES = st.floats(0, 1, width=32)
RECORDS = st.lists(
    st.tuples(st.text("abc", max_size=2), st.sampled_from(UNITS), CONFIDENCES), max_size=60
)


def a_profile(seen: set[str]) -> TrainingProfile:
    shares = np.zeros(len(UNITS))
    shares[[UNITS.index("2221"), UNITS.index("7212")]] = 0.75, 0.25
    confidences = np.array([0.0, 1.0])
    return TrainingProfile(shares, np.unique(text_hashes(seen)), confidences, confidences / 2, 500)


@pytest.mark.slow
@given(records=RECORDS, threshold=CONFIDENCES, n_chunk=st.integers(1, 20))
def test_counts_are_those_of_a_slow_count(
    records: list[tuple[str, str, float]], threshold: float, n_chunk: int
) -> None:
    first = {text: (code, confidence) for text, code, confidence in reversed(records)}
    texts = [text for text, *_ in records]  # equal texts get equal predictions
    predictions = [a_prediction(*first[text], threshold) for text in texts]
    training_profile = a_profile({"a", "ab"})
    statistics = BatchStatistics(training_profile, threshold)
    for start in range(0, len(texts), n_chunk):
        statistics.add(texts[start : start + n_chunk], predictions[start : start + n_chunk])
    corrected = Prediction(
        isco_code="2221",
        confidence=1.0,
        is_fallback=False,
        minor_code="222",
        minor_confidence=1.0,
        candidates=(("2221", 1.0),),
        source=CodeSource.CORRECTION,
    )
    statistics.add(["n | n", "| |"], [corrected, NO_PREDICTION])
    statistics.add(["retired | unknown"], [no_code(CodeSource.NOT_WORKING)])  # for nobody to review

    assert statistics.n_records == len(
        texts
    ) + 3 and statistics.n_by_model == statistics.bins.sum() == len(texts)
    unseen = [text for text in texts if text not in ("a", "ab")]
    assert statistics.n_texts == len(set(texts))
    if texts:
        assert statistics.unseen_rate == pytest.approx(len(unseen) / len(texts))
        assert statistics.unseen_text_rate == pytest.approx(len(set(unseen)) / len(set(texts)))
    rows = statistics.what_ifs()
    assert [row.threshold for row in rows if row.is_set] == [threshold]
    for row in rows:
        above = [c.confidence for c in predictions if c.confidence >= np.float32(row.threshold)]
        below = {t for t, c in zip(texts, predictions, strict=True) if c.confidence < row.threshold}
        assert (row.n_autocoded, row.n_texts) == (len(above) + 1, len(below))
        assert row.n_review == statistics.n_records - row.n_autocoded - 1  # not the retired one
        expected = np.mean(above) / 2 if above else math.nan
        assert row.expected_agreement_rate == pytest.approx(expected, nan_ok=True)
    for digits in (1, 2):
        for code, n, share in statistics.groups(digits):
            assert n == sum(c.isco_code[:digits] == code for c in [*predictions, corrected])
            assert share == pytest.approx(
                sum(p for u, p in (("2221", 0.75), ("7212", 0.25)) if u.startswith(code))
            )


def test_drift_is_the_share_that_would_have_to_move() -> None:
    same, other = BatchStatistics(a_profile(set()), 0.5), BatchStatistics(a_profile(set()), 0.5)
    same.add([""] * 400, [a_prediction("2221", 0.9)] * 300 + [a_prediction("7212", 0.9)] * 100)
    other.add([""] * 400, [a_prediction("2221", 0.9)] * 100 + [a_prediction("5151", 0.9)] * 300)
    no_drift, drift = same.drift(1), other.drift(1)
    assert no_drift is not None and drift is not None
    assert no_drift.distance == pytest.approx(0) and 0 < no_drift.by_chance < 0.06
    assert drift.distance == pytest.approx(0.75) and drift.by_chance == no_drift.by_chance
    assert (
        BatchStatistics(None, 0.5).drift(1) is None
        and BatchStatistics(a_profile(set()), 0.5).drift(1) is None
    )
