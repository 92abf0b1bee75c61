"""Accuracy on titles that the model cannot have seen: ``python -m benchmarks.accuracy FILE``.

FILE has ``job_title``, ``isco_code``, ``source`` and ``title_in_train``: only rows where that is
empty count. Rows whose text stands in ``data/reference/answers.csv`` are a part of their own, and
left out of ``new``. Everything once as written, and once with one random typo in each title.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import pandas as pd

from core.settings import load_settings
from core.text import join
from inference.bundle import Bundle
from inference.classifier import open_classifier
from inference.model_registry import ModelRegistry
from training.dataset.augmentation import typo
from training.dataset.reference_data import read_answers
from training.evaluation.evaluate_file import as_table
from training.evaluation.metrics import measure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    parser.add_argument("--bundle", type=Path, help="default: the served one")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    settings = load_settings(arguments.config)
    bundle = (
        Bundle.open(arguments.bundle)
        if arguments.bundle
        else ModelRegistry(settings.output).served()
    )
    classifier = open_classifier(bundle, settings.inference)
    rows = pd.read_csv(arguments.file, dtype=str, keep_default_na=False)
    rows = rows[rows["title_in_train"] == ""].reset_index(drop=True)
    chance = random.Random(0)
    texts = {
        "": [join(t, d) for t, d in zip(rows["job_title"], rows["duties_description"], strict=True)]
    }
    texts[", one typo"] = [
        " | ".join([typo(text.split(" | ")[0], chance), text.split(" | ")[1]]) for text in texts[""]
    ]
    known = pd.Series(texts[""]).isin(read_answers(settings.data.reference_dir)["text"])
    figures = {}
    for suffix, written in texts.items():
        probabilities = classifier.probabilities(written)
        parts = {"all": known | True, "new": ~known, "also an answer": known}
        parts |= {f"{s}": rows["source"] == s for s in rows["source"].unique()}
        parts |= {f"{s}, new": (rows["source"] == s) & ~known for s in rows["source"].unique()}
        for name, chosen in parts.items():
            if chosen.any():
                codes = rows.loc[chosen, "isco_code"].to_numpy(str)
                said = probabilities[chosen.to_numpy()]
                figures[name + suffix] = measure(said, codes, settings.model.confidence_threshold)
    if arguments.json:
        print(json.dumps({"model": classifier.version, **figures}, indent=1))
    else:
        print(f"model {classifier.version}\n\n{as_table(figures)}")


if __name__ == "__main__":
    main()
