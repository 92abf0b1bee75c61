"""``isco purge``: remove old personal text, and report what went."""

from __future__ import annotations

import argparse
import re
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.json_output import print_json
from cli.options import add_command
from cli.requirements import require_posix
from core.errors import IscoError
from core.files.termination import terminated_as_by_ctrl_c
from core.row_counts import quantity
from core.settings import Settings

_STOPPED = 130  # as every command that Ctrl-C stops
_ABOUT = """\
Takes what is older than the limit: inputs in the archive and among the rejected files, batches in
the outbox, corrections, and the lists of 'isco coders'. A daemon may run meanwhile; a training may
not. What the model has learned from corrections stays in the model. docs/operations.md says what
else stays.

  isco purge --older-than 180d --dry-run     show what would be removed
  isco purge --older-than 180d               remove it
"""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco purge``."""
    command = add_command(commands, "purge", run, "remove old personal text", _ABOUT)
    command.add_argument(
        "--older-than",
        metavar="DAYS",
        type=_age,
        required=True,
        help="how long text is kept, in days, such as 180d (required)",
    )
    command.add_argument(
        "--dry-run", action="store_true", help="show what would be removed, and remove nothing"
    )
    command.add_argument(
        "--keep-corrections",
        action="store_true",
        help="leave the corrections: a text that was corrected keeps its code",
    )
    command.add_argument(
        "--open-reviews",
        action="store_true",
        help="take batches, too, whose review has texts that are not answered; they are named",
    )
    command.add_argument("--json", action="store_true", help="print the report as a line of JSON")


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Purge, and print the report; an IscoError where something could not be removed."""
    require_posix("purge")
    from training.training_lock import training_lock
    from watcher.retention.removal import Scope, purge

    scope = Scope(
        before=datetime.now(UTC) - parsed.older_than,
        takes_corrections=not parsed.keep_corrections,
        takes_open_reviews=parsed.open_reviews,
        is_dry_run=parsed.dry_run,
    )
    # A training reads archive and corrections; it must not see a part of what is removed.
    lock = nullcontext() if parsed.dry_run else training_lock(settings.output)
    with lock, terminated_as_by_ctrl_c():
        report = purge(settings, scope)
    if parsed.json:
        print_json(asdict(report))  # a line, so that runs can be appended to one file
    else:
        print("\n".join(report.lines()))
    if report.failed:
        failed = quantity(len(report.failed), "file or batch", "files or batches")
        raise IscoError(f"{failed} could not be removed: see above")
    return _STOPPED if report.is_stopped else 0


def _age(written: str) -> timedelta:
    if not re.fullmatch(r"\d{1,5}d", written):
        days = written if re.fullmatch(r"\d{1,5}", written) else "180"
        raise argparse.ArgumentTypeError(
            f"{written!r} is no number of days with a d behind it; expected one such as {days}d"
        )
    return timedelta(days=int(written.removesuffix("d")))
