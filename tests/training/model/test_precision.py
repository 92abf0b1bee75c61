"""bf16 or fp32: chosen by what a machine computes, and how fast, whatever its processor can do."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch
from torch.func import functional_call
from torch.nn.functional import cross_entropy
from transformers import RobertaForSequenceClassification

from training.model.precision import Batch, LossOf, choose_precision

_N_BATCHES = 2


@pytest.fixture(scope="module")
def model(checkpoint: Path) -> RobertaForSequenceClassification:
    return RobertaForSequenceClassification.from_pretrained(checkpoint)


@pytest.fixture(scope="module")
def batches(model: RobertaForSequenceClassification) -> list[Batch]:
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(5, model.config.vocab_size, (_N_BATCHES, 8, 12), generator=generator)
    labels = torch.randint(0, model.config.num_labels, (_N_BATCHES, 8), generator=generator)
    return [{"input_ids": i, "labels": right} for i, right in zip(ids, labels, strict=True)]


def losses(
    model: RobertaForSequenceClassification, n_times: dict[bool, int], factor: float = 1.0
) -> LossOf:
    """Compute with weights as they are or rounded to bf16, and so many times in each precision.

    The sums are in fp32, so the speed does not depend on what the processor can do. With rounded
    weights the logits are multiplied by ``factor``.
    """

    def loss_of(batch: Batch, is_bf16: bool) -> torch.Tensor:
        weights = dict(model.named_parameters())
        if is_bf16:
            weights = {name: _rounded(values) for name, values in weights.items()}
        for _ in range(n_times[is_bf16]):
            inputs = {"input_ids": batch["input_ids"]}
            logits = functional_call(model, weights, kwargs=inputs).logits
        return cross_entropy(logits * (factor if is_bf16 else 1.0), batch["labels"])

    return loss_of


def _rounded(values: torch.Tensor) -> torch.Tensor:
    """Return ``values`` rounded to bf16, with the gradient of what is not rounded."""
    return values + (values.bfloat16().float() - values).detach()


_FAST_BF16 = {False: 12, True: 1}
_SLOW_BF16 = {False: 1, True: 12}


def test_bf16_is_chosen_if_it_is_faster_and_its_gradients_are_the_same(
    model: RobertaForSequenceClassification,
    batches: list[Batch],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        precision = choose_precision(model, batches, losses(model, _FAST_BF16), n_layers=2)
    assert precision.is_bf16
    assert precision.speedup > 1.05
    assert 0 < precision.difference < precision.tolerance
    [message] = caplog.messages
    assert message.startswith(f"training in bf16: {precision.speedup:.2f} times as fast as fp32")


def test_fp32_is_chosen_if_bf16_is_slower(
    model: RobertaForSequenceClassification,
    batches: list[Batch],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        precision = choose_precision(model, batches, losses(model, _SLOW_BF16), n_layers=2)
    assert not precision.is_bf16
    assert precision.speedup < 1
    assert precision.difference < precision.tolerance
    [message] = caplog.messages
    assert message.startswith("training in fp32: bf16 is too slow (0.")


@pytest.mark.parametrize("factor", [0.5, float("nan")])
def test_fp32_is_chosen_if_bf16_computes_something_else(
    model: RobertaForSequenceClassification,
    batches: list[Batch],
    caplog: pytest.LogCaptureFixture,
    factor: float,
) -> None:
    """However fast it is: an accelerator has returned wrong numbers without an error before."""
    with caplog.at_level(logging.INFO):
        precision = choose_precision(model, batches, losses(model, _FAST_BF16, factor), n_layers=2)
    assert not precision.is_bf16
    assert precision.difference > precision.tolerance
    [message] = caplog.messages
    assert message.startswith("training in fp32: bf16 computes something else")


def test_a_choice_leaves_the_model_and_its_random_numbers_as_they_were(
    model: RobertaForSequenceClassification, batches: list[Batch]
) -> None:
    """So a training in fp32 gives the same weights as one that never tried bf16."""
    model.eval()
    before = {name: weights.clone() for name, weights in model.state_dict().items()}
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    choose_precision(model, batches, losses(model, {False: 1, True: 1}), n_layers=2)
    assert torch.equal(torch.rand(3), expected)
    assert not model.training
    assert all(weights.grad is None for weights in model.parameters())
    assert all(torch.equal(weights, before[name]) for name, weights in model.state_dict().items())
