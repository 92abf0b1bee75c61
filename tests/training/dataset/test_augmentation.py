"""Variants of training texts: cleaned, of two parts, with the changes that people make."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from core.text import join
from tests.support.labelled_records import WORDS
from training.dataset.augmentation import abbreviate, augment, inflect, typo

texts_to_augment = st.tuples(
    st.lists(st.sampled_from(WORDS), max_size=6), st.lists(st.sampled_from(WORDS), max_size=30)
).map(lambda parts: join(" ".join(parts[0]), " ".join(parts[1])))


@given(texts_to_augment, st.integers(0, 100))
def test_a_variant_is_a_cleaned_text_of_two_parts(text: str, seed: int) -> None:
    variant = augment(text, ["mops the floor of the ward every day"], random.Random(seed))
    title, duties = variant.split(" | ")
    assert title and duties and join(title, duties) == variant


def test_a_typo_changes_one_word_by_one_slip() -> None:
    for seed in range(200):
        changed = typo("senior nurse", random.Random(seed)).split()
        assert len(changed) == 2
        assert sum(a != b for a, b in zip(changed, ["senior", "nurse"], strict=True)) <= 1
    assert typo("a bc", random.Random(0)) == "a bc"


def test_titles_are_abbreviated_and_inflected_as_people_do() -> None:
    shortened = {abbreviate("senior assistant manager", random.Random(seed)) for seed in range(50)}
    assert "snr asst mgr" in shortened and "senior assistant manager" in shortened
    assert abbreviate("registered nurse", random.Random(0)) == "rn"
    inflected = {inflect("tree lopper", random.Random(seed)) for seed in range(50)}
    assert inflected == {"treelopper", "tree loppers"}
    assert inflect("secretary", random.Random(0)) == "secretaries"


def test_typed_duties_stay_whole_and_definitions_are_cut() -> None:
    typed, long = "clerk | sorts the post", "clerk | " + " ".join(["files"] * 40)
    assert all(
        augment(typed, [], random.Random(seed)).endswith(" | sorts the post") for seed in range(50)
    )
    lengths = {len(augment(long, [], random.Random(seed)).split(" | ")[1]) for seed in range(50)}
    assert len("unknown") in lengths and min(lengths) < max(lengths) == len(
        " ".join(["files"] * 40)
    )
