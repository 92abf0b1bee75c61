"""``isco service``: the daemon runs when the machine runs."""

from __future__ import annotations

import argparse
from typing import Any

from cli.options import add_command
from cli.subprocesses import PROGRAM
from core.settings import Settings

_ABOUT = """\
`isco watch` as a service of this user: a systemd unit on Linux, a launchd agent on a Mac.
"""


def add_to(commands: Any) -> None:
    """What it takes."""
    service = add_command(commands, "service", run, "run when the machine runs", _ABOUT)
    steps = service.add_subparsers(metavar="ACTION", title="actions", required=True, dest="step")
    add_command(steps, "install", run, "show the service, write it and start it")
    add_command(steps, "uninstall", run, "stop it and remove it")
    add_command(steps, "show", run, "what would be written, and whether it is")


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Show the service, install it or take it away."""
    from watcher import service as services

    service = services.service_for(parsed.config, PROGRAM)
    if parsed.step == "show":
        services.show(service, print)
    elif parsed.step == "install":
        services.install(service, print)
    else:
        services.uninstall(service, print)
