"""A command's place in the command line, and the options that commands share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any


def add_command(
    commands: Any, name: str, run: Callable[..., int | None], summary: str, about: str = ""
) -> argparse.ArgumentParser:
    """Add a command: ``summary`` stands in the list of commands, ``about`` in its own help, too.

    ``run`` gets the parsed arguments and the settings; what it returns is the exit code.
    """
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        parents=[config_option(argparse.SUPPRESS)],
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.\n\n{about}".strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run, usage_error=command.error)
    return command


def config_option(default: Path | str) -> argparse.ArgumentParser:
    """``--config``, which every command takes."""
    option = argparse.ArgumentParser(add_help=False)
    option.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=default,
        help="settings (default: config.yaml beside main.py)",
    )
    return option


def add_worker(command: argparse.ArgumentParser, meaning: str) -> None:
    """``--worker``, the name of a daemon."""
    command.add_argument(
        "--worker", type=_worker_name, default="main", metavar="NAME", help=meaning
    )


def _worker_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise argparse.ArgumentTypeError(f"{name!r} has more than 40 letters, digits, '_' and '-'")
    return name
