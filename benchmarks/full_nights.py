"""Simulate whole nights of an office, with export and gate:
``OMP_NUM_THREADS=1 python -m benchmarks.full_nights --data DIR --offices NAME … [--nights N]``.

The offices are those of ``benchmarks/nights.py``. Each has a project of its own with the bundled
model; its texts are removed from the bundled answers, since nothing is learned of a text that
measures. Each night 300/N corrections of one coder are dropped and ``run_nightly`` trains. Answers
that the program doubts are confirmed before the night, as a person would; the figures say so.

Measured is the model in service, before the first night (with all corrections) and after each (with
those so far): other texts of the office by the model alone and with similar corrections,
near-duplicates of the corrected titles, what was taught, and foreign texts, as in
``benchmarks/nights.py``. The minutes are those of a night that has one thread.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import ROOT
from benchmarks.night_steps import clock, seconds_since
from benchmarks.nights import REPORTED, Office, Sources, open_office, print_line
from core.corrections.corrections_folder import read_folder
from core.corrections.doubts import confirm
from core.settings import InferenceSettings, Settings
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from core.text import join
from inference.bundle import Bundle
from inference.classifier import open_classifier
from inference.model_registry import ModelRegistry
from inference.similar_corrections import SimilarCorrections, similarity_of, similarity_vectors
from training.dataset.doubted_answers import doubt_new_answers
from training.dataset.splits import is_held_out_correction
from training.nightly import run_nightly

CODER = "Ana"
_UNITS = np.array(isco08().units)


def make_project(folder: Path, office: Office, language: str) -> Settings:
    """Make a project with the bundled model, whose bundled answers lack the office's texts."""
    shutil.copytree(ROOT / "models" / "bundled", folder / "models" / "bundled", symlinks=True)
    shutil.copytree(ROOT / "data" / "reference", folder / "data" / "reference")
    own = {*office.corrections["text"], *office.measured["rest"]["text"], *office.archive}
    for path in (folder / "data" / "reference" / "answers").glob("*.csv"):
        answers = pd.read_csv(path, dtype=str, keep_default_na=False)
        texts = [join(*row) for row in answers[["job_title", "duties_description"]].to_numpy()]
        answers[~pd.Series(texts).isin(own)].to_csv(path, index=False)
    config = f"inference: {{threads: 1}}\ndata: {{language: {language}}}\n"
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    settings = load_settings(folder / "config.yaml")
    settings.watcher.archive_dir.mkdir(parents=True)
    settings.data.corrections_dir.mkdir(parents=True)
    archive = pd.Series(office.archive).str.split(" | ", regex=False, expand=True)
    archive.columns = pd.Index(["job_title", "duties_description"])
    archive.to_csv(settings.watcher.archive_dir / "survey.csv", index=False)
    return settings


def night(settings: Settings, name: str, corrections: pd.DataFrame) -> dict[str, object]:
    """Drop corrections and train; return how the night ended."""
    rows = corrections.rename(columns={"label": "corrected_isco_code"}).assign(coder=CODER)
    rows.to_csv(settings.data.corrections_dir / f"{name}.csv", index=False)
    champion = ModelRegistry(settings.output).served()
    folder = settings.data.corrections_dir
    kept = read_folder(folder, settings.data)
    doubts = doubt_new_answers(kept, folder, champion, settings)
    if doubts:
        confirm(folder, CODER)
    start = clock()
    run = run_nightly(settings)
    spent = seconds_since(start)
    assert run is not None
    return {
        "night": name,
        "state": run.state,
        "reasons": run.reasons,
        "confirmed": [reason for doubt in doubts for reason in doubt.reasons],
        "n_overruled_answers": run.metrics.n_overruled_answers,
        "minutes": spent["seconds"] / 60,
        "processor_minutes": spent["processor_seconds"] / 60,
    }


def measure(bundle: Bundle, office: Office, corrections: pd.DataFrame) -> dict[str, object]:
    """Return the shares of right codes by ``bundle``; "served" is with similar corrections."""
    classifier = open_classifier(bundle, InferenceSettings(threads=1))
    similar = SimilarCorrections(similarity_of(bundle))
    similar.learn(
        dict(zip(corrections["text"], corrections["label"], strict=True)),
        lambda new: similarity_vectors(classifier.read(list(new))),
    )
    is_taught = [not is_held_out_correction(text) for text in corrections["text"]]
    sets = {**office.measured, **office.foreign, "taught": corrections[is_taught]}
    figures: dict[str, object] = {}
    for name, rows in sets.items():
        reading = classifier.read(list(rows["text"]))
        labels = rows["label"].to_numpy(str)
        alone = _UNITS[reading.probabilities.argmax(axis=1)]
        figures[name] = float((alone == labels).mean())
        if name in office.measured:
            neighbors = similar.nearest(similarity_vectors(reading))
            blended = similar.blend(reading.probabilities, neighbors, 0.9)
            figures[f"{name}, served"] = float((_UNITS[blended.argmax(axis=1)] == labels).mean())
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="dev_titles.csv, dev_multi.csv.gz")
    parser.add_argument("--offices", nargs="+", default=REPORTED)
    parser.add_argument("--corrections", type=int, default=300)
    parser.add_argument("--nights", type=int, default=5)
    parser.add_argument("--out", type=Path, help="JSON lines are added to this file")
    arguments = parser.parse_args()
    shipped = Bundle.open(ROOT / "models" / "bundled")
    sources = Sources(ROOT / "data" / "reference", arguments.data, shipped.manifest.languages)
    for name in arguments.offices:
        office = open_office(sources, name, arguments.corrections, 0)
        corrections = office.corrections[["text", "label"]].reset_index(drop=True)
        _, language = sources.office(name)
        with tempfile.TemporaryDirectory() as folder:
            settings = make_project(Path(folder), office, language)
            figures: dict[str, object] = {"office": name, "model": shipped.manifest.version}
            print_line(figures | measure(shipped, office, corrections), arguments.out)
            for number, rows in enumerate(_parts(corrections, arguments.nights), start=1):
                ended = night(settings, f"night{number}", rows)
                served = ModelRegistry(settings.output).served()
                ended |= measure(served, office, corrections.loc[: rows.index[-1]])
                print_line(figures | ended, arguments.out)


def _parts(corrections: pd.DataFrame, n: int) -> list[pd.DataFrame]:
    part = np.arange(len(corrections)) * n // len(corrections)
    return [corrections[part == number] for number in range(n)]


if __name__ == "__main__":
    main()
