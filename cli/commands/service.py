"""``isco service``: start the daemon with the machine."""

from __future__ import annotations

import argparse
from typing import Any

from cli.options import add_command
from cli.subprocesses import PROGRAM
from core.log_lines import LOG_FORMATS
from core.settings import Settings

_ABOUT = """\
Runs `isco watch` as a service of this user: a systemd unit on Linux, a launchd agent on macOS.
"""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco service`` and its actions."""
    service = add_command(commands, "service", run, "start the daemon with the machine", _ABOUT)
    actions = service.add_subparsers(
        metavar="ACTION", title="actions", required=True, dest="action"
    )
    add_command(actions, "install", run, "show the service, write it and start it")
    add_command(actions, "uninstall", run, "stop the service and remove it")
    add_command(actions, "show", run, "show the service and whether it is installed")


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Show, install or uninstall the service."""
    from watcher import service as services

    # The format that was asked for, then the others: one of them may be what is installed.
    formats = sorted(LOG_FORMATS, key=lambda log_format: log_format != parsed.log_format)
    service, *others = [
        services.service_for(parsed.config, PROGRAM, log_format=each) for each in formats
    ]
    if parsed.action == "show":
        installed = next(filter(services.is_installed, [service, *others]), service)
        services.show(installed, print)
    elif parsed.action == "install":
        services.install(service, print)
    else:
        services.uninstall(service, print)
