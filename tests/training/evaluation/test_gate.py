"""The gate: what it lets through, and what it refuses by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.settings_file.training_settings import GateSettings
from core.taxonomy import isco08
from training.evaluation.gate import ComparedTexts, compare_models
from training.evaluation.intervals import interval
from training.evaluation.text_changes import learned_by_group

UNITS = isco08().units
NOTHING = ComparedTexts([], np.zeros((0, 436)), np.zeros((0, 436)))
TWICE = [code for code in UNITS for _ in range(4)]  # 1,744 gold texts


def says(codes: list[str], share_right: float, confidence: float, seed: int = 0) -> np.ndarray:
    """(N, 436) probabilities that are right in ``share_right`` of the texts, at ``confidence``."""
    rng = np.random.default_rng(seed)
    right = np.searchsorted(UNITS, codes)
    wrong = (right + rng.integers(1, 436, size=len(codes))) % 436
    best = np.where(rng.random(len(codes)) < share_right, right, wrong)
    spread = confidence * rng.uniform(0.8, 1.0, size=len(codes))
    probabilities = np.repeat((1 - spread)[:, None] / 435, 436, axis=1)
    probabilities[np.arange(len(codes)), best] = spread
    return probabilities


def failing(
    gold: ComparedTexts,
    taught: ComparedTexts = NOTHING,
    held_out: ComparedTexts = NOTHING,
    confirmed: ComparedTexts = NOTHING,
) -> list[str]:
    result = compare_models({"gold": gold}, taught, held_out, confirmed, GateSettings())
    assert result.promoted == (not result.reasons)
    return [check.name for check in result.checks if not check.passed]


def test_nothing_is_promoted_without_a_text_that_measures() -> None:
    taught = ComparedTexts(TWICE, says(TWICE, 0.2, 0.6), says(TWICE, 0.9, 0.6))
    for learned in (NOTHING, taught):
        result = compare_models({}, learned, NOTHING, NOTHING, GateSettings())
        assert not result.promoted
        (reason,) = result.reasons
        assert "training.gold_share above 0" in reason and "isco models promote" in reason


def test_the_same_model_passes_and_a_better_one_too() -> None:
    champion = says(TWICE, 0.6, 0.6)
    assert failing(ComparedTexts(TWICE, champion, champion)) == []
    assert failing(ComparedTexts(TWICE, champion, says(TWICE, 0.8, 0.8))) == []


def test_a_worse_model_is_refused_by_macro_f1() -> None:
    gold = ComparedTexts(TWICE, says(TWICE, 0.7, 0.7), says(TWICE, 0.6, 0.6, seed=1))
    assert "macro-F1, gold" in failing(gold)


def test_one_major_group_that_falls_is_enough() -> None:
    champion = says(TWICE, 0.7, 0.7)
    challenger = champion.copy()
    farmers = np.flatnonzero([code[0] == "6" for code in TWICE])
    challenger[farmers[: len(farmers) // 4]] = 1 / 436
    assert "top-1 in major group 6, gold" in failing(ComparedTexts(TWICE, champion, challenger))


def test_a_few_texts_of_a_small_group_may_change_by_chance() -> None:
    champion = says(TWICE, 1, 0.7)
    challenger = champion.copy()
    farmers = np.flatnonzero([code[0] == "6" for code in TWICE])
    challenger[farmers[:3]] = 1 / 436
    assert 3 / len(farmers) > GateSettings().max_major_group_drop
    assert failing(ComparedTexts(TWICE, champion, challenger)) == []


def test_a_hold_out_set_of_a_few_texts_decides_nothing_beside_a_larger_one() -> None:
    champion = says(TWICE, 0.7, 0.7)
    large = ComparedTexts(TWICE, champion, champion)
    few = ["2221"] * 3
    worse = ComparedTexts(few, says(few, 1.0, 0.7), says(few, 0.0, 0.7))

    def checked(**hold_out: ComparedTexts) -> set[str]:
        result = compare_models(hold_out, NOTHING, NOTHING, NOTHING, GateSettings())
        return {check.name for check in result.checks if not check.passed}

    assert checked(bundled=large, own=worse) == set()
    assert "macro-F1, own" in checked(own=worse)


def test_overconfidence_is_refused() -> None:
    champion = says(TWICE, 0.6, 0.6)
    challenger = champion.copy()
    best = champion.argmax(axis=1)
    challenger[:] = 0.001 / 435
    challenger[np.arange(len(best)), best] = 0.999
    assert "calibration error, gold" in failing(ComparedTexts(TWICE, champion, challenger))


def test_a_calibration_error_of_few_texts_may_rise_by_chance() -> None:
    """Two models that are alike but for chance; of 150 texts others are right."""
    codes = list(UNITS[:150])
    champion, challenger = (says(codes, 0.7, 0.75, seed=seed) for seed in (7, 4))
    (check,) = [
        check
        for check in compare_models(
            {"gold": ComparedTexts(codes, champion, challenger)},
            NOTHING,
            NOTHING,
            NOTHING,
            GateSettings(),
        ).checks
        if check.name.startswith("calibration")
    ]
    assert check.challenger - check.champion > GateSettings().max_ece_rise and check.passed


def test_what_was_corrected_must_be_learned() -> None:
    gold = ComparedTexts(TWICE, says(TWICE, 0.6, 0.6), says(TWICE, 0.6, 0.6))
    codes = list(UNITS[:40])
    knows_half, knows_more = says(codes, 0.5, 0.6), says(codes, 0.9, 0.6)
    assert failing(gold, ComparedTexts(codes, knows_half, knows_more)) == []
    # As many are right, and the right codes are likelier.
    likelier = knows_half.copy()
    likelier[np.arange(len(codes)), np.searchsorted(UNITS, codes)] += 0.05
    assert failing(gold, ComparedTexts(codes, knows_half, likelier)) == []
    assert failing(gold, ComparedTexts(codes, knows_half, knows_half)) == [
        "log-likelihood of learned corrections"
    ]
    # Nobody can know more than all of them, however sure the champion was.
    assert failing(gold, ComparedTexts(codes, says(codes, 1, 0.9), says(codes, 1, 0.6))) == []
    assert failing(gold, NOTHING, ComparedTexts(codes, knows_more, says(codes, 0.2, 0.6))) == [
        "agreement on corrections kept out"
    ]


def without_some(champion: np.ndarray, n: int) -> np.ndarray:
    """Return what a challenger says that has n fewer of the gold texts right."""
    challenger = champion.copy()
    right = np.flatnonzero(champion.argmax(axis=1) == np.searchsorted(UNITS, TWICE))
    challenger[right[:: len(right) // n][:n]] = 1 / 436
    return challenger


def test_confirmed_rules_that_are_learned_may_cost_a_little_elsewhere() -> None:
    champion = says(TWICE, 0.7, 0.7)
    fewer = ComparedTexts(TWICE, champion, without_some(champion, 12))
    codes = list(UNITS[:40])
    knew_little = says(codes, 0.3, 0.6)
    better = ComparedTexts(codes, knew_little, says(codes, 0.9, 0.6))
    assert failing(fewer) == failing(fewer, held_out=better) == ["macro-F1, gold"]
    assert failing(fewer, held_out=better, confirmed=better) == []
    same = ComparedTexts(codes, knew_little, knew_little)
    few = better.at(np.arange(19))
    for confirmed in (same, few):
        assert failing(fewer, held_out=better, confirmed=confirmed) == ["macro-F1, gold"]
    many_fewer = ComparedTexts(TWICE, champion, without_some(champion, 60))
    assert "macro-F1, gold" in failing(many_fewer, held_out=better, confirmed=better)


def test_falls_that_pass_one_by_one_are_refused_together() -> None:
    best = says(TWICE, 0.7, 0.7)
    yesterday, now = without_some(best, 6), without_some(best, 12)
    fewer = ComparedTexts(TWICE, yesterday, now)
    assert failing(fewer) == []
    assert failing(replace(fewer, reference=best)) == [
        "macro-F1, gold, since the reference version"
    ]
    assert failing(replace(fewer, reference=yesterday)) == []


def is_new_reference(*hold_out: ComparedTexts, confirmed: ComparedTexts = NOTHING) -> bool:
    sets = {f"gold {n}": texts for n, texts in enumerate(hold_out)}
    return compare_models(sets, NOTHING, NOTHING, confirmed, GateSettings()).is_new_reference


def test_only_what_is_clearly_better_is_compared_with_from_then_on() -> None:
    best = says(TWICE, 0.7, 0.7)
    worse, little_worse = without_some(best, 60), without_some(best, 3)
    assert is_new_reference(ComparedTexts(TWICE, worse, best))
    assert not is_new_reference(ComparedTexts(TWICE, best, best))
    assert not is_new_reference(ComparedTexts(TWICE, little_worse, best))  # by chance
    # Better than yesterday is not better than ever.
    assert not is_new_reference(ComparedTexts(TWICE, worse, best, best))
    falls = ComparedTexts(TWICE, best, little_worse)
    assert not is_new_reference(ComparedTexts(TWICE, worse, best), falls)
    # What confirmed rules cost is granted once, and not refused in all later nights.
    codes = list(UNITS[:40])
    rules = ComparedTexts(codes, says(codes, 0.3, 0.6), says(codes, 0.9, 0.6))
    assert is_new_reference(falls, confirmed=rules)


@pytest.mark.slow
@settings(max_examples=10)
@given(st.integers(0, 10_000), st.floats(0.2, 0.95))
def test_no_challenger_is_refused_for_what_it_does_not_change(seed: int, share: float) -> None:
    champion = says(TWICE, share, share, seed)
    assert failing(ComparedTexts(TWICE, champion, champion.copy())) == []


def test_few_corrections_kept_out_refuse_what_more_than_chance_explains() -> None:
    champion = says(TWICE, 0.7, 0.7)
    same = ComparedTexts(TWICE, champion, champion)
    few = TWICE[:80:4]
    right = says(few, 1.0, 0.7)
    for n_lost, refused in ((4, []), (6, ["agreement on corrections kept out"])):
        fewer = right.copy()
        fewer[:n_lost] = 1 / 436
        assert failing(same, held_out=ComparedTexts(few, right, fewer)) == refused


def test_the_interval_covers_the_truth() -> None:
    """About 95 of 100 intervals for a mean of 0.3 hold it."""
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(100):
        sample = rng.random(300) < 0.3
        low, high = interval(lambda rows, s=sample: float(s[rows].mean()), 300, seed)  # type: ignore[misc]
        covered += low <= 0.3 <= high
    assert 88 <= covered <= 100
    assert interval(lambda rows: 1.0, 0) == (0.0, 0.0)


def test_what_was_learned_is_counted_by_group() -> None:
    codes = ["2221"] * 3 + ["7212"] * 2 + ["0110"]
    before, now = says(codes, 0, 0.5), says(codes, 1, 0.5)
    found = learned_by_group(ComparedTexts(codes, before, now), 2)
    assert found == [
        {"code": "2221", "n": 3, "n_before": 0, "n_now": 3},
        {"code": "7212", "n": 2, "n_before": 0, "n_now": 2},
    ]
    assert learned_by_group(NOTHING, 2) == []
