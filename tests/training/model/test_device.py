"""The comparison that decides whether mps may train, with a device that computes wrongly."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from transformers import RobertaForSequenceClassification

from training.model import device
from training.model.device import MAX_DIFFERENCE, choose_device, largest_difference
from training.model.encoder import load_encoder


def test_equal_models_do_not_differ_and_damaged_ones_do(checkpoint: Path, texts: list[str]) -> None:
    tokenizer, model = load_encoder(str(checkpoint), texts, checkpoint)
    twin = copy.deepcopy(model)
    assert largest_difference(model, twin, tokenizer, texts[:40], 64) == 0
    with torch.no_grad():
        twin.roberta.encoder.layer[1].attention.self.value.weight *= 1.5
    assert largest_difference(model, twin, tokenizer, texts[:40], 64) > MAX_DIFFERENCE
    with torch.no_grad():
        twin.classifier.dense.weight[0, 0] = float("nan")
    assert largest_difference(model, twin, tokenizer, texts[:40], 64) == float("inf")


@pytest.mark.parametrize(("is_right", "chosen"), [(True, "mps"), (False, "cpu")])
def test_mps_trains_only_where_it_computes_what_the_cpu_computes(
    checkpoint: Path,
    texts: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    is_right: bool,
    chosen: str,
) -> None:
    """There is no mps here: moving to it leaves the model where it is, damaged or not."""
    tokenizer, model = load_encoder(str(checkpoint), texts, checkpoint)

    def move(moved: RobertaForSequenceClassification, where: str) -> object:
        assert where == "mps"
        if not is_right:
            moved.classifier.out_proj.weight.data *= 1.5
        return moved

    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(device.torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(type(model), "to", move)
    assert choose_device(model, tokenizer, texts, 64) == chosen
    assert ("training on the cpu" in caplog.text) == (not is_right)
