"""The bundled reference answers."""

from __future__ import annotations

import pytest

from core.taxonomy import isco08
from tests.conftest import ROOT
from training.dataset.reference_data import read_answers

LANGUAGES = {
    "ar",
    "bg",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "es",
    "fi",
    "fr",
    "hu",
    "id",
    "it",
    "nl",
    "no",
    "pl",
    "pt",
    "ro",
    "sv",
}


@pytest.mark.slow
def test_the_bundled_answers_cover_every_group_in_every_language() -> None:
    answers = read_answers(ROOT / "data" / "reference", LANGUAGES)
    assert set(answers["language"]) == LANGUAGES
    assert answers["text"].is_unique
    for language, rows in answers.groupby("language"):
        n_least = rows["label"].value_counts().reindex(isco08().units, fill_value=0).min()
        assert n_least >= (20 if language == "en" else 5), language
    shares = answers["part"].value_counts(normalize=True)
    assert 0.32 < shares["hold_out"] < 0.35 and 0.045 < shares["calibration"] < 0.065


def test_an_answer_keeps_its_part() -> None:
    """What one version measures on, no later version may train on."""
    answers = read_answers(ROOT / "data" / "reference", LANGUAGES)
    english = answers[answers["language"] == "en"]
    assert english["part"].value_counts().to_dict() == {
        "train": 30_644,
        "hold_out": 16_779,
        "calibration": 2_806,
    }
