"""The figures of a training: which texts they are of, and in which order."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from inference.bundle import Bundle
from training.compared_model import ComparedModel
from training.dataset.dataset_parts import (
    BUNDLED_HOLD_OUT,
    OTHER_LANGUAGES,
    OWN_HOLD_OUT,
    DatasetSummary,
    SplitDataset,
)
from training.evaluation.evaluate_model import evaluate_model
from training.run_folder import RunKind, start_run


def answers(n: int, languages: list[str]) -> pd.DataFrame:
    rows = [
        (f"{language} word {i} | unknown", isco08().units[i], language, "title")
        for language in languages
        for i in range(n)
    ]
    return pd.DataFrame(rows, columns=["text", "label", "language", "kind"])


def test_the_usual_language_comes_first_and_others_do_not_decide_the_curves(
    bundle: Bundle, tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text("data: {language: fr}\n", encoding="utf-8")
    settings = load_settings(tmp_path / "config.yaml")
    hold_out = {
        BUNDLED_HOLD_OUT: answers(30, ["de", "fr"]),
        OWN_HOLD_OUT: answers(10, ["fr"]).drop(columns="kind"),
        OTHER_LANGUAGES: answers(60, ["bg", "cs"]),
    }
    empty = answers(0, [])
    sides = dict.fromkeys(("train", "validation", "calibration", "test"), empty)
    dataset = SplitDataset(sides, hold_out, empty, DatasetSummary(0, None, 0, {}, []))
    run = start_run(tmp_path / "runs", RunKind.FINE_TUNE, "key")
    model = ComparedModel(bundle, settings.with_values("output", model_dir=tmp_path))
    compared = evaluate_model(run, model, model, dataset, empty, settings)
    assert list(compared) == list(hold_out)
    assert list(run.metrics.figures or {}) == [
        BUNDLED_HOLD_OUT,
        f"{BUNDLED_HOLD_OUT}, language fr",
        f"{BUNDLED_HOLD_OUT}, language de",
        f"{BUNDLED_HOLD_OUT}, title",
        OWN_HOLD_OUT,
        OTHER_LANGUAGES,
        f"{OTHER_LANGUAGES}, language bg",
        f"{OTHER_LANGUAGES}, language cs",
        f"{OTHER_LANGUAGES}, title",
    ]
    assert run.metrics.compared == run.metrics.analysed == BUNDLED_HOLD_OUT
