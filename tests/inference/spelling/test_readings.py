"""Titles with a word that may be a typo or not, with the model that ships."""

from __future__ import annotations

import numpy as np
import pytest

from core.settings import InferenceSettings
from core.text import join
from inference.bundle import Bundle
from inference.classifier import combine, open_classifier
from inference.spelling.typo_correction import Spelling
from tests.conftest import ROOT
from training.dataset.reference_data import read_answers


@pytest.mark.parametrize(
    ("typed", "meant"), [("βυρσοδέψψης", "βυρσοδέψης"), ("lögrregluþjónn", "lögregluþjónn")]
)
def test_a_word_with_a_letter_that_few_languages_have_is_mended(
    typed: str, meant: str, shipped: Bundle
) -> None:
    """A letter had to be in one of 600 words of all languages: "ψ", "þ", "ш" and "ض" were not."""
    spelling = shipped.spelling()
    assert meant not in spelling
    assert spelling.correct(join(typed)) == join(meant)


def test_a_title_with_a_word_in_doubt_is_read_both_ways(shipped: Bundle) -> None:
    spelling = shipped.spelling()
    typed = ["büttenr", "oven bakr", "tuchracher | weldr", "büttner", "plmber", "unknown | büttenr"]
    corrected, others = spelling.readings([join(*text.split(" | ")) for text in typed])
    assert corrected[2:5] == ["tuchracher | welder", "büttner | unknown", "plumber | unknown"]
    assert others == {
        0: "büttner | unknown",
        1: "oven bark | unknown",
        2: "tuchmacher | welder",
    }
    # Of so few words none tells which letters are likely.
    assert Spelling(["nurse", "welder"]).readings(["büttenr nrse | unknown"]).others == {}


def test_a_text_of_known_words_is_read_as_it_is(shipped: Bundle) -> None:
    """The network has such texts before typos are looked for: they must not change afterwards."""
    spelling = shipped.spelling()
    typed = ["welder", "of 3 mm", "büttenr", "welder | weldr", "oven bakr", "oven baker"]
    texts = [join(*text.split(" | ")) for text in typed]
    assert spelling.are_known(texts) == [True, True, False, False, False, True]
    answers = read_answers(ROOT / "data" / "reference", ["ga"])  # few, and many rare words
    texts += answers["text"][:2_000].tolist()
    corrected, others = spelling.readings(texts)
    are_known = spelling.are_known(texts)
    assert len(texts) / 2 < are_known.count(True) < len(texts)
    for row in np.flatnonzero(are_known):
        assert corrected[row] == texts[row]
        assert row not in others


def test_two_readings_give_the_mean_of_their_probabilities(shipped: Bundle) -> None:
    classifier = open_classifier(shipped, InferenceSettings())
    typed = [join("welder"), join("büttenr"), join("oven bakr"), join("büttner")]
    together = classifier.read(typed)
    alone = np.concatenate([classifier.read([text]).probabilities for text in typed])
    assert (together.probabilities == alone).all()
    assert together.logits.shape == together.probabilities.shape == (4, 436)
    first = combine(
        together.logits,
        shipped.ngram_model().scores([join("büttenr")]),
        shipped.manifest.temperature,
        shipped.manifest.ngram_weight,
    )[1]
    mean = (first + together.probabilities[3]) / 2
    assert together.probabilities[1] == pytest.approx(mean, abs=1e-6)
    assert abs(first - mean).max() > 0.01
