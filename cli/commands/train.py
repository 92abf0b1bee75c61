"""``isco train``: train a model on coded records, or run the nightly training now."""

from __future__ import annotations

import argparse
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.json_output import print_json
from cli.options import add_command, add_file, add_folder
from cli.progress_bar import progress_bar
from cli.requirements import require_extra
from cli.system_error import describe
from core.errors import IscoError, TrainingRunsError
from core.files.folders import require_new_dir
from core.files.named_errors import full_disk_told
from core.settings import Settings
from core.settings_file.project import name_settings_file

if TYPE_CHECKING:
    from training.run_folder import RunFolder

_LOG = logging.getLogger(__name__)
_ABOUT = """\
Records have the columns job_title, duties_description and isco_code. The new model goes into
service if it passes the gate against the model in service; report.html of the run gives reasons.

  isco train --raw coded.csv                     train on your own records
  isco train --base models/bundled/checkpoint    train without a network
  isco train --fine-tune                         train on the corrections, as in the night
"""

DEFAULTS: dict[str, Any] = {
    "raw": None,
    "base": None,
    "out": None,
    "report_dir": None,
    "json": False,
}
"""The values of the options that ``python main.py`` without a command does not have."""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco train``."""
    command = add_command(commands, "train", run, "train a model on coded records", _ABOUT)
    add_file(
        command,
        "--raw",
        "file or folder of the records to train on (default: data.raw_dir)",
        metavar="FILE_OR_DIR",
    )
    add_folder(
        command,
        "--base",
        "encoder to start from, a name or a folder (default: model.name)",
        metavar="MODEL",
        type=str,
    )
    add_folder(command, "--out", "folder of the run (default: models/runs/run_<date>)")
    add_fine_tuning(command)
    add_folder(
        command,
        "--report-dir",
        "new folder for a copy of the report that other users can read, with --fine-tune "
        "(default: no copy)",
    )
    add_optimizations(command)
    command.add_argument(
        "--json", action="store_true", help="print the result and every metric as JSON"
    )


def add_fine_tuning(command: argparse._ActionsContainer) -> None:
    """Register ``--fine-tune`` and ``--corrections-dir``, of every command that trains."""
    command.add_argument(
        "--fine-tune",
        action="store_true",
        help="train the model in service on the corrections (default: a new model)",
    )
    add_folder(
        command,
        "--corrections-dir",
        "folder of the corrections, with --fine-tune (default: data.corrections_dir)",
    )


def add_optimizations(command: argparse._ActionsContainer) -> None:
    """Register ``--enable-optimizations``, of every command that trains."""
    command.add_argument(
        "--enable-optimizations",
        action="store_true",
        help="train in bf16 where that is faster and computes the same, and save memory of an "
        "accelerator by gradient checkpointing (default: training.enable_optimizations)",
    )


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Train as asked; of several processes of torchrun one leads, and it alone reports."""
    if parsed.fine_tune and (parsed.raw or parsed.base or parsed.out):
        parsed.parser.error("--fine-tune starts from the model in service, on corrections")
    if not parsed.fine_tune and parsed.report_dir:
        parsed.parser.error("--report-dir goes with --fine-tune")
    if not parsed.fine_tune and parsed.corrections_dir:
        parsed.parser.error("--corrections-dir goes with --fine-tune")
    report_dir = parsed.report_dir.resolve() if parsed.report_dir is not None else None
    if report_dir is not None:
        require_new_dir(report_dir)
    with _failure_told(report_dir, settings.file), _stop_told(settings):
        _train(parsed, settings, report_dir)


