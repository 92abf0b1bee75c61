"""Which matrix products stay in fp32: those whose rounding costs decisions, and no others.

All are tried in int8 first. Where that changes too many decisions, each input of products is
quantized alone; its rank is the change of the logits per multiplication saved. As few inputs as
necessary go back to fp32, the worst first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort

from exporters.quantize import Quantizer

# At most one decision in a hundred may differ from the checkpoint's.
TARGET_AGREEMENT = 0.99


def write_int8(
    quantizer: Quantizer,
    out: Path,
    feeds: Sequence[Mapping[str, np.ndarray]],
    measure: Callable[[], float],
    target: float,
) -> tuple[float, int]:
    """Write to ``out`` the int8 graph with the fewest products in fp32 that agrees well enough.

    Parameters
    ----------
    feeds : model inputs of texts on which the products are ranked.
    measure : the share of decisions that the file ``out``, as it is then, has in common with the
        checkpoint. Where it is below ``target``, a higher share below ``target`` will do.
    target : how large that share must be.

    Returns that share, and how many inputs of products stayed in fp32.
    """
    quantizer.write(out)
    share = measure()
    if share >= target:
        return share, 0
    ranked = _ranked(quantizer, out, feeds)
    too_few = 0
    enough = len(ranked)
    shares: dict[int, float] = {}
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        quantizer.write(out, ranked[:middle])
        shares[middle] = measure()
        if shares[middle] >= target:
            enough = middle
        else:
            too_few = middle
    quantizer.write(out, ranked[:enough])
    return shares[enough] if enough in shares else measure(), enough


def _ranked(
    quantizer: Quantizer, scratch: Path, feeds: Sequence[Mapping[str, np.ndarray]]
) -> list[str]:
    """Return the inputs of products, the most damage for the least work first."""
    names = set(quantizer.cost)
    quantizer.write(scratch, names)
    reference = _logits(scratch, feeds)
    damage = {}
    for name, cost in quantizer.cost.items():
        quantizer.write(scratch, names - {name})
        damage[name] = float(np.square(_logits(scratch, feeds) - reference).mean()) / cost
    return sorted(damage, key=damage.__getitem__, reverse=True)


def _logits(path: Path, feeds: Sequence[Mapping[str, np.ndarray]]) -> np.ndarray:
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, dict(feed))[0] for feed in feeds])
