"""``isco status``: whether the daemon works, and on what."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from cli.json_output import print_json
from cli.options import add_command, add_worker
from core.settings import Settings

_ABOUT = """\
Shows what the daemon does, which files wait and for what, and the last results. The exit code is 0
if the daemon works and 1 if it does not, for use in monitoring.
"""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco status``."""
    command = add_command(commands, "status", run, "show whether the daemon works", _ABOUT)
    command.add_argument("--json", action="store_true", help="print the whole status as JSON")
    add_worker(command, "name of the daemon to ask about")


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print the status; return 0 if the daemon works, else 1."""
    from watcher.status.description import describe
    from watcher.status.outbox_access import with_outbox
    from watcher.status.status import Health, judge
    from watcher.status.status_file import read_status, status_file_name

    status = read_status(settings.watcher.outbox, parsed.worker)
    now = datetime.now(UTC)
    path = settings.watcher.outbox / status_file_name(parsed.worker)
    report = with_outbox(judge(status, now), status, path)
    if parsed.json:
        print_json({**asdict(report), **status.model_dump(mode="json")}, indent=2)
    else:
        print(describe(status, report, now))
    return 0 if report.health is Health.OK else 1