@contextmanager
def _failure_told(report_dir: Path | None, settings_file: Path | None) -> Iterator[None]:
    """Leave the reason of a failure in ``report_dir``, where the daemon and its page find it.

    While something else changes the models nothing has failed: the daemon tries again.
    """
    try:
        yield
    except TrainingRunsError:
        raise
    except (IscoError, OSError) as error:
        if report_dir is not None and not report_dir.exists():
            from watcher.processes.scheduler import publish_failure

            reason = describe(error) if isinstance(error, OSError) else str(error)
            with suppress(OSError):  # the daemon says that there is none
                publish_failure(report_dir, name_settings_file(reason, settings_file))
        raise


@contextmanager
def _stop_told(settings: Settings) -> Iterator[None]:
    """Say after Ctrl-C what is kept and how to go on; of the processes of torchrun one says it."""
    served_dir = settings.output.best_model_dir.resolve()
    try:
        yield
    except KeyboardInterrupt:
        if os.environ.get("RANK", "0") == "0":
            is_same = settings.output.best_model_dir.resolve() == served_dir
            _LOG.warning(
                "stopped: %s, and %s keeps what is done; the same command goes on from the last "
                "checkpoint, if there is one",
                "the model in service is unchanged" if is_same else "the new model is in service",
                settings.output.model_dir / "runs",
            )
        raise


def _train(parsed: argparse.Namespace, settings: Settings, report_dir: Path | None) -> None:
    raw = parsed.raw or settings.data.raw_dir
    base = parsed.base or settings.model.name
    with require_extra("train", "training"):
        if parsed.fine_tune:
            _check_corrections_dir(parsed.corrections_dir)
        elif "WORLD_SIZE" not in os.environ:  # of the processes of torchrun the first one checks
            _check_sources(raw, base, settings)
    # torch reads this when it is imported: operators that MPS lacks run on the CPU then.
    os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")
    with require_extra("train", "training"):
        from training.model.process_group import is_worker, main_process, run_worker
        from training.nightly import run_nightly
    if parsed.enable_optimizations:
        settings = settings.with_values("training", enable_optimizations=True)
    if is_worker():
        run_worker()
        return
    training_run: RunFolder | None
    progress = partial(progress_bar, unit="texts")
    folder = parsed.out or settings.output.model_dir
    # torch is imported within: not by a night that finds nothing to learn.
    with full_disk_told(folder), main_process(), require_extra("train", "training"):
        if parsed.fine_tune:
            training_run = run_nightly(settings, parsed.corrections_dir, report_dir, progress)
        else:
            from training.train import train

            training_run = train(settings, raw, base, parsed.out, progress)
    _report(training_run, parsed.json)


def _check_corrections_dir(corrections_dir: Path | None) -> None:
    """Raise IscoError if the folder of the corrections was named and is none."""
    if corrections_dir is not None and not corrections_dir.is_dir():
        raise IscoError(
            f"--corrections-dir: {str(corrections_dir.absolute())!r} is not a folder; expected one "
            "with corrections.csv or review files"
        )


def _check_sources(raw: Path, base: str, settings: Settings) -> None:
    """Raise InputError or BaseModelError for missing records or base, before torch is loaded."""
    from inference.bundle import CHECKPOINT
    from inference.model_registry import ModelRegistry
    from training.dataset.records import find_files
    from training.model.hub import check_base

    find_files(raw)
    check_base(base, ModelRegistry(settings.output).bundled_dir / CHECKPOINT)


def _report(run: RunFolder | None, as_json: bool) -> None:
    """Log the result of a run, or print it as JSON; None if there was nothing to learn."""
    from core.files.own_files import METRICS
    from core.run_state import RunState

    if run is None:
        if as_json:
            print_json({"state": RunState.SKIPPED})
        return
    version = run.metrics.version
    if version is None:  # refused before there was a model
        version = "no new version" if run.metrics.learning else "nothing was trained"
    _LOG.info("%s: %s, report in %s", run.state, version, run.path)
    for reason in run.reasons:
        _LOG.info("· %s", reason)
    if as_json:
        metrics = json.loads((run.path / METRICS).read_text(encoding="utf-8"))
        print_json({"folder": str(run.path), **metrics}, indent=1)
