"""``isco train``: a model of coded records, or the night by hand."""

from __future__ import annotations

import argparse
import json
import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.options import add_command
from cli.progress_bar import bar
from cli.requirements import need_extra
from core.settings import Settings

if TYPE_CHECKING:
    from training.run_folder import RunFolder

_LOG = logging.getLogger(__name__)
_ABOUT = """\
Records have the columns job_title, duties_description and isco_code. The new model goes into
service if it passes the gate against the one that serves; report.html of the run says why, or not.

  isco train --raw coded.csv                             a model of your own records
  isco train --base models/bundled/checkpoint            without a network
  isco train --fine-tune                                 the night, now: learn the corrections
"""


def add_to(commands: Any) -> None:
    """What it takes."""
    train = add_command(commands, "train", run, "train a model on coded records", _ABOUT)
    train.add_argument("--raw", type=Path, metavar="FILE_OR_DIR", help="default: data.raw_dir")
    train.add_argument("--base", metavar="MODEL", help="default: model.name")
    train.add_argument("--out", type=Path, metavar="DIR", help="default: models/runs/run_<date>")
    train.add_argument(
        "--fine-tune", action="store_true", help="go on from the model in service, on corrections"
    )
    train.add_argument(
        "--corrections-dir", type=Path, metavar="DIR", help="default: data.corrections_dir"
    )
    train.add_argument(
        "--report-dir", type=Path, metavar="DIR", help="a new folder for the report of --fine-tune"
    )
    add_optimizations(train)
    train.add_argument("--json", action="store_true", help="the verdict and every figure, as JSON")


def add_optimizations(command: argparse.ArgumentParser) -> None:
    """``--enable-optimizations``, for all that trains."""
    command.add_argument(
        "--enable-optimizations", action="store_true",
        help="mixed precision where the device is right for it, and gradient checkpointing",
    )  # fmt: skip


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Train as asked; one of several processes leads, and it alone speaks."""
    with need_extra("train", "training"):
        from training.model.process_group import follow, is_follower, leading
        from training.nightly import run_nightly
        from training.train import train
    if parsed.enable_optimizations:
        faster = settings.training.model_copy(update={"enable_optimizations": True})
        settings = settings.model_copy(update={"training": faster})
    if parsed.fine_tune and (parsed.raw or parsed.base or parsed.out):
        parsed.usage_error("--fine-tune starts from the model in service, on corrections")
    if not parsed.fine_tune and (parsed.corrections_dir or parsed.report_dir):
        parsed.usage_error("--corrections-dir and --report-dir go with --fine-tune")
    if is_follower():
        follow()
        return
    progress = partial(bar, unit="texts")
    done: RunFolder | None
    with leading():
        if parsed.fine_tune:
            done = run_nightly(settings, parsed.corrections_dir, parsed.report_dir, progress)
        else:
            raw = parsed.raw or settings.data.raw_dir
            done = train(settings, raw, parsed.base or settings.model.name, parsed.out, progress)
    _tell(done, parsed.json)


def _tell(run: RunFolder | None, as_json: bool) -> None:
    """What came of it; without a run there was nothing to learn."""
    from training.run_folder import METRICS

    if run is None:
        if as_json:
            print(json.dumps({"state": "skipped"}))
        return
    _LOG.info("%s: %s, report in %s", run.state, run.metrics.get("version"), run.path)
    for reason in run.reasons:
        _LOG.info("· %s", reason)
    if as_json:
        found = json.loads((run.path / METRICS).read_text(encoding="utf-8"))
        print(json.dumps({"folder": str(run.path), **found}, indent=1))
