"""A month of nights: ``python -m benchmarks.learning ANSWERS KNOWN TEST [--bundle DIR]``.

The champion is a bundle that was trained on the answers of KNOWN (and whatever else), but not on
the other ones in ANSWERS. Of those, texts that it is not sure of are what a coder is asked: every
night 100 of them come back with their right code, and the night is run as the daemon runs it
(``training/nightly.py``: replay, archive, gate, store). Measured before and after every night, with
the version in service: *rest*, answers like the corrected ones that nobody corrected, and *test*, a
CSV with ``text, label`` of what the champion was tested on when it was trained (forgetting).

``--poison``: instead, nights of 500 wrong corrections each, all from the same champion: random
codes, codes shifted by one row, one code for all, and the runner-up of the champion instead of the
right code. Prints what the gate said to each.
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

from core.settings import InferenceSettings, Settings, load_settings
from core.taxonomy import isco08
from inference.bundle import Bundle
from inference.classifier import Classifier, open_classifier
from inference.model_registry import ModelRegistry
from training.dataset.prepare import BUNDLED_HOLD_OUT
from training.dataset.reference_data import read_answers
from training.dataset.splits import TRAIN
from training.nightly import run_nightly

_UNITS = isco08().units
NIGHTS = "nights.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("answers", type=Path, help="folder with the answers.csv to draw from")
    parser.add_argument("known", type=Path, help="folder with the answers.csv of the champion")
    parser.add_argument("test", type=Path, help="CSV with text, label")
    parser.add_argument("--bundle", type=Path, default=Path("models/bundled"))
    parser.add_argument("--out", type=Path, default=Path("models/runs/month"))
    parser.add_argument("--nights", type=int, default=20)
    parser.add_argument("--each", type=int, default=100, help="corrections a night")
    parser.add_argument("--poison", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="as inference.threads")
    chosen = parser.parse_args()
    settings = _prepare(chosen)
    rng = np.random.default_rng(chosen.seed)
    pool, rest = _draw(chosen, rng)
    test = pd.read_csv(chosen.test, dtype=str).rename(columns={"label": "code"})
    measured = {"rest": rest, "test": test}
    if chosen.poison:
        _poison(settings, pool, rng, chosen.nights)
    else:
        _month(settings, pool, measured, chosen.nights, chosen.each)


def _prepare(chosen: argparse.Namespace) -> Settings:
    """A user's folder: the champion ships, and the answers it knows are what is replayed.

    A folder that is there already goes on with the night after its last.
    """
    if not (chosen.out / "config.yaml").exists():
        reference = chosen.out / "data" / "reference"
        reference.mkdir(parents=True)
        shutil.copy(chosen.known / "answers.csv", reference)
        shutil.copytree(chosen.bundle, chosen.out / "models" / "bundled")
        config = f"inference: {{threads: {chosen.threads}}}\n"  # everything else as it ships
        (chosen.out / "config.yaml").write_text(config, encoding="utf-8")
    return load_settings(chosen.out / "config.yaml")


def _draw(chosen: argparse.Namespace, rng: np.random.Generator) -> tuple[pd.DataFrame, ...]:
    """(what coders are asked, like answers that they are not asked): ``text, code``."""
    answers = read_answers(chosen.answers).rename(columns={"label": "code"})
    known = set(read_answers(chosen.known)["text"])
    fresh = answers[(answers["part"] == TRAIN) & ~answers["text"].isin(known)]
    serving = open_classifier(Bundle.open(chosen.bundle), InferenceSettings())
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
    """A corrections file, and its texts as an archived input."""
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
    log = settings.output.model_dir / NIGHTS
    n_done = len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0
    if not n_done:
        _say(log, {"night": 0, **_figures(settings, measured)})
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
        _say(log, {**line, "reasons": run.reasons})


def _say(log: Path, line: dict[str, object]) -> None:
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
        print(json.dumps({"night": night, "kind": kind, "state": run.state,
                          "reasons": run.reasons}), flush=True)  # fmt: skip
        path.unlink()
        if run.state == "promoted":
            ModelRegistry(settings.output).rollback()


if __name__ == "__main__":
    main()
