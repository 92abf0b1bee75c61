"""The steps of a training in their order, and the folder they leave behind.

read → resolve conflicts → split → fine-tune → calibrate → export with parity → evaluate. The run's
folder holds ``checkpoints/`` (an interrupted run with the same folder goes on from there),
``train.csv, val.csv, test.csv``, ``bundle/`` and ``metrics.json``.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from exporters.onnx import export_bundle
from exporters.parity import checkpoint_logits
from inference.bundle import CHECKPOINT, Bundle, bundled_dir
from inference.classifier import open_classifier
from isco.settings import Settings
from isco.taxonomy import isco08
from training.calibrate import fit_temperature
from training.encoder import load_encoder
from training.evaluate import measure
from training.finetune import finetune
from training.records import read_answers, read_records, resolve_conflicts
from training.split import split

_LOG = logging.getLogger(__name__)
ANSWERS = "answers.csv"


def train(settings: Settings, raw: Path, base: str, out: Path | None = None) -> Path:
    """Train on the records under ``raw`` and return the folder of the finished bundle.

    Parameters
    ----------
    raw : a CSV file or a folder of them; see ``training/records.py``.
    base : the encoder to start from; see ``training/encoder.py``.
    out : the run's folder; by default ``models/runs/run_<date>``.

    Raises InputError, BaseModelError or ParityError; what was there before is untouched.
    """
    run_dir = out or settings.output.model_dir / "runs" / f"run_{datetime.now():%Y-%m-%d_%H%M%S}"
    run_dir.mkdir(parents=True, exist_ok=True)
    sides, gold, summary = _prepare(settings, raw, run_dir)
    shipped = bundled_dir(settings.output) / CHECKPOINT
    tokenizer, model = load_encoder(base, sides["train"]["text"], shipped)
    _LOG.info("fine-tuning %s on %s texts", base, f"{len(sides['train']):,}")
    summary["base"] = base
    summary["validation"] = finetune(
        model, tokenizer, sides["train"], sides["validation"], settings, run_dir
    )
    temperature = _calibrate(model, tokenizer, sides["calibration"], settings)
    bundle_dir = export_bundle(
        model,
        tokenizer,
        run_dir / "bundle",
        temperature=temperature,
        max_tokens=settings.model.max_seq_length,
        calibration_texts=list(sides["train"]["text"].sample(frac=1, random_state=0)),
        parity_texts=list(sides["test"]["text"]),
        summary=summary,
    )
    parts = {"test": sides["test"], "gold": gold}
    parts.update((f"gold_{kind}", rows) for kind, rows in gold.groupby("kind"))
    metrics = evaluate_bundle(bundle_dir, settings, parts)
    _write_json(run_dir / "metrics.json", {**summary, "temperature": temperature, **metrics})
    return bundle_dir


def _prepare(
    settings: Settings, raw: Path, run_dir: Path
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, dict[str, Any]]:
    """Read, clean and split: (side → records, the gold set, what to say about it)."""
    processed_dir = settings.data.processed_dir
    records = read_records(raw, settings.data.columns, processed_dir)
    n_read = len(records)
    gold = records.iloc[:0].assign(kind="")
    answers_path = settings.data.reference_dir / ANSWERS
    if answers_path.exists():
        answers, gold = read_answers(answers_path)
        records = pd.concat([records, answers.drop(columns="kind")], ignore_index=True)
    distinct = resolve_conflicts(records, processed_dir)
    distinct = distinct[~distinct["text"].isin(set(gold["text"]))]
    shares = settings.training.validation_share, settings.training.test_share
    distinct, untested = split(distinct, *shares, settings.training.seed)
    sides = {str(side): rows for side, rows in distinct.groupby("side")}
    for side, name in (("train", "train"), ("validation", "val"), ("test", "test")):
        sides[side][["text", "label"]].to_csv(run_dir / f"{name}.csv", index=False)
    _LOG.info(
        "%s records, %s distinct texts: %s",
        f"{n_read:,}",
        f"{len(distinct):,}",
        ", ".join(f"{len(rows):,} {side}" for side, rows in sides.items()),
    )
    summary = {
        "n_records": n_read,
        "n_answers": len(records) - n_read,
        "n_texts": {side: len(rows) for side, rows in sides.items()},
        "untested_codes": untested,
        "seed": settings.training.seed,
        "epochs": settings.model.epochs,
        "batch_size": settings.model.batch_size,
        "learning_rate": settings.model.learning_rate,
    }
    return sides, gold, summary


def _calibrate(
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    calibration: pd.DataFrame,
    settings: Settings,
) -> float:
    right = np.searchsorted(isco08().units, calibration["label"].to_numpy(str))
    texts = list(calibration["text"])
    logits = checkpoint_logits(model, tokenizer, texts, settings.model.max_seq_length)
    return fit_temperature(logits, right, calibration["weight"].to_numpy(float))


def evaluate_bundle(
    bundle_dir: Path, settings: Settings, parts: dict[str, pd.DataFrame]
) -> dict[str, dict[str, float | int]]:
    """The figures of the served model on each part (``text, label``), as it would be served."""
    classifier = open_classifier(Bundle.open(bundle_dir), settings.inference)
    return {
        name: measure(classifier.probabilities(list(rows["text"])), list(rows["label"]))
        for name, rows in parts.items()
        if len(rows)
    }


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
