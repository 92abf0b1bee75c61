"""The form without a command: the whole of training, or one file coded."""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
from datetime import date
from pathlib import Path

from cli import train
from cli.progress_bar import file_bar
from cli.requirements import need_file
from core.settings import Settings

_LOG = logging.getLogger(__name__)


def add_to(parser: argparse.ArgumentParser) -> None:
    """What it takes, and what it leaves to the defaults of ``isco train``."""
    parser.add_argument("--skip-training", action="store_true", help="code --input instead")
    parser.add_argument("--input", type=Path, metavar="FILE", help="the CSV to code")
    train.add_optimizations(parser)
    parser.set_defaults(run=run, usage_error=parser.error, fine_tune=False)
    parser.set_defaults(raw=None, base=None, out=None, corrections_dir=None, report_dir=None)
    parser.set_defaults(log=None, json=False)


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Train and evaluate; with ``--skip-training``, code ``--input``."""
    if parsed.skip_training != (parsed.input is not None):
        parsed.usage_error("--skip-training and --input FILE go together")
    if parsed.skip_training:
        _code(parsed.input, settings)
    else:
        train.run(parsed, settings)


def _code(path: Path, settings: Settings) -> None:
    from inference.autocoder import open_autocoder
    from inference.model_registry import ModelRegistry
    from results.code_file import PREDICTIONS, REVIEW, code_file

    need_file(path)
    processed, review = settings.data.processed_dir, settings.data.review_dir
    for folder in (processed, review):
        folder.mkdir(parents=True, exist_ok=True)
    autocoder = open_autocoder(ModelRegistry(settings.output).served(), settings)
    with tempfile.TemporaryDirectory(prefix=".coding-", dir=processed) as scratch:
        with file_bar(path) as advance:
            receipt = code_file(path, Path(scratch), autocoder, settings, advance)
        os.replace(Path(scratch, PREDICTIONS), processed / PREDICTIONS)
        to_review = review / f"to_review_{date.today():%Y-%m-%d}.csv"
        os.replace(Path(scratch, REVIEW), to_review)
    _LOG.info("%s → %s, %s", receipt.summary(), processed / PREDICTIONS, to_review)
