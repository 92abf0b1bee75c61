"""The statistics of a batch against a slow count, and the drift of its groups."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.own_tables.code_source import CodeSource
from core.taxonomy import isco08
from inference.decision import NO_PREDICTION, Prediction, no_code, unheld
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


def test_records_of_one_text_may_be_left_to_a_person_and_be_coded() -> None:
    """ "nurse / welder" has several occupations and "nurse welder" one; they are the same text."""
    statistics = BatchStatistics(a_profile(set()), THRESHOLD)
    left, coded = a_prediction("2221", 0.4), a_prediction("2221", 0.95)
    statistics.add(["nurse welder", "nurse welder", "nurse welder"], [left, coded, coded])
    (row,) = [row for row in statistics.what_ifs() if row.is_set]
    assert (row.n_autocoded, row.n_review, row.n_texts) == (2, 1, 1)
    assert row.expected_agreement_rate == pytest.approx(0.95 / 2)
    assert row.interval[0] < 0.95 / 2 < row.interval[1]


def test_a_text_is_left_in_one_record_and_coded_as_surely_in_another() -> None:
    coded = a_prediction("2221", 0.95)
    left = replace(coded, isco_code="", source=CodeSource.TOO_UNSURE, occupations=("2221", "7212"))
    statistics = BatchStatistics(a_profile(set()), THRESHOLD)
    statistics.add(["nurse welder", "nurse welder"], [left, coded])
    (row,) = [row for row in statistics.what_ifs() if row.is_set]
    assert (row.n_autocoded, row.n_review, row.n_texts) == (1, 1, 1)
    assert row.interval[0] < row.expected_agreement_rate < row.interval[1]


def test_drift_is_the_share_that_would_have_to_move() -> None:
    same, other = BatchStatistics(a_profile(set()), 0.5), BatchStatistics(a_profile(set()), 0.5)
    same.add([""] * 400, [a_prediction("2221", 0.9)] * 300 + [a_prediction("7212", 0.9)] * 100)
    other.add([""] * 400, [a_prediction("2221", 0.9)] * 100 + [a_prediction("5151", 0.9)] * 300)
    no_drift, drift = same.drift(1), other.drift(1)
    assert no_drift is not None and drift is not None
    assert no_drift.distance == pytest.approx(0) and 0 < no_drift.by_chance < 0.06
    assert drift.distance == pytest.approx(0.75) and drift.by_chance == no_drift.by_chance
    assert BatchStatistics(a_profile(set()), 0.5).drift(1) is None


def test_the_interval_holds_what_other_calibrations_would_expect() -> None:
    """The interval against draws: other calibration texts, and other texts of this file."""
    rng = np.random.default_rng(7)
    agreements, n_each, n_texts = np.array([0.4, 0.7, 0.9, 0.97]), 50, 80
    confidences = np.array([0.3, 0.6, 0.85, 0.95])
    profile = TrainingProfile(
        np.full(len(UNITS), 1 / len(UNITS)), text_hashes([]), confidences, agreements, 4 * n_each
    )
    drawn = rng.uniform(0.5, 1, n_texts).astype(np.float32)
    statistics = BatchStatistics(profile, 0.5)
    predictions = [a_prediction("2221", float(c), 0.5) for c in drawn]
    statistics.add([f"text {n}" for n in range(n_texts)], predictions)
    (row,) = (row for row in statistics.what_ifs() if row.is_set)
    rights = np.interp(drawn, confidences, agreements)
    assert row.expected_agreement_rate == pytest.approx(rights.mean())
    low, high = row.interval
    inside = 0
    for _ in range(1000):
        measured = rng.binomial(n_each, agreements) / n_each
        expected = np.interp(drawn, confidences, measured).mean()
        found = rng.binomial(1, rights).mean()
        inside += abs(found - expected) <= (high - low) / 2
    assert 0.93 <= inside / 1000 <= 0.98


def test_the_interval_holds_where_a_few_titles_have_most_records() -> None:
    """The records of one title are right or wrong together, so they say as much as few texts."""
    rng = np.random.default_rng(7)
    n_texts, n_records, rate = 400, 3000, 0.9
    profile = TrainingProfile(
        np.full(len(UNITS), 1 / len(UNITS)),
        text_hashes([]),
        np.array([0.0, 1.0]),
        np.array([rate, rate]),
        10_000,
    )
    shares = np.arange(1, n_texts + 1) ** -1.0
    drawn = rng.choice(n_texts, n_records, p=shares / shares.sum())
    statistics = BatchStatistics(profile, 0.5)
    statistics.add([f"text {n}" for n in drawn], [a_prediction("2221", 0.9)] * n_records)
    low, high = statistics.what_ifs()[0].interval
    found = [(rng.random(n_texts) < rate)[drawn].mean() for _ in range(1000)]
    inside = np.mean([low <= share <= high for share in found])
    assert 0.93 <= inside <= 0.98


def test_what_is_left_to_a_person_no_threshold_autocodes() -> None:
    several = replace(
        a_prediction("2221", 0.7),
        isco_code="",
        source=CodeSource.TOO_UNSURE,
        occupations=("2221", "8322"),
    )
    husbands = unheld(a_prediction("7126", 0.95))
    records = [several, husbands, a_prediction("2221", 0.7), a_prediction("2221", 0.95)]
    statistics = BatchStatistics(a_profile(set()), 0)
    statistics.add(["nurse driver", "husband", "nurse", "midwife"], records)
    rows = {row.threshold: row for row in statistics.what_ifs()}
    assert (rows[0].n_autocoded, rows[0].n_review, rows[0].n_texts) == (2, 2, 2)
    assert (rows[0.5].n_autocoded, rows[0.5].n_review, rows[0.5].n_texts) == (2, 2, 2)
    assert rows[0].expected_agreement_rate == pytest.approx((0.7 + 0.95) / 2 / 2)
    assert statistics.bins.sum() == 4, "the histogram has them"


def test_more_texts_and_more_calibration_texts_narrow_the_interval() -> None:
    def width(n_texts: int, n_calibration: int) -> float:
        profile = a_profile(set())
        profile = TrainingProfile(
            profile.shares, profile.seen, profile.confidences, profile.agreements, n_calibration
        )
        statistics = BatchStatistics(profile, 0.5)
        statistics.add(
            [f"text {n % n_texts}" for n in range(1000)], [a_prediction("2221", 0.9)] * 1000
        )
        low, high = statistics.what_ifs()[0].interval
        return high - low

    assert width(10, 500) > width(1000, 500) > width(1000, 50_000)


def test_codes_of_three_digits_are_counted_by_their_confidence() -> None:
    statistics = BatchStatistics(a_profile(set()), THRESHOLD)
    confidences = [0.2, 0.5, 0.6, 0.75, 0.95]  # the last one has four digits
    statistics.add([str(c) for c in confidences], [a_prediction("2221", c) for c in confidences])
    bands = {(band.low, band.high): band for band in statistics.minor_bands()}
    assert [band.n_records for band in statistics.minor_bands()] == [0, 1, 2, 0, 1]
    assert bands[0.5, 0.7].expected_rate == pytest.approx(0.55)
    assert math.isnan(bands[0.9, 1.0].expected_rate)
