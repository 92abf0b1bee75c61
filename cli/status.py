"""``isco status``: what the daemon says of itself."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from cli.options import add_command, add_worker
from core.settings import Settings

_ABOUT = """\
What it does, what waits and for what, and what came out last. The exit code is 0 where it is well
and 1 where it is not: a line for your monitoring.
"""


def add_to(commands: Any) -> None:
    """What it takes."""
    status = add_command(commands, "status", run, "is the daemon alive", _ABOUT)
    status.add_argument("--json", action="store_true", help="the whole status as JSON")
    add_worker(status, "of a named daemon")


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print it; 0 where the daemon is well, else 1."""
    from watcher.status.status import Health, describe, judge, read_status

    status, moment = read_status(settings.watcher.outbox, parsed.worker), datetime.now(UTC)
    verdict = judge(status, moment)
    if parsed.json:
        print(json.dumps({**asdict(verdict), **status.model_dump(mode="json")}, indent=2))
    else:
        print(describe(status, verdict, moment))
    return 0 if verdict.health is Health.WELL else 1
