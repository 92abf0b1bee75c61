"""Simulate a month of nightly trainings:
``python -m benchmarks.learning ANSWERS KNOWN TEST [--bundle DIR]``.

The champion is a bundle that was trained on the answers of KNOWN (and other records), but not on
the other answers in ANSWERS. Coders are asked about those of which it is not sure: every night 100
of them are corrected, and the nightly training runs as in the daemon (``training/nightly.py``:
replay, archive, gate, registry). Measured before and after every night, with the version in
service: *rest*, similar answers that nobody corrected, and *test*, a CSV with ``text, label`` on
which the champion was tested when it was trained (forgetting).

``--poison``: instead, nights of 500 wrong corrections each, all from the same champion: random
codes, codes shifted by one row, one code for all, and the champion's second code instead of the
right one. Printed is what the gate decided.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd

from core.settings import InferenceSettings, Settings
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from inference.bundle import Bundle
from inference.classifier import Classifier, open_classifier
from inference.model_registry import ModelRegistry
from training.dataset.augmentation import ENGLISH
from training.dataset.dataset_parts import BUNDLED_HOLD_OUT
from training.dataset.reference_data import read_answers
from training.dataset.splits import TRAIN
from training.nightly import run_nightly

_UNITS = isco08().units
_LOG_NAME = "nights.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("answers", type=Path, help="folder with answers/ to draw from")
    parser.add_argument("known", type=Path, help="folder with answers/ of the champion")
    parser.add_argument("test", type=Path, help="CSV with text, label")
    parser.add_argument("--bundle", type=Path, default=Path("models/bundled"))
    parser.add_argument("--out", type=Path, default=Path("models/runs/month"))
    parser.add_argument("--nights", type=int, default=20)
    parser.add_argument("--each", type=int, default=100, help="corrections a night")
    parser.add_argument("--poison", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="as inference.threads")
    arguments = parser.parse_args()
    settings = _prepare(arguments)
    rng = np.random.default_rng(arguments.seed)
    pool, rest = _draw(arguments, rng)
    test = pd.read_csv(arguments.test, dtype=str).rename(columns={"label": "code"})
    measured = {"rest": rest, "test": test}
    if arguments.poison:
        _poison(settings, pool, rng, arguments.nights)
    else:
        _month(settings, pool, measured, arguments.nights, arguments.each)


def _prepare(arguments: argparse.Namespace) -> Settings:
    """Make a project whose bundled model is the champion; the answers that it knows are replayed.

    An existing project continues with the night after its last.
    """
    if not (arguments.out / "config.yaml").exists():
        reference = arguments.out / "data" / "reference"
        reference.mkdir(parents=True)
        shutil.copytree(arguments.known / "answers", reference / "answers")
        shutil.copytree(arguments.bundle, arguments.out / "models" / "bundled")
        config = f"inference: {{threads: {arguments.threads}}}\n"  # everything else as it ships
        (arguments.out / "config.yaml").write_text(config, encoding="utf-8")
    return load_settings(arguments.out / "config.yaml")


def _draw(arguments: argparse.Namespace, rng: np.random.Generator) -> tuple[pd.DataFrame, ...]:
    """Return (answers to correct, similar answers that stay uncorrected): ``text, code``."""
    answers = read_answers(arguments.answers, [ENGLISH]).rename(columns={"label": "code"})
    known = set(read_answers(arguments.known, [ENGLISH])["text"])
    fresh = answers[(answers["part"] == TRAIN) & ~answers["text"].isin(known)]
    serving = open_classifier(Bundle.open(arguments.bundle), InferenceSettings())
    unsure = fresh[serving.probabilities(list(fresh["text"])).max(axis=1) < 0.9]
    order = rng.permutation(len(unsure))
    n_asked = min(12_000, len(unsure) // 2)
    return unsure.iloc[order[:n_asked]], unsure.iloc[order[n_asked : n_asked + 2000]]


def _agreement(classifier: Classifier, rows: pd.DataFrame) -> float:
    best = classifier.probabilities(list(rows["text"])).argmax(axis=1)
    return float((np.array(_UNITS)[best] == rows["code"].to_numpy(str)).mean())


def _figures(settings: Settings, measured: dict[str, pd.DataFrame]) -> dict[str, float]:
    serving = open_classifier(ModelRegistry(settings.output).served(), settings.inference)
    return {name: round(_agreement(serving, rows), 4) for name, rows in measured.items()}


def _correct(settings: Settings, name: str, rows: pd.DataFrame) -> Path:
    """Write a corrections file, and its texts as an archived input; return the former's path."""
    settings.data.corrections_dir.mkdir(parents=True, exist_ok=True)
    settings.watcher.archive_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data.corrections_dir / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "corrected_isco_code"])
        writer.writerows(rows[["text", "code"]].values.tolist())
    texts = rows["text"].str.split(" | ", regex=False, expand=True)
    texts.columns = ["job_title", "duties"]
    texts.to_csv(settings.watcher.archive_dir / f"{name}.csv", index=False)
    return path


def _month(
    settings: Settings,
    pool: pd.DataFrame,
    measured: dict[str, pd.DataFrame],
    n_nights: int,
    each: int,
) -> None:
    log = settings.output.model_dir / _LOG_NAME
    n_done = len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0
    if not n_done:
        _append(log, {"night": 0, **_figures(settings, measured)})
        n_done = 1
    for night in range(n_done, n_nights + 1):
        _correct(settings, f"night{night:02}", pool.iloc[(night - 1) * each : night * each])
        started = time.monotonic()
        run = run_nightly(settings)
        assert run is not None
        line = {"night": night, "state": run.state, **_figures(settings, measured)}
        if run.metrics.figures is not None:  # None where the run was refused before its export
            accuracy = run.metrics.figures[BUNDLED_HOLD_OUT]["accuracy_4"]
            assert isinstance(accuracy, float)
            line["challenger_gold"] = round(accuracy, 4)
        line["seconds"] = round(time.monotonic() - started)
        _append(log, {**line, "reasons": run.reasons})


def _append(log: Path, line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _poison(settings: Settings, pool: pd.DataFrame, rng: np.random.Generator, n: int) -> None:
    serving = open_classifier(ModelRegistry(settings.output).served(), settings.inference)
    kinds = ("random", "shifted", "one code", "runner-up")
    for night in range(n):
        kind = kinds[night % len(kinds)]
        rows = pool.iloc[rng.permutation(len(pool))[:500]].copy()
        right = rows["code"].to_numpy(str)
        if kind == "random":
            wrong = (np.searchsorted(_UNITS, right) + rng.integers(1, 436, 500)) % 436
            rows["code"] = np.array(_UNITS)[wrong]
        elif kind == "shifted":
            rows["code"] = np.roll(right, 1)
        elif kind == "one code":
            rows["code"] = str(rng.choice(_UNITS))
        else:
            order = np.argsort(-serving.probabilities(list(rows["text"])), axis=1)
            best = np.array(_UNITS)[order[:, :2]]
            rows["code"] = np.where(best[:, 0] == right, best[:, 1], best[:, 0])
        path = _correct(settings, f"poison{night:02}", rows)
        run = run_nightly(settings)
        assert run is not None
        line = {"night": night, "kind": kind, "state": run.state, "reasons": run.reasons}
        print(json.dumps(line), flush=True)
        path.unlink()
        if run.state == "promoted":
            ModelRegistry(settings.output).rollback()


if __name__ == "__main__":
    main()
