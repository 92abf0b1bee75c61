"""Smooth the channels of an activation before it is quantized (SmoothQuant).

A few channels of a transformer's activations are far larger than the rest, and would take nearly
all steps of a token's scale. Such a channel is divided by a factor, fixed at export, and its row of
the weights is multiplied by it: the product stays the same (Xiao et al. 2023, arXiv 2211.10438).
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

# How much of a channel's range is moved from the activation to the weights.
_SMOOTHINGS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_N_SAMPLED = 256  # tokens on which they are compared


@dataclass
class ActivationStatistics:
    """What calibration texts make of one activation, by channel."""

    largest: np.ndarray  # (channels,): largest absolute value
    moments: np.ndarray  # (channels, channels): sum over tokens of xᵀx
    n_tokens: int
    sample: np.ndarray  # (tokens, channels): of all batches alike


def measure_activations(
    fused: Path, names: Sequence[str], feeds: Sequence[Mapping[str, np.ndarray]]
) -> dict[str, ActivationStatistics]:
    """Run the fp32 graph on ``feeds``, and return the statistics of the named activations."""
    graph_with_outputs = onnx.load(fused)
    graph_with_outputs.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names
    )
    session = ort.InferenceSession(
        graph_with_outputs.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    statistics: dict[str, ActivationStatistics] = {}
    for feed in feeds:
        for name, values in zip(names, session.run(list(names), dict(feed)), strict=True):
            rows = values.reshape(-1, values.shape[-1])  # (tokens, channels)
            batch = ActivationStatistics(
                np.abs(rows).max(axis=0),
                rows.T @ rows,
                len(rows),
                rows[:: max(1, len(rows) * len(feeds) // _N_SAMPLED)],
            )
            earlier = statistics.get(name)
            statistics[name] = batch if earlier is None else _add(earlier, batch)
    return statistics


def _add(earlier: ActivationStatistics, batch: ActivationStatistics) -> ActivationStatistics:
    return ActivationStatistics(
        np.maximum(earlier.largest, batch.largest),
        batch.moments + earlier.moments,
        earlier.n_tokens + batch.n_tokens,
        np.concatenate([earlier.sample, batch.sample]),
    )


def best_factor(weight: np.ndarray, statistics: ActivationStatistics) -> np.ndarray:
    """Return (in,) the factor that divides each channel and multiplies its row of ``weight``.

    ``weight`` is (in, out). The smoothing is the one that changes the products of sampled tokens
    least.
    """
    largest_weight = np.maximum(np.abs(weight).max(axis=1), 1e-6)
    largest = np.maximum(statistics.largest, 1e-6)
    exact = statistics.sample @ weight
    best = np.ones_like(largest)
    least_error = np.inf
    for smoothing in _SMOOTHINGS:
        factor = largest**smoothing / largest_weight ** (1 - smoothing)
        factor /= np.exp(np.log(factor).mean())
        smoothed = weight * factor[:, None]
        step = finest_step(smoothed)
        tokens = _rounded_tokens(statistics.sample / factor)
        error = float(np.square(tokens @ (np.rint(smoothed / step) * step) - exact).mean())
        if error < least_error:
            best = factor
            least_error = error
    return best


def _rounded_tokens(tokens: np.ndarray) -> np.ndarray:
    """Return smoothed tokens (tokens, channels) after uint8, as ``quantize.py`` makes them."""
    scale = np.abs(tokens).max(axis=1, keepdims=True) / 127 + 1e-12
    return np.rint(tokens / scale) * scale
