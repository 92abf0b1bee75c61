"""Variants of training texts: cleaned, of two parts, with the changes that people make."""

from __future__ import annotations

import random

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.text import UNKNOWN, clean, join
from tests.support.labelled_records import WORDS
from training.dataset.augmentation import (
    Augmenter,
    abbreviate,
    augment,
    inflect,
    surroundings,
    typo,
)

texts_to_augment = st.tuples(
    st.lists(st.sampled_from(WORDS), max_size=6), st.lists(st.sampled_from(WORDS), max_size=30)
).map(lambda parts: join(" ".join(parts[0]), " ".join(parts[1])))


@given(texts_to_augment, st.integers(0, 100), st.sampled_from(["en", "de", "ar", "no", ""]))
def test_a_variant_is_a_cleaned_text_of_two_parts(text: str, seed: int, language: str) -> None:
    variant = augment(text, ["mops the floor of the ward every day"], random.Random(seed), language)
    title, duties = variant.split(" | ")
    stated = ["" if part == UNKNOWN else part for part in (title, duties)]
    assert title and duties and join(*stated) == variant


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
    assert inflect("attorney", random.Random(0)) == "attorneys"
    assert abbreviate("chief executive officer", random.Random(0)) == "ceo"


def test_typed_duties_stay_whole_and_definitions_are_cut() -> None:
    typed, long = "clerk | sorts the post", "clerk | " + " ".join(["files"] * 40)
    assert all(
        augment(typed, [], random.Random(seed)).endswith(" | sorts the post") for seed in range(50)
    )
    lengths = {len(augment(long, [], random.Random(seed)).split(" | ")[1]) for seed in range(50)}
    assert len("unknown") in lengths and min(lengths) < max(lengths) == len(
        " ".join(["files"] * 40)
    )


def test_every_phrase_around_a_title_is_cleaned() -> None:
    for language, around in surroundings().items():
        for phrase in around["before"] + around["after"]:
            assert clean(phrase) == phrase, (language, phrase)


def test_phrases_are_those_of_the_language() -> None:
    def variants(language: str) -> set[str]:
        text = "bäcker | unknown"
        return {augment(text, [], random.Random(seed), language) for seed in range(500)}

    def starts(language: str, of: str) -> bool:
        phrases = tuple(f"{phrase} " for phrase in surroundings()[of]["before"])
        return any(variant.startswith(phrases) for variant in variants(language))

    assert starts("de", "de") and starts("en", "en")
    assert not starts("de", "en") and not starts("", "en")
    assert "baecker | unknown" in variants("de")  # who has no umlaut on the keyboard
    assert "baecker | unknown" not in variants("fi")


def test_other_forms_and_tasks_of_the_same_language_are_used() -> None:
    records = pd.DataFrame(
        {
            "text": ["bäcker in | unknown", "unknown | backt brot", "unknown | bakes bread"],
            "label": ["7512", "7512", "7512"],
            "language": ["de", "de", "en"],
            "forms": ["bäcker | unknown\nbäckerin | unknown", "", ""],
        }
    )
    augmenter = Augmenter(records)
    variants = {augmenter.variant(0, random.Random(seed)) for seed in range(300)}
    assert {"bäckerin | unknown", "bäcker | unknown", "bäcker | backt brot"} <= variants
    assert not any("bread" in variant for variant in variants)
