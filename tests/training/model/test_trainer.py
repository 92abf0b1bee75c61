"""Fine-tuning: an interrupted training goes on from its last complete checkpoint."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import EvalPrediction
from transformers.trainer import TRAINER_STATE_NAME

from core.settings import Settings
from core.taxonomy import isco08, unit_index
from training.evaluation.metrics import measure
from training.model.average_weights import copy_weights
from training.model.encoder import load_encoder
from training.model.trainer import last_checkpoint, learn_corrections, validation_figures

# A step of AdamW is at most this many learning rates long: (1 - 0.9) / sqrt(1 - 0.999).
_LARGEST_STEP = 3.17


def test_epochs_are_compared_by_the_figure_of_the_reports() -> None:
    """A code that is never right, and was guessed, is no code of its own in the mean."""
    right = ["2221", "2221", "5120"]
    logits = np.eye(436, dtype=np.float32)[unit_index(["2221", "8322", "5120"])]
    figures = validation_figures(EvalPrediction(logits, np.array(unit_index(right))))
    assert figures == {"macro_f1": pytest.approx((2 / 3 + 1) / 2)}
    assert figures["macro_f1"] == measure(logits, right, 0.9)["macro_f1"]


@pytest.mark.slow
def test_a_checkpoint_that_was_being_saved_is_passed_over(
    checkpoint: Path, texts: list[str], tmp_path: Path
) -> None:
    """Fault 46: by kill -9 or by a full disk; the next run must not stumble over it."""
    settings = Settings()
    settings = settings.with_values("model", max_seq_length=64)
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


@pytest.mark.slow
def test_optimizations_train_in_the_precision_that_was_chosen(
    checkpoint: Path, texts: list[str], tmp_path: Path
) -> None:
    """In fp32 they change no bit; in bf16 all weights, but none by more than a step of AdamW."""
    training_texts = pd.DataFrame({"text": texts[:64], "label": isco08().units[:64]})
    training_texts = training_texts.assign(
        weight=1.0, is_correction=np.arange(64) % 2 == 0, language="", forms=""
    )
    logits = np.zeros((64, 436), np.float32)
    weights, learning = [], []
    for is_optimised in (False, True):
        settings = Settings()
        settings = settings.with_values("training", enable_optimizations=is_optimised)
        torch.manual_seed(0)
        tokenizer, model = load_encoder(str(checkpoint), texts, bundled_checkpoint=checkpoint)
        before = copy_weights(model)
        run_dir = tmp_path / str(is_optimised)
        learning.append(
            learn_corrections(model, tokenizer, training_texts, logits, settings, run_dir)
        )
        weights.append(copy_weights(model))
    plain, optimised = weights
    assert not all(torch.equal(plain[name], before[name]) for name in before)
    assert "bf16" not in learning[0]
    # Which one is faster depends on the processor.
    is_equal = all(torch.equal(plain[name], optimised[name]) for name in plain)
    assert is_equal == (learning[1]["bf16"] == 0)
    n_steps = 4
    largest = max(float((plain[name] - optimised[name]).abs().max()) for name in plain)
    assert largest <= 2 * n_steps * Settings().fine_tune.learning_rate * _LARGEST_STEP
    # After the training the model computes in fp32 again: the reference of the export's parity.
    with torch.inference_mode():
        ids = torch.tensor([[0, 10, 20, 2]])
        assert model.eval()(input_ids=ids).logits.dtype == torch.float32
