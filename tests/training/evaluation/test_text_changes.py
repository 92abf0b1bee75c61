"""What got better and what worse is counted on the right texts."""

from __future__ import annotations

import numpy as np
import pytest

from core.taxonomy import isco08
from training.dataset.dataset_parts import BUNDLED_HOLD_OUT
from training.evaluation.gate import ComparedTexts
from training.evaluation.text_changes import text_changes

UNITS = isco08().units


def texts(before: str, now: str) -> ComparedTexts:
    """Texts that each model has right (+) or wrong (-)."""

    def probabilities(hits: str) -> np.ndarray:
        return np.eye(len(UNITS))[[0 if hit == "+" else 1 for hit in hits]]

    return ComparedTexts([UNITS[0]] * len(before), probabilities(before), probabilities(now))


NONE = ComparedTexts([], np.zeros((0, len(UNITS))), np.zeros((0, len(UNITS))))


def test_yours_are_what_was_kept_out_and_your_own_records() -> None:
    hold_out = {BUNDLED_HOLD_OUT: texts("++-", "+--"), "your records": texts("+-", "-+")}
    changes = text_changes(hold_out, texts("---", "+++"), texts("--++", "+++-"))
    yours = changes.yours
    assert (yours.n, yours.n_before, yours.n_now, yours.n_lost) == (6, 3, 4, 2)
    assert yours.interval[0] < 1 / 6 < yours.interval[1]
    assert (changes.taught.n_before, changes.taught.n_now) == (0, 3)
    assert changes.taught.interval[0] < 1 == changes.taught.interval[1]
    assert (changes.others.n, changes.others.n_lost) == (3, 1)


@pytest.mark.parametrize(
    ("now", "low", "high"),
    [
        ("+" * 10 + "-" * 10, -0.0891, 0.0891),  # 20 texts cannot show that nothing changed
        ("+" * 14 + "-" * 6, -0.0024, 0.3660),  # nor do four of them show that more are right
        ("+" * 16 + "-" * 4, 0.0664, 0.4791),
        ("+" * 4 + "-" * 16, -0.4791, -0.0664),
    ],
)
def test_the_change_of_few_texts_is_as_unsure_as_it_is(now: str, low: float, high: float) -> None:
    """Agresti and Min: (b - c) / 22, with 1.96 roots of ((b + c + 1) / 22 - that squared) / 22."""
    changes = text_changes({}, NONE, texts("+" * 10 + "-" * 10, now))
    assert changes.yours.interval == pytest.approx((low, high), abs=1e-4)


def test_without_texts_nothing_changed() -> None:
    changes = text_changes({}, NONE, NONE)
    assert changes.yours == changes.taught == changes.others
    assert changes.yours.n == 0 and changes.yours.interval == pytest.approx((0, 0))
