"""A whole training, and the nights after it: real records, a real small RoBERTa, a real store."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from transformers.trainer import TRAINER_STATE_NAME

from core.errors import TrainingRunsError
from core.settings import Settings
from core.taxonomy import isco08
from core.text import join
from inference.autocoder import open_autocoder
from inference.model_registry import ModelRegistry
from tests.training.model.test_trainer import raw_records
from training.model.encoder import load_encoder
from training.model.trainer import last_checkpoint, learn_corrections
from training.nightly import run_nightly
from training.run_folder import METRICS, last_finished, start, training_lock
from training.train import train


def test_a_training_is_promoted_and_serves(
    own: Settings, checkpoint: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shown: list[tuple[str, int, int]] = []

    @contextmanager
    def progress(name: str, n_texts: int) -> Iterator[Callable[[int], None]]:
        done: list[int] = []
        yield done.append
        shown.append((name, n_texts, sum(done)))

    run = train(own, raw_records(tmp_path / "raw"), str(checkpoint), progress=progress)
    ((name, n_texts, n_done),) = shown
    assert name == "training" and 0 < n_done <= n_texts
    assert capfd.readouterr().out == ""  # quiet when piped
    assert (run.state, run.reasons) == ("promoted", [])
    metrics = json.loads((run.path / METRICS).read_text(encoding="utf-8"))
    assert metrics["n_records"] == 400
    assert metrics["figures"]["test"]["accuracy_4"] > 0.7  # one in 436 by chance
    assert metrics["figures"]["own gold"]["n"] > 5
    names = {path.name for path in run.path.iterdir()}
    assert {"train.csv", "val.csv", "test.csv", "report.html", "error_analysis"} <= names
    assert "checkpoints" not in names and "bundle" not in names
    sides = [set(pd.read_csv(run.path / f"{s}.csv")["text"]) for s in ("train", "test")]
    assert not sides[0] & sides[1]
    served = ModelRegistry(own.output).served()
    training_profile = served.training_profile()
    assert training_profile is not None and training_profile.shares.sum() == pytest.approx(1)
    assert (
        training_profile.has_seen(sorted(sides[0])).all()
        and not training_profile.has_seen(sorted(sides[1])).any()
    )
    assert training_profile.n_calibration > 0 and training_profile.agreements.max() > 0.4
    assert served.manifest.version == metrics["version"]
    (prediction,) = open_autocoder(served, own).code([join("junior welder 9999")])
    assert prediction.candidates[0][0] == "7212"
    assert last_finished(own.output.model_dir / "runs", "train") is not None


def test_an_interrupted_run_goes_on_and_another_begins_anew(tmp_path: Path) -> None:
    run = start(tmp_path, "train", "key")
    (run.path / "checkpoints").mkdir()
    assert start(tmp_path, "train", "key").path == run.path
    assert start(tmp_path, "train", "other", run.path).path == run.path
    assert not (run.path / "checkpoints").exists()
    run.finish("refused", ["because"])
    ended = last_finished(tmp_path, "train")
    assert ended is not None and ended.reasons == ["because"]


def test_a_checkpoint_that_was_being_saved_is_passed_over(
    checkpoint: Path, texts: list[str], tmp_path: Path
) -> None:
    """Fault 46: by kill -9 or by a full disk; the next run must not stumble over it."""
    settings = Settings()
    short = settings.model.model_copy(update={"max_seq_length": 64})
    settings = settings.model_copy(update={"model": short})
    tokenizer, model = load_encoder(str(checkpoint), texts, shipped=checkpoint)
    lesson = pd.DataFrame({"text": texts[:32], "label": isco08().units[:32]})
    lesson = lesson.assign(weight=1.0, is_correction=True)
    said = np.zeros((32, 436), np.float32)

    def learn() -> None:
        learn_corrections(model, tokenizer, lesson, said, settings, tmp_path)

    learn()
    whole = last_checkpoint(tmp_path)
    assert whole is not None
    for number in (998, 999):
        torn = tmp_path / "checkpoints" / f"checkpoint-{number}"
        shutil.copytree(whole, torn)
        (torn / TRAINER_STATE_NAME).write_text('{"epoch": 0.', encoding="utf-8")
    (torn / TRAINER_STATE_NAME).unlink()
    assert last_checkpoint(tmp_path) == whole
    learn()


def test_one_training_at_a_time(own: Settings) -> None:
    with training_lock(own.output), pytest.raises(TrainingRunsError, match="another training"):
        run_nightly(own)
