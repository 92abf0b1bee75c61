"""``isco service``: start the daemon with the machine."""

from __future__ import annotations

import argparse
from typing import Any

from cli.options import add_command
from cli.subprocesses import PROGRAM
from core.settings import Settings

_ABOUT = """\
Runs `isco watch` as a service of this user: a systemd unit on Linux, a launchd agent on macOS.
"""


def add_to(commands: Any) -> None:
    """Register the arguments of ``isco service`` and its actions."""
    service = add_command(commands, "service", run, "start the daemon with the machine", _ABOUT)
    service.set_defaults(log_format=None)  # that of the service that is installed
    actions = service.add_subparsers(
        metavar="ACTION", title="actions", required=True, dest="action"
    )
    add_command(actions, "install", run, "show the service, write it and start it")
    add_command(actions, "uninstall", run, "stop the service and remove it")
    add_command(actions, "show", run, "show the service and whether it is installed")


def run(parsed: argparse.Namespace, settings: Settings) -> None:
    """Show, install or uninstall the service."""
    from watcher import service as services

    service = services.service_for(parsed.config, PROGRAM)
    # "Install it again" after an update, or after a move, must not change the lines of the log.
    log_format = parsed.log_format or services.installed_log_format(service)
    service = services.service_for(parsed.config, PROGRAM, log_format=log_format)
    if parsed.action == "show":
        services.show(service, print)
    elif parsed.action == "install":
        services.install(service, print)
    else:
        services.uninstall(service, print)
