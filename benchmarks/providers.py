"""Compare the providers of this machine: texts a second of processor time, and one text alone.

Texts are random tokens of one length, with the network of the bundled model, one thread each. The
providers take turns, and the best of several rounds counts: what else works on the machine matters
less that way.

    python -m benchmarks.providers
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.processor import processor
from core.packages import SHIPPED_MODEL
from core.settings import InferenceSettings
from inference.accelerators.openvino_accelerator import OpenVinoAccelerator
from inference.bundle import Bundle
from inference.onnx_session import OnnxSession

_LENGTHS = (4, 8, 12, 20, 32, 64, 128)
_TOKENS = 4096
_N_ROUNDS = 7
_N_ALONE = 50

Compute = Callable[[Sequence[Sequence[int]]], np.ndarray]


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    bundle = Bundle.open(Path(SHIPPED_MODEL))
    session = OnnxSession(bundle, InferenceSettings(provider="cpu", threads=1))
    providers: dict[str, Compute] = {
        "int8, ONNX Runtime": session._cpu_logits,
        "bf16, OpenVINO": OpenVinoAccelerator(bundle, 1).logits,
        "fp32, OpenVINO": OpenVinoAccelerator(bundle, 1, is_exact=True).logits,
    }
    rng = np.random.default_rng(0)
    print(processor())
    print(f"| tokens | {' | '.join(providers)} | {' | '.join(f'{n}, alone' for n in providers)} |")
    for length in _LENGTHS:
        ids = rng.integers(5, 30_000, (_TOKENS // length, length)).tolist()
        rates = [f"{len(ids) / seconds:,.0f}" for seconds in _best_s(providers, ids)]
        alone = [f"{seconds * 1e3:.1f} ms" for seconds in _best_s(providers, ids[:1], _N_ALONE)]
        print(f"| {length} | {' | '.join(rates)} | {' | '.join(alone)} |", flush=True)


def _best_s(
    providers: dict[str, Compute], ids: Sequence[Sequence[int]], n_rounds: int = _N_ROUNDS
) -> list[float]:
    """Return each provider's shortest processor time for ``ids``, after one that does not count."""
    best = dict.fromkeys(providers, float("inf"))
    for turn in range(n_rounds + 1):
        for name, compute in providers.items():
            started_s = time.process_time()
            compute(ids)
            if turn:
                best[name] = min(best[name], time.process_time() - started_s)
    return list(best.values())


if __name__ == "__main__":
    main()
