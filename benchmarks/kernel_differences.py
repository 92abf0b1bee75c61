"""Which of a thousand texts are coded differently when a processor adds up in another order.

``python -m benchmarks.kernel_differences`` codes the same texts in child processes that are held to
different kernels, and compares each with this machine's own choice:

- the bundle that serves, on ONNX Runtime. ONNX Runtime chooses its kernels by the processor's CPUID
  and has no switch of its own, so other processors are emulated with ``qemu-x86_64`` (Debian's
  package ``qemu-user``); without it only the number of threads is varied;
- the checkpoint, on torch, by the switches of ATen, oneDNN and MKL.

The texts are the titles of the 436 unit groups and bundled reference answers at equal distances.
The decisions are those of the default configuration. Results: ``benchmarks/results/kernels.md``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.processor import processor
from core.isco_titles.group_titles import ENGLISH
from core.settings import InferenceSettings, Settings
from core.taxonomy import isco08
from core.text import join
from inference.bundle import Bundle
from inference.classifier import combine, open_classifier
from inference.decision import decide
from training.dataset.reference_data import read_answers

N_TEXTS = 1000
QEMU = "qemu-x86_64"
# A child must not inherit what this shell happens to force.
_SWITCHES = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "OMP_NUM_THREADS",
    "ATEN_CPU_CAPABILITY",
    "DNNL_MAX_CPU_ISA",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
)


_FIGURES = (
    "codes",
    "candidates or their order",
    "autocoded or not",
    "largest difference of a confidence",
)


@dataclass(frozen=True)
class Kernels:
    """What one child process is held to: variables of the environment, or an emulated processor."""

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    emulated: str = ""


ONNX = (
    Kernels("this machine's own choice"),
    Kernels("2 threads", {"OMP_NUM_THREADS": "2"}),
    Kernels("AVX2 (Haswell, emulated)", emulated="Haswell"),
    Kernels("AVX (Sandy Bridge, emulated)", emulated="SandyBridge"),
    Kernels("SSE4.2 (Nehalem, emulated)", emulated="Nehalem"),
)
TORCH = (
    Kernels("this machine's own choice"),
    Kernels("2 threads", {"OMP_NUM_THREADS": "2"}),
    Kernels(
        "AVX2",
        {
            "ATEN_CPU_CAPABILITY": "avx2",
            "DNNL_MAX_CPU_ISA": "AVX2",
            "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        },
    ),
    Kernels(
        "AVX512",
        {
            "ATEN_CPU_CAPABILITY": "avx512",
            "DNNL_MAX_CPU_ISA": "AVX512_CORE",
            "MKL_ENABLE_INSTRUCTIONS": "AVX512",
        },
    ),
    Kernels(
        "no vector instructions beyond SSE4.2",
        {
            "ATEN_CPU_CAPABILITY": "default",
            "DNNL_MAX_CPU_ISA": "SSE41",
            "MKL_CBWR": "COMPATIBLE",
        },
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", type=Path, default=Path("models/bundled"))
    parser.add_argument("--predict", choices=("onnx", "torch"), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.predict:
        predict = predict_by_onnx if arguments.predict == "onnx" else predict_by_torch
        np.save(arguments.out, predict(arguments.bundle, thousand_texts()))
        return
    print(f"{N_TEXTS:,} texts, {Bundle.open(arguments.bundle).manifest.version}, {processor()}\n")
    for backend, title, choices in (
        ("onnx", "Served bundle, ONNX Runtime", ONNX),
        ("torch", "Checkpoint, torch", TORCH),
    ):
        print_table(title, backend, choices, arguments.bundle)


def thousand_texts() -> list[str]:
    """Return ``N_TEXTS`` distinct cleaned texts, the same on every machine."""
    titles = [join(isco08().title(code)) for code in isco08().units]
    answers = read_answers(Settings().data.reference_dir, [ENGLISH])["text"]
    others = list(dict.fromkeys(text for text in answers if text not in set(titles)))
    titles = list(dict.fromkeys(titles))
    step = len(others) / (N_TEXTS - len(titles))
    return titles + [others[int(i * step)] for i in range(N_TEXTS - len(titles))]


def predict_by_onnx(bundle_dir: Path, texts: list[str]) -> np.ndarray:
    """Return the (N, 436) probabilities that the daemon would compute."""
    n_threads = int(os.environ["OMP_NUM_THREADS"])
    settings = InferenceSettings(provider="cpu", threads=n_threads)
    return open_classifier(Bundle.open(bundle_dir), settings).probabilities(texts)


def predict_by_torch(bundle_dir: Path, texts: list[str]) -> np.ndarray:
    """Return the (N, 436) probabilities of the checkpoint, calibrated as the bundle is."""
    from transformers import AutoTokenizer, RobertaForSequenceClassification

    from exporters.parity import checkpoint_logits

    bundle = Bundle.open(bundle_dir)
    manifest, checkpoint = bundle.manifest, bundle.checkpoint_dir()
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = RobertaForSequenceClassification.from_pretrained(checkpoint, use_safetensors=True)
    spelling = bundle.spelling()
    corrected = [spelling.correct(text) for text in texts]
    logits = checkpoint_logits(model.float(), tokenizer, corrected, manifest.max_tokens)
    scores = bundle.ngram_model().scores(corrected)
    return combine(logits, scores, manifest.temperature, manifest.ngram_weight)


def print_table(title: str, backend: str, choices: tuple[Kernels, ...], bundle: Path) -> None:
    print(f"| {title} | {' | '.join(_FIGURES)} |\n|---|---|---|---|---|")
    usual = run(backend, choices[0], bundle)
    assert usual is not None
    for kernels in choices[1:]:
        other = run(backend, kernels, bundle)
        if other is None:
            print(f"| {kernels.name} | not run: {QEMU} is not installed | | | |", flush=True)
        else:
            print(f"| {kernels.name} | {' | '.join(differences(usual, other))} |", flush=True)
    print()


def run(backend: str, kernels: Kernels, bundle: Path) -> np.ndarray | None:
    """Return the probabilities under ``kernels``; None where they cannot be emulated here."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.kernel_differences"]
    if kernels.emulated:
        emulator = shutil.which(QEMU)
        if emulator is None:
            return None
        command = [emulator, "-cpu", kernels.emulated, *command]
    clean = {name: value for name, value in os.environ.items() if name not in _SWITCHES}
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "probabilities.npy")
        command += ["--bundle", str(bundle), "--predict", backend, "--out", str(out)]
        environment = {**clean, "OMP_NUM_THREADS": "1", **kernels.variables}
        subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)
        return np.load(out)


def differences(usual: np.ndarray, other: np.ndarray) -> list[str]:
    """Return the four figures of two (N, 436) probabilities of the same texts, as shown."""
    settings = Settings()
    threshold, fallback = settings.model.confidence_threshold, settings.inference.fallback
    pairs = list(
        zip(decide(usual, threshold, fallback), decide(other, threshold, fallback), strict=True)
    )
    n_codes = sum(a.candidates[0][0] != b.candidates[0][0] for a, b in pairs)
    n_orders = sum(
        [code for code, _ in a.candidates] != [code for code, _ in b.candidates] for a, b in pairs
    )
    n_decisions = sum(a.is_fallback != b.is_fallback for a, b in pairs)
    largest = np.abs(usual.max(axis=1) - other.max(axis=1)).max()
    return [str(n_codes), str(n_orders), str(n_decisions), f"{largest:.2g}"]


if __name__ == "__main__":
    main()
