"""``isco evaluate``: measure a version of the model on records with known codes."""

from __future__ import annotations

import argparse
from typing import Any

from cli.aligned_table import align_columns
from cli.json_output import print_json
from cli.options import add_command, add_file
from cli.requirements import require_extra, require_table
from core.settings import Settings

_ABOUT = """\
Prints the agreement at 4, 3 and 1 digits, Cohen's kappa, and the share of the records that can be
autocoded at an agreement of 95 %: over all records, by language, by source, by major group, and
with or without duties. The model is measured alone, without corrections.

  isco evaluate --on coded.csv
"""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco evaluate``."""
    command = add_command(
        commands, "evaluate", run, "measure the model on your own coded records", _ABOUT
    )
    add_file(
        command,
        "--on",
        "file with job titles and a column isco_code (required)",
        required=True,
        dest="file",
    )
    command.add_argument(
        "--model",
        metavar="VERSION",
        help="version to measure, of isco models list (default: the version in service)",
    )
    command.add_argument("--json", action="store_true", help="print every metric as JSON")


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Print the metrics as a table or as JSON."""
    with require_extra("measure", "evaluating"):
        from training.evaluation.evaluate_file import (
            evaluate_records,
            intervals_in_words,
            read_coded_records,
            table_rows,
        )
    from inference.classifier import open_classifier
    from inference.model_registry import ModelRegistry

    require_table(parsed.file)
    coded = read_coded_records(parsed.file, settings)
    registry = ModelRegistry(settings.output)
    bundle = registry.open(parsed.model) if parsed.model else registry.served()
    classifier = open_classifier(bundle, settings.inference)
    figures = evaluate_records(coded.records, classifier, settings.model.confidence_threshold)
    if parsed.json:
        about = {"model": classifier.version, "n_left_out": coded.n_left_out}
        print_json({**about, "notes": coded.notes(), **figures}, indent=1)
    else:
        rows = table_rows(figures)
        numbers = range(1, len(rows[0]))
        head = [f"model {classifier.version}", "the model alone, without corrections"]
        print("\n".join([*head, *coded.notes(), ""]))
        print("\n".join(align_columns(rows, right=numbers)))
        print(f"\n{intervals_in_words(figures)}")
