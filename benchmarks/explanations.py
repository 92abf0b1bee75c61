"""Measure how long an explanation takes: seconds and evaluations by number of words.

``python -m benchmarks.explanations`` measures the model in service; ``--base-size`` measures one of
RoBERTa-base's size with random weights (``benchmarks/base_model.py``), because the time depends on
the evaluations of the network and not on its weights. The texts are titles of unit groups, joined
until they have the number of words.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from pathlib import Path

from benchmarks.base_model import make_base_bundle
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from core.text import clean, join
from inference.bundle import Bundle
from inference.classifier import open_classifier
from inference.decision import decide
from inference.model_registry import ModelRegistry
from inference.shap_explanations import explain

N_WORDS = (1, 2, 4, 7, 8, 12, 20, 40, 64, 200)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    parser.add_argument("--base-size", action="store_true")
    parser.add_argument("--texts", type=int, default=5, help="texts of each length")
    arguments = parser.parse_args()
    settings = load_settings(arguments.config)
    if arguments.base_size:
        bundle = Bundle.open(make_base_bundle(settings.output.model_dir / "runs" / "benchmark"))
    else:
        bundle = ModelRegistry(settings.output).served()
    classifier = open_classifier(bundle, settings.inference)
    started_s = time.perf_counter()
    explain(classifier, join("nurse"), "2221")
    print(f"model {bundle.manifest.version}, {bundle.manifest.precision}")
    print(f"first explanation, shap imported: {time.perf_counter() - started_s:.2f} s\n")
    print("| words | evaluations | s per record | records/s |\n|---|---|---|---|")
    for n_words in N_WORDS:
        seconds: list[float] = []
        n_evaluations = 0
        for seed in range(arguments.texts):
            text = text_of(n_words, seed)
            (prediction,) = decide(classifier.probabilities([text]), 0.9, "truncate")
            started_s = time.perf_counter()
            explanation = explain(classifier, text, prediction.isco_code)
            seconds.append(time.perf_counter() - started_s)
            n_evaluations = explanation.n_evaluations
            total = explanation.base + sum(word.score for word in explanation.words)
            assert abs(total - explanation.output) < 1e-6
        middle = statistics.median(seconds)
        print(f"| {n_words} | {n_evaluations} | {middle:.3f} | {1 / middle:.1f} |", flush=True)


def text_of(n_words: int, seed: int) -> str:
    """Return a cleaned text of so many words; the first two are the job title."""
    rng = random.Random(seed)
    words: list[str] = []
    while len(words) < n_words:
        words += clean(isco08().title(rng.choice(isco08().units))).split()
    return join(" ".join(words[:2]) if n_words > 1 else words[0], " ".join(words[2:n_words]))


if __name__ == "__main__":
    main()
