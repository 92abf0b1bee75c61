"""The confidence fitted to the answers of an office, and the threshold that these ask for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.corrections.correction import NOT_CODABLE
from core.corrections.office_answers import OfficeAnswers
from core.taxonomy import isco08
from inference.office.carried_calibration import CarriedCalibration
from inference.office.exponent_fit import prior_after
from inference.office.office_calibration import (
    OfficeCalibration,
    bundle_calibration,
    recalibrated,
)
from inference.office.office_fit import fit_office, share_agreed
from inference.similar_corrections import FITTED_RULES, SimilarCorrections, SimilarityRules

UNITS = isco08().units


def probabilities_of(n: int, seed: int = 0) -> np.ndarray:
    """Return (N, 436) float32 of which some rows are sure and others are not."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 1, (n, len(UNITS)))
    scores[np.arange(n), rng.integers(0, len(UNITS), n)] += rng.uniform(4, 12, n)
    powers = np.exp(scores)
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def drawn_units(probabilities: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return (N,) unit groups, each drawn with its probability."""
    draws = np.random.default_rng(seed).random((len(probabilities), 1))
    sums = probabilities.astype(np.float64).cumsum(axis=1)
    return np.minimum((draws > sums / sums[:, -1:]).sum(axis=1), len(UNITS) - 1)


def answers_of(codes: list[str], weights: np.ndarray | None = None) -> OfficeAnswers:
    n = len(codes)
    return OfficeAnswers(
        texts=tuple(f"text {number}" for number in range(n)),
        codes=tuple(codes),
        weights=tuple(np.ones(n) if weights is None else weights),
        is_sampled=(True,) * n,
        files=(("a.csv",),) * n,
        n_autocoded=n,
    )


def fitted(
    probabilities: np.ndarray,
    codes: list[str],
    wanted: float = 0.95,
    weights: np.ndarray | None = None,
    threshold: float = 0.9,
    carried: CarriedCalibration | None = None,
) -> OfficeCalibration:
    answers = answers_of(codes, weights)
    bundled = bundle_calibration(threshold, wanted, answers, 0, carried)
    similar = SimilarCorrections(FITTED_RULES)
    return fit_office(bundled, answers, probabilities, [], similar, prior_after(carried))


def ece(probabilities: np.ndarray, units: np.ndarray) -> float:
    confidence, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == units
    bins = np.minimum((confidence * 10).astype(int), 9)
    return sum(abs((is_right[bins == b] - confidence[bins == b]).sum()) for b in range(10)) / len(
        units
    )


@pytest.mark.parametrize("true_exponent", [0.7, 1.3])
def test_many_answers_say_how_sure_the_model_may_be(true_exponent: float) -> None:
    probabilities = probabilities_of(3000)
    units = drawn_units(recalibrated(probabilities, true_exponent))
    codes = [UNITS[unit] for unit in units]
    few, many = (fitted(probabilities[:n], codes[:n]) for n in (100, 2000))
    assert many.exponent == pytest.approx(true_exponent, abs=0.1)
    assert abs(few.exponent - 1) < abs(many.exponent - 1) + 0.05  # the prior holds it
    later, units = probabilities[2000:], units[2000:]
    assert ece(recalibrated(later, many.exponent), units) < ece(later, units) - 0.02


def test_slips_of_coders_are_told_from_doubts_of_the_model() -> None:
    probabilities = probabilities_of(2000)
    units = drawn_units(probabilities)
    units[::10] = np.random.default_rng(1).integers(0, len(UNITS), 200)
    calibration = fitted(probabilities, [UNITS[unit] for unit in units])
    assert calibration.slip_rate == pytest.approx(0.1, abs=0.03)
    assert calibration.exponent == pytest.approx(1, abs=0.1)
    assert ece(calibration.applied_to(probabilities), units) < ece(probabilities, units) - 0.03


def test_the_deviations_are_how_much_fits_differ() -> None:
    probabilities = probabilities_of(400)
    fits = []
    for seed in range(30):
        units = drawn_units(probabilities, seed)
        rng = np.random.default_rng(seed)
        units[rng.random(400) < 0.1] = rng.integers(0, len(UNITS))
        fits.append(fitted(probabilities, [UNITS[unit] for unit in units]))
    for values, claimed in (
        ([np.log(fit.exponent) for fit in fits], [fit.exponent_deviation for fit in fits]),
        ([fit.slip_rate for fit in fits], [fit.slip_rate_deviation for fit in fits]),
    ):
        # The prior holds the fits together: they differ less than the deviation says.
        assert 0.5 < np.std(values) / np.mean(claimed) < 1.2


def test_of_a_review_answered_in_part_no_threshold_lies_below_the_sample() -> None:
    """Of the texts between those that were asked first and the sample nothing is known."""
    probabilities = probabilities_of(400)
    codes = [UNITS[unit] for unit in drawn_units(probabilities)]
    is_sampled = tuple((probabilities.max(axis=1) >= 0.8).tolist())
    similar = SimilarCorrections(FITTED_RULES)
    thresholds = []
    for rate in (1.0, 0.5):
        answers = replace(answers_of(codes), is_sampled=is_sampled, answered_rate=rate)
        fit = fit_office(
            bundle_calibration(0.9, 0.7, answers, 0), answers, probabilities, [], similar
        )
        assert fit.wanted is not None
        thresholds.append(fit.wanted.threshold)
    assert thresholds[0] < 0.6, thresholds
    assert 0.7 < thresholds[1] < 0.9


def test_the_next_fit_begins_with_what_was_carried_over() -> None:
    probabilities = probabilities_of(3000)
    units = drawn_units(recalibrated(probabilities, 0.7))
    codes = [UNITS[unit] for unit in units]
    fit = fitted(probabilities[1000:], codes[1000:])
    carried = fit.to_carry("1")
    few = fitted(probabilities[1000:1200], codes[1000:1200]).to_carry("1")
    assert carried is not None and few is not None
    assert carried.exponent_deviation < few.exponent_deviation <= 0.15
    assert 0.7 < carried.exponent < 0.85
    assert not fit.is_raised and carried.threshold is None
    # A fifth of the answers counts again in the next fit.
    assert carried.slip_rate_deviation == pytest.approx(
        fit.slip_rate_deviation / 0.8**0.5, abs=1e-4
    )

    def fits_of_100(carried: CarriedCalibration | None) -> list[OfficeCalibration]:
        parts = [slice(start, start + 100) for start in range(0, 1000, 100)]
        return [fitted(probabilities[part], codes[part], carried=carried) for part in parts]

    new, alone = fits_of_100(carried), fits_of_100(None)
    for one, other in zip(new, alone, strict=True):
        assert one.exponent_deviation < other.exponent_deviation
    errors = [np.mean([(fit.exponent - 0.7) ** 2 for fit in fits]) for fits in (new, alone)]
    assert errors[0] < errors[1]
    # After many trainings without new answers nothing of it is left.
    for _ in range(50):
        carried = carried.after_training()
    assert carried.exponent == pytest.approx(1, abs=0.001)
    assert carried.exponent_deviation == pytest.approx(0.15, abs=0.001)
    late = fitted(probabilities[:100], codes[:100], carried=carried)
    assert late.exponent == pytest.approx(alone[0].exponent, abs=0.02)


def test_no_order_changes_and_every_row_sums_to_one() -> None:
    probabilities = probabilities_of(50)
    for exponent, slip_rate in ((0.5, 0.0), (1.0, 0.0), (1.7, 0.1), (1.0, 0.2)):
        changed = recalibrated(probabilities, exponent, slip_rate)
        assert changed.dtype == np.float32
        np.testing.assert_allclose(changed.sum(axis=1), 1, atol=1e-5)
        np.testing.assert_array_equal(changed.argmax(axis=1), probabilities.argmax(axis=1))
        (alone,) = recalibrated(probabilities[7:8], exponent, slip_rate)
        np.testing.assert_array_equal(alone, changed[7])  # in whatever company


@pytest.mark.parametrize("seed", range(20))
def test_no_share_is_above_all(seed: int) -> None:
    probabilities = probabilities_of(120, seed)
    agreed = [UNITS[unit] for unit in probabilities.argmax(axis=1)]
    weights = np.random.default_rng(seed).uniform(0.1, 9, 120)
    calibration = fitted(probabilities, agreed, weights=weights)
    assert calibration.sample is not None and calibration.agreement is not None
    assert 0.9999 < calibration.sample.rate <= 1 and 0.9999 < calibration.agreement.rate <= 1
    assert calibration.sample.high <= 1


def test_chance_seldom_says_that_the_agreement_is_surely_below() -> None:
    """Titles of a survey, of which a sample is drawn by records: one rare text weighs much."""
    rng = np.random.default_rng(0)
    n_texts, n_records, wanted, is_below = 400, 3000, 0.95, []
    shares = np.arange(1, n_texts + 1) ** -1.0
    for _ in range(2000):
        records = rng.multinomial(n_records, shares / shares.sum())
        drawn = rng.choice(np.repeat(np.arange(n_texts), records), 20, replace=False)
        n_drawn = np.bincount(drawn, minlength=n_texts)
        is_asked = n_drawn > 0
        weights = (n_drawn / np.maximum(records, 1))[is_asked]
        is_agreed = (rng.random(n_texts) < wanted)[is_asked]
        share = share_agreed(np.ones(len(weights), bool), is_agreed, weights)
        assert share is not None and share.low <= share.rate <= share.high
        is_below.append(share.high < wanted)
    assert np.mean(is_below) < 0.025
    one_in_five = share_agreed(np.ones(60, bool), np.arange(60) % 5 > 0, np.ones(60))
    assert one_in_five is not None and one_in_five.high < wanted


@pytest.mark.parametrize(("slip_rate", "are_many"), [(0.0, False), (0.04, False), (0.08, True)])
def test_slips_bound_every_confidence(slip_rate: float, are_many: bool) -> None:
    sure = np.zeros((1, len(UNITS)), np.float32)
    sure[0, 7] = 1
    calibration = replace(bundle_calibration(0.9, 0.95, OfficeAnswers(), 0), slip_rate=slip_rate)
    highest = recalibrated(sure, 0.8, slip_rate).max()
    assert calibration.highest_confidence == pytest.approx(highest)
    assert calibration.are_slips_many == are_many


def test_the_threshold_rises_where_agreement_is_surely_below_the_wanted_one() -> None:
    probabilities = probabilities_of(400)
    best = probabilities.argmax(axis=1)
    agreed = [UNITS[unit] for unit in best]
    calibration = fitted(probabilities, agreed)
    assert not calibration.is_raised and not calibration.is_sample_below
    wrong = [UNITS[unit - 1] if n % 8 == 0 else UNITS[unit] for n, unit in enumerate(best)]
    calibration = fitted(probabilities, wrong, threshold=0.5)
    assert calibration.agreement is not None and calibration.agreement.high < 0.95
    assert calibration.is_sample_below and calibration.is_raised
    assert calibration.threshold == calibration.wanted.threshold > 0.5  # type: ignore[union-attr]
    satisfied = fitted(probabilities, wrong, threshold=0.5, wanted=0.8)
    assert not satisfied.is_raised and not satisfied.is_sample_below
    few = fitted(probabilities[:16], wrong[:16], threshold=0.5)  # as many wrong ones, by chance
    assert few.agreement is not None and few.agreement.rate < 0.95 < few.agreement.high
    assert not few.is_raised and not few.is_sample_below


def test_the_named_threshold_reaches_the_wanted_agreement() -> None:
    probabilities = probabilities_of(4000)
    units = drawn_units(recalibrated(probabilities, 0.8))
    calibration = fitted(probabilities[:2000], [UNITS[unit] for unit in units[:2000]])
    wanted = calibration.wanted
    assert wanted is not None and wanted.low <= wanted.threshold <= wanted.high < 1
    later = calibration.applied_to(probabilities[2000:])
    is_above = later.max(axis=1) >= np.float32(wanted.threshold)
    is_right = later.argmax(axis=1) == units[2000:]
    assert 0.93 < is_right[is_above].mean() < 0.99
    assert is_above.mean() == pytest.approx(wanted.autocoded_rate, abs=0.03)


def test_answers_without_a_unit_group_are_disagreement() -> None:
    probabilities = probabilities_of(200)
    best = [UNITS[unit] for unit in probabilities.argmax(axis=1)]
    for other in (NOT_CODABLE, "222"):
        codes = [other if n % 3 == 0 else code for n, code in enumerate(best)]
        calibration = fitted(probabilities, codes)
        assert calibration.sample is not None
        assert calibration.sample.rate == pytest.approx(2 / 3, abs=0.01)
        confidence = calibration.applied_to(probabilities).max(axis=1)
        assert confidence.mean() == pytest.approx(2 / 3, abs=0.1)


def test_an_answer_counts_as_its_weight_says() -> None:
    probabilities = probabilities_of(300)
    best = probabilities.argmax(axis=1)
    is_wrong = np.arange(300) % 3 == 0
    codes = [
        UNITS[unit - 1] if wrong else UNITS[unit]
        for unit, wrong in zip(best, is_wrong, strict=True)
    ]
    rates = []
    for weight in (1.0, 9.0):
        calibration = fitted(probabilities, codes, weights=np.where(is_wrong, weight, 1.0))
        assert calibration.sample is not None
        rates.append(calibration.sample.rate)
    assert rates == pytest.approx([2 / 3, 2 / 11])
    # No weight but an equal one is worth as many answers.
    one = fitted(probabilities, codes, weights=np.full(300, 7.0))
    assert one == fitted(probabilities, codes)


def test_no_correction_answers_for_itself() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.integers(-12, 13, (40, 30)).astype(np.int8)
    texts = [f"text {n}" for n in range(40)]
    similar = SimilarCorrections(SimilarityRules(3, 10, 30, 0.01))
    similar.learn(dict(zip(texts[:30], UNITS, strict=False)), lambda asked: vectors[:30])
    own = similar.nearest(vectors)
    others = similar.nearest_others(texts, vectors)
    for row, (with_own, without) in enumerate(zip(own, others, strict=True)):
        assert (row in with_own.rows) == (row < 30) and row not in without.rows
        assert list(without.rows) == [voter for voter in with_own.rows if voter != row]
