"""Even out the channels of an activation before it is quantised (SmoothQuant).

A few channels of a transformer's activations are far larger than the rest, and would take nearly
all steps of a token's scale. Such a channel is divided by a factor, fixed at export, that its row
of the weights is multiplied with: the product stays what it was (Xiao et al. 2023, arXiv
2211.10438).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper

from exporters.gptq import finest_step

_GELU_DEPTH = 0.17  # what a GELU gives is never below minus this: its minimum is -0.16997

# How much of a channel's reach is taken from the activation and given to the weights.
_SMOOTHINGS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_N_SAMPLED = 256  # tokens on which they are compared


@dataclass
class Seen:
    """What calibration texts showed of one activation, by channel."""

    reach: np.ndarray  # (channels,): largest absolute value
    moments: np.ndarray  # (channels, channels): sum over tokens of xᵀx
    n_tokens: int
    sample: np.ndarray  # (tokens, channels): of all batches alike


def watch(
    fused: Path, names: Sequence[str], feeds: Sequence[Mapping[str, np.ndarray]]
) -> dict[str, Seen]:
    """Run the fp32 graph on ``feeds`` and watch the named activations."""
    probe = onnx.load(fused)
    probe.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names
    )
    session = ort.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    seen: dict[str, Seen] = {}
    for feed in feeds:
        for name, values in zip(names, session.run(list(names), dict(feed)), strict=True):
            rows = values.reshape(-1, values.shape[-1])  # (tokens, channels)
            reach, moments = np.abs(rows).max(axis=0), rows.T @ rows
            n_tokens, sample = len(rows), rows[:: max(1, len(rows) * len(feeds) // _N_SAMPLED)]
            if name in seen:
                sample = np.concatenate([seen[name].sample, sample])
                reach = np.maximum(seen[name].reach, reach)
                moments += seen[name].moments
                n_tokens += seen[name].n_tokens
            seen[name] = Seen(reach, moments, n_tokens, sample)
    return seen


def best_factor(weight: np.ndarray, seen: Seen, is_gelu: bool) -> np.ndarray:
    """(in,) what each channel is divided by, and its row of ``weight`` (in, out) multiplied with.

    The smoothing is the one that moves the products of sampled tokens least.
    """
    largest = np.maximum(np.abs(weight).max(axis=1), 1e-6)
    reach = np.maximum(seen.reach, _GELU_DEPTH if is_gelu else 1e-6)
    exact = seen.sample @ weight
    best, least = np.ones_like(reach), np.inf
    for smoothing in _SMOOTHINGS:
        factor = reach**smoothing / largest ** (1 - smoothing)
        factor /= np.exp(np.log(factor).mean())
        evened = weight * factor[:, None]
        step = finest_step(evened)
        tokens = _rounded_tokens(seen.sample / factor, factor, is_gelu)
        error = float(np.square(tokens @ (np.rint(evened / step) * step) - exact).mean())
        if error < least:
            best, least = factor, error
    return best


def _rounded_tokens(tokens: np.ndarray, factor: np.ndarray, is_gelu: bool) -> np.ndarray:
    """Evened tokens (tokens, channels) after uint8, as ``quantize.py`` makes them."""
    lift = lift_of(factor, is_gelu)
    lifted = tokens + lift
    scale = np.abs(lifted).max(axis=1, keepdims=True) / (255 if is_gelu else 127) + 1e-12
    return np.rint(lifted / scale) * scale - lift


def lift_of(factor: np.ndarray, is_gelu: bool) -> np.ndarray:
    """(channels,) what is added to evened channels, so that after a GELU none is below zero."""
    return _GELU_DEPTH / factor if is_gelu else np.zeros_like(factor)
