"""fp32 weights → int8 weights that leave a matrix product nearly as it was (GPTQ).

**What fits.** A CPU without VNNI multiplies uint8 by int8 and adds the products of two neighbouring
input channels (0 and 1, 2 and 3, …) in 16 bits: past 32,767 the sum is cut off, and the result is
wrong. ``255 · (|a| + |b|)`` stays below that while ``|a| + |b| ≤ 128`` for two weights of one sign.
So not each weight is held to seven bits, only each pair to 128 together: the same integers on every
machine, at nearly the precision of eight bits.

**How to round.** Channel after channel; the channels not yet rounded compensate for what rounding
the weight of a channel does to the product (Frantar et al. 2022, arXiv 2210.17323).
"""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dtrtri

WEIGHT_MAX = 127
PAIR_MAX = 128
# Added to the diagonal, as a share of its mean, so that rarely used channels change little.
_DAMPING = 0.01
# Channels whose corrections are collected before they are applied to all later ones.
_BLOCK = 64


def round_weights(weight: np.ndarray, moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round ``weight`` so that ``x @ weight`` changes least over the calibration inputs ``x``.

    Parameters
    ----------
    weight : (in, out) float.
    moments : (in, in) float, ``xᵀx`` over all calibration tokens.

    Returns
    -------
    integers : (in, out) int8; of channels 2k and 2k + 1 the positive weights of a column sum to at
        most ``PAIR_MAX``, and so do the negative ones.
    scale : (out,) float32; ``integers * scale`` approximates ``weight``.
    """
    scale = finest_step(weight)
    targets = weight / scale  # (in, out), in units of the integers: to be rounded
    integers = np.zeros_like(targets)
    factors = _factors(moments)
    n_channels = len(weight)
    for start in range(0, n_channels, _BLOCK):
        end = min(start + _BLOCK, n_channels)
        errors = np.zeros((end - start, targets.shape[1]))
        for channel in range(start, end):
            partner = integers[channel - 1] if channel % 2 else 0.0
            high = np.minimum(WEIGHT_MAX, PAIR_MAX - np.maximum(partner, 0))
            low = np.maximum(-WEIGHT_MAX, -PAIR_MAX - np.minimum(partner, 0))
            integers[channel] = np.clip(np.rint(targets[channel]), low, high)
            error = (targets[channel] - integers[channel]) / factors[channel, channel]
            targets[channel + 1 : end] -= np.outer(factors[channel, channel + 1 : end], error)
            errors[channel - start] = error
        targets[end:] -= factors[start:end, end:].T @ errors
    return integers.astype(np.int8), scale.astype(np.float32)


def finest_step(weight: np.ndarray) -> np.ndarray:
    """Return (out,) the finest step with which every weight (in, out) and every pair fits."""
    padded = np.vstack([weight, np.zeros((len(weight) % 2, weight.shape[1]))])
    first, second = padded[0::2], padded[1::2]  # (pairs, out)
    pairs = np.maximum(
        np.maximum(first, 0) + np.maximum(second, 0), -np.minimum(first, 0) - np.minimum(second, 0)
    )
    step = np.maximum(pairs.max(axis=0) / PAIR_MAX, np.abs(weight).max(axis=0) / WEIGHT_MAX)
    return np.maximum(step, np.finfo(np.float32).tiny)


def _factors(moments: np.ndarray) -> np.ndarray:
    """Return (in, in) the upper triangle U with ``UᵀU`` the inverse of the damped moments."""
    mean = float(np.diagonal(moments).mean())
    damped = moments + np.eye(len(moments)) * max(_DAMPING * mean, 1e-12)
    # Of the matrix turned around, the lower triangle is an upper one R of ours, with RRᵀ = damped.
    # U is its inverse: a third of the work of inverting the moments, and more exact.
    turned = np.linalg.cholesky(damped[::-1, ::-1].astype(np.float64))
    factors, _ = dtrtri(turned[::-1, ::-1])
    return np.triu(factors)
