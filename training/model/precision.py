"""Which precision a training computes in: bf16 where it is faster and the gradients are the same.

Processors with AMX or AVX512-BF16, CUDA from Ampere, and MPS multiply in bf16 faster than in fp32;
other processors compute bf16 step by step, and are slower. What a machine does is not asked but
measured: the same weights and the same few batches, in both precisions, before every training.

Weights, sums of gradients and the optimizer stay in fp32; only products of the forward and of the
backward pass are computed in bf16 (``torch.autocast``).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import nn

_LOG = logging.getLogger(__name__)
MIN_SPEEDUP = 1.05  # below it, rounding is all that bf16 would bring
_N_ROUNDS = 3
_ROUNDING = 2.0**-9  # bf16 keeps 8 bits: the largest relative error of one rounding
_ROUNDINGS_PER_LAYER = 16  # products of a layer with rounded inputs, forward and backward
_SPREAD = 4.0  # as many times the expected error are still rounding

Batch = Mapping[str, torch.Tensor]
LossOf = Callable[[Batch, bool], torch.Tensor]
"""Computes the loss of a batch, in bf16 (True) or in fp32 (False)."""


@dataclass(frozen=True)
class Precision:
    """The precision to train in, and what it was chosen by.

    ``speedup`` is the time in fp32 divided by that in bf16; ``difference`` is how much the
    gradients differ, as a share of their length (Euclidean), and ``tolerance`` its limit.
    """

    speedup: float
    difference: float
    tolerance: float

    @property
    def is_bf16(self) -> bool:
        """Whether to train in bf16."""
        return self.difference <= self.tolerance and self.speedup >= MIN_SPEEDUP

    def __str__(self) -> str:
        """Return the choice and its reason in one sentence."""
        measured = (
            f"{self.speedup:.2f} times as fast as fp32, gradients differ by {self.difference:.1%}"
        )
        if self.is_bf16:
            return f"training in bf16: {measured}"
        if self.difference <= self.tolerance:
            return f"training in fp32: bf16 is too slow ({measured}; needed: {MIN_SPEEDUP} times)"
        return (
            f"training in fp32: bf16 computes something else ({measured}; "
            f"expected at most {self.tolerance:.1%})"
        )


def choose_precision(
    model: nn.Module, batches: Sequence[Batch], loss_of: LossOf, n_layers: int
) -> Precision:
    """Measure both precisions on ``batches``, and log the choice; ``model`` is left as it was.

    Parameters
    ----------
    loss_of : computes the loss of a batch with the weights of ``model``.
    n_layers : of the network; an error grows with the root of the number of roundings.
    """
    tolerance = _SPREAD * _ROUNDING * (_ROUNDINGS_PER_LAYER * n_layers) ** 0.5
    was_training = model.training
    with torch.random.fork_rng():  # the training draws the same dropout as without this
        model.eval()  # without dropout, which differs between devices and precisions
        difference = _difference(model, batches, loss_of)
        model.train()
        speedup = _speedup(model, batches, loss_of)
    model.train(was_training)
    precision = Precision(speedup, difference, tolerance)
    _LOG.info("%s", precision)
    return precision


def _difference(model: nn.Module, batches: Sequence[Batch], loss_of: LossOf) -> float:
    """Return the length of the gradients' difference, as a share of that in fp32."""
    exact = [gradient.clone() for gradient in _gradients(model, batches, loss_of, is_bf16=False)]
    rounded = _gradients(model, batches, loss_of, is_bf16=True)
    squares = sum(float((a - b).square().sum()) for a, b in zip(exact, rounded, strict=True))
    length = sum(float(a.square().sum()) for a in exact)
    model.zero_grad()
    share = (squares / max(length, torch.finfo(torch.float32).tiny)) ** 0.5
    return share if share == share else float("inf")  # of a NaN


def _speedup(model: nn.Module, batches: Sequence[Batch], loss_of: LossOf) -> float:
    """Return the time in fp32 divided by that in bf16: the shortest of some interleaved rounds."""
    duration_s = {False: float("inf"), True: float("inf")}
    for _ in range(_N_ROUNDS):
        for is_bf16 in duration_s:
            start_s = time.perf_counter()
            gradients = _gradients(model, batches, loss_of, is_bf16)
            gradients[0].flatten()[0].item()  # an accelerator is done only when a value is read
            duration_s[is_bf16] = min(duration_s[is_bf16], time.perf_counter() - start_s)
    model.zero_grad()
    return duration_s[False] / duration_s[True]


def _gradients(
    model: nn.Module, batches: Sequence[Batch], loss_of: LossOf, is_bf16: bool
) -> list[torch.Tensor]:
    """Return the gradients of all ``batches`` together, which the next call overwrites."""
    model.zero_grad()
    for batch in batches:
        loss_of(batch, is_bf16).backward()
    return [weights.grad for weights in model.parameters() if weights.grad is not None]
