"""``isco evaluate``: how good a version is on somebody's own coded records."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from cli.options import add_command
from cli.requirements import need_extra, need_file
from core.settings import Settings

_ABOUT = """\
Agreement at 4, 3 and 1 digits, kappa, and the share that can be autocoded at 95 % agreement, over
all records and by source, by major group, and with or without duties.

  isco evaluate --on coded.csv
"""


def add_to(commands: Any) -> None:
    """What it takes."""
    evaluate = add_command(
        *(commands, "evaluate", run, "how good a version is on your own coded records", _ABOUT)
    )
    evaluate.add_argument(
        "--on", required=True, type=Path, metavar="FILE", dest="file",
        help="a CSV with job titles and a column isco_code",
    )  # fmt: skip
    evaluate.add_argument("--model", metavar="VERSION", help="default: the one in service")
    evaluate.add_argument("--json", action="store_true", help="every figure, as JSON")


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Print the figures."""
    with need_extra("train", "evaluating"):
        from training.evaluation.evaluate_file import as_table, examine, read_coded
    from inference.classifier import open_classifier
    from inference.model_registry import ModelRegistry

    need_file(parsed.file)
    coded = read_coded(parsed.file, settings)
    store = ModelRegistry(settings.output)
    bundle = store.open(parsed.model) if parsed.model else store.served()
    classifier = open_classifier(bundle, settings.inference)
    figures = examine(coded, classifier, settings.model.confidence_threshold)
    if parsed.json:
        print(json.dumps({"model": classifier.version, **figures}, indent=1))
    else:
        print(f"model {classifier.version}\n\n{as_table(figures)}")
