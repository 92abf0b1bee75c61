"""The rules that decide what a text is used for."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.labelled_records import CODES
from training.dataset.splits import (
    assign_sides,
    choose_calibration_texts,
    is_in_own_hold_out,
)


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 30)), min_size=1, max_size=200),
    st.integers(0, 5),
)
def test_no_group_stands_on_two_sides(drawn: list[tuple[str, int]], seed: int) -> None:
    records = pd.DataFrame(
        {
            "text": [f"t{i}" for i in range(len(drawn))],
            "label": [label for label, _ in drawn],
            "group": [f"{label}-{group}" if group else "" for label, group in drawn],
        }
    )
    sides, untested = assign_sides(records, 0.3, 0.2, seed)
    assert len(sides) == len(records)
    grouped = sides[sides["group"] != ""].groupby("group")["side"].nunique()
    assert (grouped == 1).all()
    assert set(sides["label"]) == set(sides.loc[sides["side"] == "train", "label"])
    assert set(sides.loc[sides["label"].isin(untested), "side"]) <= {"train"}
    again, _ = assign_sides(records, 0.3, 0.2, seed)
    assert list(again["side"]) == list(sides["side"])


@given(st.text(max_size=20), st.text(max_size=5))
def test_a_group_is_held_out_as_a_whole_and_for_good(text: str, group: str) -> None:
    assert not is_in_own_hold_out(text, group, 0)
    same_side = text if not group else "other"
    half = is_in_own_hold_out(text, group, 0.5)
    assert half == is_in_own_hold_out(same_side, group, 0.5)
    assert is_in_own_hold_out(text, group, 0.7) or not is_in_own_hold_out(text, group, 0.2)


def test_concepts_that_nobody_trains_on_calibrate_and_answers_only_where_texts_are_few() -> None:
    def texts(n: int, group: str, weight: float) -> pd.DataFrame:
        rows = [(f"{group}{weight}{i}", "2221", weight, group) for i in range(n)]
        return pd.DataFrame(rows, columns=["text", "label", "weight", "group"])

    new, doubtful, answers = (
        texts(500, "concept", 0.8),
        texts(600, "concept", 0.7),
        texts(50, "", 1),
    )
    both = pd.concat([doubtful, new, answers])
    assert choose_calibration_texts(both, answers).equals(new)
    few = pd.concat([new[:499], doubtful])
    assert choose_calibration_texts(few, answers).equals(few)
    assert len(choose_calibration_texts(few[:999], answers)) == 1049
