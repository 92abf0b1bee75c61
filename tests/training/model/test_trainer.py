"""Fine-tuning: an interrupted training goes on from its last complete checkpoint."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from transformers.trainer import TRAINER_STATE_NAME

from core.settings import Settings
from core.taxonomy import isco08
from training.model.encoder import load_encoder
from training.model.trainer import has_mixed_precision, last_checkpoint, learn_corrections


@pytest.mark.slow
def test_a_checkpoint_that_was_being_saved_is_passed_over(
    checkpoint: Path, texts: list[str], tmp_path: Path
) -> None:
    """Fault 46: by kill -9 or by a full disk; the next run must not stumble over it."""
    settings = Settings()
    short = settings.model.model_copy(update={"max_seq_length": 64})
    settings = settings.model_copy(update={"model": short})
    tokenizer, model = load_encoder(str(checkpoint), texts, bundled_checkpoint=checkpoint)
    training_texts = pd.DataFrame({"text": texts[:32], "label": isco08().units[:32]})
    training_texts = training_texts.assign(weight=1.0, is_correction=True)
    logits = np.zeros((32, 436), np.float32)

    def learn() -> None:
        learn_corrections(model, tokenizer, training_texts, logits, settings, tmp_path)

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


@pytest.mark.parametrize("is_fit", [True, False])
def test_mixed_precision_is_for_accelerators_that_are_fit_for_it(
    monkeypatch: pytest.MonkeyPatch, is_fit: bool
) -> None:
    monkeypatch.setattr("training.model.trainer.is_torch_bf16_gpu_available", lambda: is_fit)
    assert not has_mixed_precision("cpu")
    assert has_mixed_precision("cuda") is has_mixed_precision("mps") is is_fit
