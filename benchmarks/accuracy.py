"""Measure the accuracy on titles that no training had: ``python -m benchmarks.accuracy FILE``.

FILE has the columns ``job_title``, ``duties_description``, ``isco_code``, ``source`` and
``title_in_train``. Only rows whose ``title_in_train`` is empty count. A row whose text is in
``data/reference/answers`` counts as "also an answer" and not as "new". Every figure is printed
twice: for the titles as they are, and for the titles with one random typo each.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from core.text import join
from inference.bundle import Bundle
from inference.classifier import open_classifier
from inference.model_registry import ModelRegistry
from training.dataset.augmentation import typo
from training.dataset.reference_data import read_answers
from training.evaluation.evaluate_file import table_rows
from training.evaluation.metrics import measure


def bundle_to_measure(path: Path | None, settings: Settings) -> Bundle:
    """Return the bundle in the folder ``path``, or the one in service."""
    return Bundle.open(path) if path else ModelRegistry(settings.output).served()


def as_table(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the figures as a Markdown table, one row per part."""
    header, *rows = table_rows(figures)
    lines = [table_row(header), "|" + "---|" * len(header), *map(table_row, rows)]
    return "\n".join(lines)


def table_row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    parser.add_argument("--bundle", type=Path, help="default: the served one")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    settings = load_settings(arguments.config)
    bundle = bundle_to_measure(arguments.bundle, settings)
    classifier = open_classifier(bundle, settings.inference)
    rows = pd.read_csv(arguments.file, dtype=str, keep_default_na=False)
    rows = rows[rows["title_in_train"] == ""].reset_index(drop=True)
    rng = random.Random(0)
    texts = {
        "": [join(t, d) for t, d in zip(rows["job_title"], rows["duties_description"], strict=True)]
    }
    texts[", one typo"] = [
        " | ".join([typo(text.split(" | ")[0], rng), text.split(" | ")[1]]) for text in texts[""]
    ]
    languages = bundle.manifest.languages
    answers = read_answers(settings.data.reference_dir, languages)
    is_answer = pd.Series(texts[""]).isin(answers["text"])
    figures = {}
    for suffix, part_texts in texts.items():
        probabilities = classifier.probabilities(part_texts)
        parts = {"all": is_answer | True, "new": ~is_answer, "also an answer": is_answer}
        parts |= {f"{s}": rows["source"] == s for s in rows["source"].unique()}
        parts |= {f"{s}, new": (rows["source"] == s) & ~is_answer for s in rows["source"].unique()}
        for name, is_in_part in parts.items():
            if is_in_part.any():
                codes = rows.loc[is_in_part, "isco_code"].to_numpy(str)
                of_part = probabilities[is_in_part.to_numpy()]
                figures[name + suffix] = measure(
                    of_part, codes, settings.model.confidence_threshold
                )
    if arguments.json:
        print(json.dumps({"model": classifier.version, **figures}, indent=1))
    else:
        print(f"model {classifier.version}\n\n{as_table(figures)}")


if __name__ == "__main__":
    main()
