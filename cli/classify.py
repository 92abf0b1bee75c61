"""``isco classify``: files coded without a daemon."""

from __future__ import annotations

import argparse
import json
import logging
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cli import ray_engine
from cli.options import add_command
from cli.progress_bar import file_bar
from cli.requirements import need_file
from core.settings import Settings

_LOG = logging.getLogger(__name__)
_ABOUT = """\
Each file gets a folder in DIR: predictions.csv with the codes; the questions to people as
review.html, review.xlsx and review.csv; report.html; receipt.json. DIR/index.html lists them.

  isco classify staff.csv survey.csv --out results
  isco classify --engine ray 's3://bucket/2026/*.parquet' --out s3://bucket/coded
"""


def add_to(commands: Any) -> None:
    """What it takes."""
    classify = add_command(commands, "classify", run, "code files, no daemon", _ABOUT)
    classify.add_argument(
        "inputs", nargs="+", metavar="FILE",
        help="a CSV with a column of job titles; with ray also Parquet, folders, globs, URIs",
    )  # fmt: skip
    classify.add_argument("--out", required=True, metavar="DIR", help="where results go")
    classify.add_argument("--json", action="store_true", help="print a receipt per file as JSON")
    classify.add_argument(
        "--explain", action="store_true", help="why these codes: explainability.sample_size records"
    )
    ray_engine.add_to(classify)


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Code every file into a folder of its own, or all of them as one census."""
    if parsed.engine == "ray":
        ray_engine.run(parsed, settings)
        return
    ray_engine.refuse(parsed)
    from inference.autocoder import open_autocoder
    from inference.model_registry import ModelRegistry
    from results.code_file import code_file
    from results.explanations.pages import explain_batch
    from results.explanations.requests import REQUESTS_FILE, pending_batches
    from watcher.delivery.index_page import Index
    from watcher.delivery.publish import complete, publish, shown, staging
    from watcher.filesystem import Filesystem
    from watcher.intake.folder_checks import STAGING

    inputs, out = [Path(name) for name in parsed.inputs], Path(parsed.out)
    index = Index(out)
    n_explained = settings.explainability.sample_size if parsed.explain else 0
    for path in inputs:
        need_file(path)
    files = Filesystem()
    autocoder = open_autocoder(ModelRegistry(settings.output).served(), settings)
    (out / STAGING).mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in inputs:
        with (
            staging(files, out, f"classify-{os.getpid()}") as staged,
            file_bar(path) as advance,
        ):
            receipt = code_file(path, staged, autocoder, settings, advance, n_explained)
            complete(files, staged, receipt)
            published = publish(files, staged, out, receipt)
            if (staged / REQUESTS_FILE).exists():  # the batch was there before, perhaps without
                os.replace(staged / REQUESTS_FILE, published / REQUESTS_FILE)
        _LOG.info("%r: %s → %s", path.name, receipt.summary(), shown(published))
        if published in pending_batches(out):
            explain_batch(published, lambda version: autocoder.classifier)
        index.refresh()
        if parsed.json:
            print(json.dumps({"folder": str(published), **asdict(receipt)}, ensure_ascii=False))
