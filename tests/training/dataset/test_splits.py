"""The rules that decide what a text is used for."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.labelled_records import CODES
from training.dataset.splits import (
    CALIBRATION,
    HOLD_OUT,
    MAX_ANSWERS,
    MAX_OWN_ANSWERS,
    SIDES,
    TRAIN,
    Origin,
    assign_sides,
    calibrates_alone,
    choose_calibration_texts,
    is_in_own_hold_out,
    without_surplus,
)


def own_texts(drawn: list[tuple[str, int]]) -> pd.DataFrame:
    """Records of the user: the group 0 is none."""
    return pd.DataFrame(
        {
            "text": [f"t{i}" for i in range(len(drawn))],
            "label": [label for label, _ in drawn],
            "group": [f"g{group}" if group else "" for _, group in drawn],
            "origin": Origin.OWN,
        }
    )


drawn_texts = st.lists(
    st.tuples(st.sampled_from(CODES), st.integers(0, 30)), min_size=1, max_size=60
)


@given(drawn_texts, st.integers(0, 5))
def test_no_group_stands_on_two_sides(drawn: list[tuple[str, int]], seed: int) -> None:
    texts = own_texts(drawn)
    sides = assign_sides(texts, 0.3, 0.2, seed)
    assert len(sides) == len(texts) and set(sides["side"]) <= set(SIDES)
    grouped = sides[sides["group"] != ""].groupby("group")["side"].nunique()
    assert (grouped == 1).all()  # also where its texts have several codes
    again = assign_sides(texts, 0.3, 0.2, seed)
    assert list(again["side"]) == list(sides["side"])


@given(drawn_texts, st.integers(1, 60))
def test_a_text_is_on_one_side_whatever_else_is_in_the_data(
    drawn: list[tuple[str, int]], n: int
) -> None:
    texts = own_texts(drawn)
    among_all = assign_sides(texts, 0.3, 0.2, 1)["side"]
    assert list(assign_sides(texts[:n], 0.3, 0.2, 1)["side"]) == list(among_all[:n])
    relabelled = assign_sides(texts.assign(label="9999"), 0.3, 0.2, 1)["side"]
    assert list(relabelled) == list(among_all)


def test_the_sides_have_their_shares() -> None:
    texts = own_texts([("2221", 0)] * 4000)
    shares = assign_sides(texts, 0.2, 0.15, 42)["side"].value_counts(normalize=True)
    expected = {"train": 0.65, "test": 0.15, "validation": 0.1, "calibration": 0.1}
    for side, share in expected.items():
        assert shares[side] == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("origin", [Origin.BUNDLED, Origin.CORRECTION])
def test_only_records_of_the_user_are_split(origin: Origin) -> None:
    texts = own_texts([("2221", 0)] * 200).assign(origin=origin)
    assert set(assign_sides(texts, 0.3, 0.3, 42)["side"]) == {"train"}


def test_of_other_languages_a_limited_number_of_answers_measures() -> None:
    rows = [
        (f"{language} {part} {i}", language, part)
        for language in ("de", "fr")
        for part in (TRAIN, CALIBRATION, HOLD_OUT)
        for i in range(500)
    ]
    answers = pd.DataFrame(rows, columns=["text", "language", "part"])
    kept = without_surplus(answers, {"de"})
    counts = kept.groupby(["language", "part"]).size()
    assert (counts["de"] == 500).all()
    assert counts["fr"].to_dict() == {TRAIN: 500, **MAX_ANSWERS}
    # Chosen by hash: the order of the file decides nothing, and few new answers change little.
    shuffled = without_surplus(answers.sample(frac=1, random_state=0), {"de"})
    assert set(shuffled["text"]) == set(kept["text"])
    fewer = without_surplus(answers[answers["text"] != kept["text"].iloc[-1]], {"de"})
    assert len(set(kept["text"]) - set(fewer["text"])) == 1


def test_of_the_own_language_enough_answers_measure_and_calibrate() -> None:
    texts = [f"text {i}" for i in range(max(MAX_OWN_ANSWERS.values()) + 7)]
    for part, n_kept in {**MAX_OWN_ANSWERS, TRAIN: len(texts)}.items():
        answers = pd.DataFrame({"text": texts, "language": "de", "part": part})
        assert len(without_surplus(answers, {"de"})) == n_kept


@given(st.text(max_size=20), st.text(max_size=5))
def test_a_group_is_held_out_as_a_whole_and_for_good(text: str, group: str) -> None:
    assert not is_in_own_hold_out(text, group, 0)
    same_side = text if not group else "other"
    half = is_in_own_hold_out(text, group, 0.5)
    assert half == is_in_own_hold_out(same_side, group, 0.5)
    assert is_in_own_hold_out(text, group, 0.7) or not is_in_own_hold_out(text, group, 0.2)


def texts(n: int, group: str, weight: float) -> pd.DataFrame:
    rows = [(f"{group}{weight}{i}", "2221", weight, group) for i in range(n)]
    return pd.DataFrame(rows, columns=["text", "label", "weight", "group"])


def test_concepts_that_nobody_trains_on_calibrate_and_answers_only_where_texts_are_few() -> None:
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


def test_a_few_records_calibrate_nothing_alone() -> None:
    answers = texts(50, "", 1)
    assert calibrates_alone(texts(500, "concept", 1)) and calibrates_alone(texts(1000, "", 0.1))
    assert not calibrates_alone(texts(499, "concept", 1))
    assert not calibrates_alone(texts(999, "", 1)) and not calibrates_alone(answers.iloc[:0])
