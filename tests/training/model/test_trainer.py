"""Fine-tuning: an interrupted training goes on from its last complete checkpoint."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from transformers.trainer import TRAINER_STATE_NAME

from core.settings import Settings
from core.taxonomy import isco08
from training.model.average_weights import copy_weights
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
    training_texts = training_texts.assign(weight=1.0, is_correction=True, language="", forms="")
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


@pytest.mark.slow
def test_optimizations_change_no_weight_on_the_cpu(
    checkpoint: Path, texts: list[str], tmp_path: Path
) -> None:
    """Gradient checkpointing computes parts of a step twice, with the same random numbers."""
    training_texts = pd.DataFrame({"text": texts[:64], "label": isco08().units[:64]})
    training_texts = training_texts.assign(
        weight=1.0, is_correction=np.arange(64) % 2 == 0, language="", forms=""
    )
    logits = np.zeros((64, 436), np.float32)
    weights = []
    for is_optimised in (False, True):
        settings = Settings()
        training = settings.training.model_copy(update={"enable_optimizations": is_optimised})
        settings = settings.model_copy(update={"training": training})
        torch.manual_seed(0)
        tokenizer, model = load_encoder(str(checkpoint), texts, bundled_checkpoint=checkpoint)
        before = copy_weights(model)
        run_dir = tmp_path / str(is_optimised)
        learn_corrections(model, tokenizer, training_texts, logits, settings, run_dir)
        weights.append(copy_weights(model))
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert not all(torch.equal(weights[0][name], before[name]) for name in before)
