"""``python main.py`` without a command: train and evaluate, or code one file."""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import shutil
from datetime import date
from pathlib import Path

from cli.commands import classify, train
from cli.options import add_file
from cli.progress_bar import file_progress_bar
from cli.requirements import require_table
from cli.suggestions import SuggestingParser
from core.errors import IscoError
from core.files.scratch_folder import ScratchFolder
from core.files.termination import terminated_as_by_ctrl_c
from core.files.whole_file import open_atomic
from core.settings import Settings

_LOG = logging.getLogger(__name__)
OPTIONS = frozenset(
    {
        "--skip-training",
        "--input",
        "--explain",
        "--fine-tune",
        "--corrections-dir",
        "--enable-optimizations",
    }
)
"""The options of the form without a command."""


def add_to(parser: SuggestingParser) -> None:
    """Register the arguments of ``python main.py`` without a command."""
    group = parser.add_argument_group("without a command")
    group.add_argument(
        "--skip-training", action="store_true", help="do not train, but code the file of --input"
    )
    add_file(group, "--input", "file to code, with --skip-training")
    classify.add_explain(group)
    train.add_fine_tuning(group)
    train.add_optimizations(group)
    parser.set_defaults(run=run, parser=parser, needs_project=True, **train.DEFAULTS)


def asks_for_nothing(parsed: argparse.Namespace) -> bool:
    """Return whether there is neither a command nor an option of the form without one."""
    given = (vars(parsed)[option[2:].replace("-", "_")] for option in OPTIONS)
    return parsed.run is run and not any(given)


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Train and evaluate; with ``--skip-training``, code ``--input``."""
    if parsed.skip_training != (parsed.input is not None):
        parsed.parser.error("--skip-training and --input FILE go together")
    trains = parsed.fine_tune or parsed.corrections_dir or parsed.enable_optimizations
    if parsed.skip_training and trains:
        parsed.parser.error(
            "these go without --skip-training: --fine-tune, --corrections-dir, "
            "--enable-optimizations"
        )
    if parsed.explain and not parsed.skip_training:
        parsed.parser.error("--explain goes with --skip-training and --input FILE")
    if parsed.skip_training:
        n_explained = settings.explainability.sample_size if parsed.explain else 0
        _code(parsed.input, settings, n_explained)
    else:
        train.run(parsed, settings)


def _code(path: Path, settings: Settings, n_explained: int) -> None:
    """Write predictions and explanations to data.processed_dir, the review to data.review_dir."""
    from core.formats.file_names import READ_SUFFIXES
    from inference.autocoder import open_autocoder
    from inference.model_registry import ModelRegistry
    from results.code_file import PREDICTIONS, code_file
    from results.explanations.pages import OVERVIEW_FILE, explain_batch
    from results.explanations.requests import EXPLANATIONS_DIR, REQUESTS_FILE
    from results.review.review_files import REVIEW

    require_table(path)
    processed_dir = settings.data.processed_dir
    review_dir = settings.data.review_dir
    stale = [processed_dir / f"{Path(PREDICTIONS).stem}{suffix}" for suffix in READ_SUFFIXES]
    if path.resolve() in {place.resolve() for place in stale}:
        raise IscoError(f"{str(path)!r} is where the predictions are written: move it elsewhere")
    processed_dir.mkdir(parents=True, exist_ok=True)
    review_dir.mkdir(parents=True, exist_ok=True)
    autocoder = open_autocoder(ModelRegistry(settings.output).served(), settings)
    explanations_dir = processed_dir / EXPLANATIONS_DIR
    with terminated_as_by_ctrl_c(), ScratchFolder(processed_dir, ".coding-") as scratch:
        with file_progress_bar(path) as advance:
            receipt = code_file(path, scratch, autocoder, settings, advance, n_explained)
        is_explained = (scratch / REQUESTS_FILE).exists()
        if is_explained:
            explain_batch(scratch, lambda version: autocoder.classifier)
        shutil.rmtree(explanations_dir, ignore_errors=True)  # of the predictions before these
        for stale_path in stale:
            stale_path.unlink(missing_ok=True)
        for written_path in scratch.glob(f"{Path(PREDICTIONS).stem}.*"):
            os.replace(written_path, processed_dir / written_path.name)
        review_path = _free_review_path(review_dir)
        _copy_review(scratch / REVIEW, review_path)
        if is_explained:
            os.replace(scratch / EXPLANATIONS_DIR, explanations_dir)
    _LOG.info("%s → %s, %s", receipt.summary(), processed_dir / PREDICTIONS, review_path)
    if is_explained:
        _LOG.info("explanations: open %s", explanations_dir / OVERVIEW_FILE)
    elif n_explained:
        _LOG.info("explanations: there is no record to explain")


def _copy_review(source: Path, target: Path) -> None:
    """Replace the reserved file ``target``, perhaps on another volume; an OSError leaves none."""
    try:
        with source.open("rb") as file, open_atomic(target) as copy:
            shutil.copyfileobj(file, copy)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _free_review_path(review_dir: Path) -> Path:
    """Reserve and return the path of today's review, with a number if there are reviews of today.

    A review file may have been filled in by a person: none is ever replaced.
    """
    name = f"to_review_{date.today():%Y-%m-%d}"
    for number in itertools.count(1):
        path = review_dir / (f"{name}.csv" if number == 1 else f"{name}_{number}.csv")
        try:
            path.open("x").close()
        except FileExistsError:
            continue
        if number > 1:
            _LOG.info("the reviews of today stay as they are: the new one is %s", path.name)
        return path
    raise AssertionError("count() has no end")
