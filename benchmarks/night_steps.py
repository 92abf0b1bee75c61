"""Measure every step of nightly trainings on 100 corrections each, with the bundled model:
``python -m benchmarks.night_steps [--nights N] [--corrections N] [--json FILE]``.

The project is made anew: the bundled model, the bundled reference answers, and corrections of
answers that train, seven of ten where the model is wrong, the others confirmed. 2,000 such answers
are an archived input. Printed are for each step the seconds that pass and the processor seconds of
all threads. A step with a dot is part of the one above it. ``--json`` also keeps what the gate
decided, check by check, so that two versions of the program can be compared. With
``OMP_NUM_THREADS=1`` no thread spends processor time on waiting.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import ROOT
from benchmarks.processor import processor
from core.isco_titles.group_titles import ENGLISH
from core.settings import InferenceSettings, Settings
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from training.dataset.reference_data import read_answers
from training.dataset.splits import TRAIN
from training.run_folder import RunFolder

_SHARE_WRONG = 0.7
# (name of the step, where the function is looked up): in the order of a night, parts indented.
STEPS = (
    ("decide about corrections", "training.nightly", "CorrectionSet"),
    ("agreement of people", "training.nightly", "sampled_agreement"),
    ("hash the answers", "training.nightly", "content_of"),
    ("load the checkpoint", "training.fine_tune_run", "load_encoder"),
    ("read the answers", "training.fine_tune_run", "load_dataset"),
    ("divide the answers", "training.fine_tune_run", "divide"),
    ("texts to train on", "training.fine_tune_run", "_fine_tune_set"),
    ("what the parent answers", "training.fine_tune_run", "checkpoint_logits"),
    ("fine-tune", "training.fine_tuning", "learn_corrections"),
    ("teach the n-gram model", "training.fine_tuning", "teach_ngram_model"),
    ("calibrate", "training.promotion", "calibrate"),
    ("export", "training.promotion", "_export"),
    ("  training profile", "training.promotion", "_training_profile"),
    ("  checkpoint and parts", "exporters.bundle_export", "_save_parts"),
    ("  export with optimum", "exporters.bundle_export", "export_graph"),
    ("  fuse", "exporters.bundle_export", "fuse"),
    ("  logits of the checkpoint", "exporters.bundle_export", "checkpoint_logits"),
    ("  check fp32", "exporters.bundle_export", "_check_fp32"),
    ("  quantize", "exporters.bundle_export", "Quantizer"),
    ("    measure activations", "exporters.quantize", "measure_activations"),
    ("    smooth", "exporters.quantize", "best_factor"),
    ("    round weights", "exporters.quantize", "round_weights"),
    ("  write and check int8", "exporters.bundle_export", "_write_int8"),
    ("evaluate", "training.promotion", "evaluate_model"),
    ("  figures", "training.evaluation.evaluate_model", "_figures"),
    ("  draw", "training.evaluation.evaluate_model", "_draw"),
    ("before quantisation", "training.promotion", "_measure_before_quantisation"),
    ("compare", "training.promotion", "_compare"),
    ("  gate", "training.promotion", "compare_models"),
    ("register", "training.promotion", "_register"),
    ("report", "training.nightly", "write_report"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, default=1)
    parser.add_argument("--corrections", type=int, default=100, help="of each night")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="every figure, and the checks")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        n = arguments.corrections
        settings, rows = _prepare(Path(folder), n * arguments.nights, arguments.seed)
        start = clock()
        from training.nightly import run_nightly

        steps = {"import": seconds_since(start)}
        _watch(steps)
        nights = []
        for night in range(arguments.nights):
            corrections = settings.data.corrections_dir / f"night{night:02}.csv"
            rows.iloc[night * n : (night + 1) * n].to_csv(corrections, index=False)
            start = clock()
            run = run_nightly(settings)
            assert run is not None
            steps["whole night"] = seconds_since(start)
            print(f"\n**Night {night + 1}**: {run.state} {'; '.join(run.reasons)}\n")
            _print_table(steps)
            nights.append(_figures_of(run, steps))
            for step in steps.values():
                step |= dict.fromkeys(step, 0.0)
    if arguments.json:
        result = {"processor": processor(), "nights": nights}
        arguments.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _figures_of(run: RunFolder, steps: dict[str, dict[str, float]]) -> dict[str, Any]:
    return {
        "steps": {name: dict(step) for name, step in steps.items()},
        "state": run.state,
        "learning": run.metrics.learning,
        "parity": run.metrics.parity,
        "checks": [asdict(check) for check in run.metrics.checks or []],
    }


def _prepare(project: Path, n: int, seed: int) -> tuple[Settings, pd.DataFrame]:
    """Make a project with the bundled model; return it and ``n`` corrections, well mixed."""
    from inference.bundle import Bundle
    from inference.classifier import open_classifier

    shutil.copytree(ROOT / "data" / "reference", project / "data" / "reference")
    shutil.copytree(ROOT / "models" / "bundled", project / "models" / "bundled", symlinks=True)
    (project / "config.yaml").write_text("{}\n", encoding="utf-8")
    settings = load_settings(project / "config.yaml")
    answers = read_answers(ROOT / "data" / "reference", [ENGLISH])
    answers = answers[answers["part"] == TRAIN].sample(5000, random_state=seed)
    model = open_classifier(Bundle.open(ROOT / "models" / "bundled"), InferenceSettings())
    best = model.probabilities(list(answers["text"])).argmax(axis=1)
    is_wrong = np.array(isco08().units)[best] != answers["label"].to_numpy(str)
    n_wrong = round(n * _SHARE_WRONG)
    chosen = [*np.flatnonzero(is_wrong)[:n_wrong], *np.flatnonzero(~is_wrong)[: n - n_wrong]]
    rows = answers.iloc[chosen].sample(frac=1, random_state=seed)
    rows = rows[["text", "label"]].rename(columns={"label": "corrected_isco_code"})
    archive = settings.watcher.archive_dir
    archive.mkdir(parents=True)
    settings.data.corrections_dir.mkdir(parents=True)
    texts = answers["text"].iloc[:2000].str.split(" | ", regex=False, expand=True)
    texts.columns = ["job_title", "duties"]
    texts.to_csv(archive / "survey.csv", index=False)
    return settings, rows


def clock() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def seconds_since(start: tuple[float, float]) -> dict[str, float]:
    wall, processor_time = (now - then for now, then in zip(clock(), start, strict=True))
    return {"seconds": wall, "processor_seconds": processor_time}


def _watch(figures: dict[str, dict[str, float]]) -> None:
    """Add the time of every call of a step's function to ``figures``."""
    for name, module_name, function_name in STEPS:
        module = importlib.import_module(module_name)
        figures[name] = {"seconds": 0.0, "processor_seconds": 0.0}
        setattr(module, function_name, _timed(getattr(module, function_name), figures[name]))


def _timed(function: Callable[..., Any], total: dict[str, float]) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*arguments: Any, **more: Any) -> Any:
        start = clock()
        try:
            return function(*arguments, **more)
        finally:
            for key, value in seconds_since(start).items():
                total[key] += value

    return timed


def _print_table(figures: dict[str, dict[str, float]]) -> None:
    print("| step | seconds | processor seconds |\n|---|---|---|")
    for name, figure in figures.items():
        indent = "· " * ((len(name) - len(name.lstrip())) // 2)
        spent = f"{figure['seconds']:.1f} | {figure['processor_seconds']:.1f}"
        print(f"| {indent}{name.strip()} | {spent} |")


if __name__ == "__main__":
    main()
