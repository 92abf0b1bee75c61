"""The bundled reference answers."""

from __future__ import annotations

import pandas as pd

from core.taxonomy import isco08
from core.text import join
from tests.conftest import ROOT
from training.dataset.reference_data import read_answers
from training.dataset.splits import part_of_answer


def test_the_bundled_answers_cover_every_group() -> None:
    answers = read_answers(ROOT / "data" / "reference")
    assert answers["label"].value_counts().reindex(isco08().units).min() >= 20
    assert answers["text"].is_unique
    shares = answers["part"].value_counts(normalize=True)
    assert 0.32 < shares["gold"] < 0.35 and 0.045 < shares["calibration"] < 0.065
    written = pd.read_csv(
        ROOT / "data" / "reference" / "answers.csv", dtype=str, keep_default_na=False
    )
    parts = [
        part_of_answer(join(title, duties))
        for title, duties in zip(written["job_title"], written["duties_description"], strict=True)
    ]
    assert list(written["part"]) == parts
