"""Variants of training texts: cleaned, of two parts, with the changes that people make."""

from __future__ import annotations

import random

import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from core.text import UNKNOWN, clean, join
from tests.support.labelled_records import WORDS
from training.dataset.augmentation import (
    Augmenter,
    abbreviate,
    augment,
    empty_duties,
    inflect,
    surroundings,
    typo,
)

texts_to_augment = st.tuples(
    st.lists(st.sampled_from(WORDS), max_size=6), st.lists(st.sampled_from(WORDS), max_size=30)
).map(lambda parts: join(" ".join(parts[0]), " ".join(parts[1])))


@given(texts_to_augment, st.integers(0, 100), st.sampled_from(["en", "de", "ar", "no", ""]))
@example("nurse | unknown", 3, "no")  # "100 prosent" is left out of a title
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
    variants = [augment(typed, [], random.Random(seed)).split(" | ") for seed in range(50)]
    assert all(duties == "sorts the post" for title, duties in variants if title != UNKNOWN)
    # Duties alone are what some respondents state; only then they have typos.
    assert 1 <= sum(title == UNKNOWN for title, _ in variants) <= 15
    assert all(len(duties.split()) == 3 for _, duties in variants)
    lengths = {len(augment(long, [], random.Random(seed)).split(" | ")[1]) for seed in range(50)}
    assert len("unknown") in lengths and min(lengths) < max(lengths) == len(
        " ".join(["files"] * 40)
    )


def test_every_phrase_around_a_title_is_cleaned() -> None:
    for language, around in surroundings().items():
        for phrase in around["before"] + around["after"] + around["between"]:
            assert clean(phrase) == phrase, (language, phrase)
    assert empty_duties().keys() == surroundings().keys()
    for language, statements in empty_duties().items():
        for statement in statements:
            assert clean(statement) == statement != "", (language, statement)


def test_duties_that_say_nothing_stand_beside_a_title_and_beside_its_duties() -> None:
    said = tuple(empty_duties()["de"])

    def duties(text: str) -> set[str]:
        variants = (augment(text, [], random.Random(seed), "de") for seed in range(500))
        return {variant.split(" | ")[1] for variant in variants}

    assert any(each.startswith(said) for each in duties("maurer | unknown"))
    typed = duties("maurer | baut mauern")
    assert any(each.startswith(said) and each.endswith("baut mauern") for each in typed)
    assert any(each.endswith(said) and each.startswith("baut mauern") for each in typed)


def test_either_of_two_jobs_is_the_answer_as_often() -> None:
    records = pd.DataFrame(
        {
            "text": ["koch | unknown", "maurer | unknown", "cook | unknown"],
            "label": ["5120", "7112", "5120"],
            "language": ["de", "de", "en"],
            "forms": "",
        }
    )
    augmenter = Augmenter(records)
    variants = [
        " ".join(augmenter.variant(row, random.Random(seed)) for seed in range(3000))
        for row in range(3)
    ]
    # Both under either code, and no title of another language.
    for of_one_code in variants[:2]:
        assert "koch und maurer" in of_one_code and "maurer und koch" in of_one_code
    assert "koch" not in variants[2] and "maurer" not in variants[2]


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
