"""A training ends as its best epoch, or half way to where it began: as the better of the two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import f1_score

from core.settings import Settings
from core.taxonomy import isco08
from exporters.parity import checkpoint_logits
from tests.support.labelled_records import CODES, WORDS
from training.model.average_weights import copy_weights, mean_weights
from training.model.encoder import load_encoder
from training.model.trainer import train_model


def lesson(shift: int) -> pd.DataFrame:
    """Titles of eight occupations; with a shift, each with the code of another."""
    k = np.arange(160) % len(WORDS)
    return pd.DataFrame(
        {
            "text": [f"{WORDS[i]} {n} | unknown" for n, i in enumerate(k)],
            "label": [CODES[(i + shift) % len(CODES)] for i in k],
            "weight": 1.0,
            "language": "en",
            "forms": "",
        }
    )


def test_the_mean_lies_half_way() -> None:
    one, other = torch.nn.BatchNorm1d(3), torch.nn.BatchNorm1d(3)
    torch.nn.init.constant_(other.weight, 3.0)
    other(torch.ones(2, 3))  # which it counts
    middle = mean_weights(copy_weights(one), copy_weights(other))
    assert middle["weight"].tolist() == [2.0, 2.0, 2.0]
    assert middle["num_batches_tracked"] == 0 and one.weight.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shift", "averaged"), [(0, 0.0), (1, 1.0)], ids=["from a new head", "led astray"]
)
def test_a_training_ends_as_the_better_of_two(
    user_project: Settings, checkpoint: Path, tmp_path: Path, shift: int, averaged: float
) -> None:
    # In many small steps a training goes far enough astray that half the way back is better.
    settings = user_project.with_values("model", batch_size=16)
    right, wrong = lesson(0), lesson(shift)
    tokenizer, model = load_encoder(str(checkpoint), [], tmp_path)
    told = train_model(model, tokenizer, right, right, settings, tmp_path / "first")
    if shift:
        told = train_model(model, tokenizer, wrong, right, settings, tmp_path / "second")
    assert told["averaged"] == averaged
    logits = checkpoint_logits(model.eval(), tokenizer, list(right["text"]), 64)
    said = np.array(isco08().units)[logits.argmax(axis=1)]
    measured = f1_score(right["label"], said, average="macro")
    assert told["macro_f1"] == pytest.approx(measured, abs=1e-6)
