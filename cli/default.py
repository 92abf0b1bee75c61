"""``python main.py`` without a command: train and evaluate, or code one file."""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
from datetime import date
from pathlib import Path

from cli.commands import train
from cli.options import complete_files
from cli.progress_bar import file_progress_bar
from cli.requirements import require_file
from cli.suggestions import SuggestingParser
from core.settings import Settings

_LOG = logging.getLogger(__name__)


def add_to(parser: SuggestingParser) -> None:
    """Register the arguments of ``python main.py`` without a command."""
    group = parser.add_argument_group("without a command")
    group.add_argument(
        "--skip-training", action="store_true", help="do not train, but code the file of --input"
    )
    source = group.add_argument(
        "--input", type=Path, metavar="FILE", help="CSV file to code, with --skip-training"
    )
    complete_files(source)
    train.add_optimizations(group)
    parser.set_defaults(run=run, parser=parser, **train.DEFAULTS)


def asks_for_nothing(parsed: argparse.Namespace) -> bool:
    """Return whether there is neither a command nor an option of the form without one."""
    options = (parsed.skip_training, parsed.input, parsed.enable_optimizations)
    return parsed.run is run and not any(options)


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Train and evaluate; with ``--skip-training``, code ``--input``."""
    if parsed.skip_training != (parsed.input is not None):
        parsed.parser.error("--skip-training and --input FILE go together")
    if parsed.skip_training:
        _code(parsed.input, settings)
    else:
        train.run(parsed, settings)


def _code(path: Path, settings: Settings) -> None:
    """Write the predictions of a file to data.processed_dir and its review to data.review_dir."""
    from inference.autocoder import open_autocoder
    from inference.model_registry import ModelRegistry
    from results.code_file import PREDICTIONS, REVIEW, code_file

    require_file(path)
    processed_dir = settings.data.processed_dir
    review_dir = settings.data.review_dir
    processed_dir.mkdir(parents=True, exist_ok=True)
    review_dir.mkdir(parents=True, exist_ok=True)
    autocoder = open_autocoder(ModelRegistry(settings.output).served(), settings)
    with tempfile.TemporaryDirectory(prefix=".coding-", dir=processed_dir) as scratch:
        with file_progress_bar(path) as advance:
            receipt = code_file(path, Path(scratch), autocoder, settings, advance)
        os.replace(Path(scratch, PREDICTIONS), processed_dir / PREDICTIONS)
        review_path = review_dir / f"to_review_{date.today():%Y-%m-%d}.csv"
        os.replace(Path(scratch, REVIEW), review_path)
    _LOG.info("%s → %s, %s", receipt.summary(), processed_dir / PREDICTIONS, review_path)
