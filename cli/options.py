"""Options that several commands share, and how a command is added to the command line."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cli.suggestions import SuggestingParser
from core.log_lines import LOG_FORMATS

_PATHS = {
    "file": {"bash": "_shtab_compgen_files", "zsh": "_files", "tcsh": "f"},
    "folder": {"bash": "_shtab_compgen_dirs", "zsh": "_files -/", "tcsh": "d"},
}
"""How the shells complete a path, in shtab's words; shtab itself is loaded to print a script."""


def add_command(
    commands: Any,
    name: str,
    run: Callable[..., int | None],
    summary: str,
    about: str = "",
    *,
    needs_project: bool = True,
) -> SuggestingParser:
    """Add the command ``name`` to ``commands`` and return its parser.

    Parameters
    ----------
    commands : what ``add_subparsers`` returned.
    run : is called with the parsed arguments and the settings; returns the exit code, None for 0.
    summary : one line for the list of commands; the help of the command begins with it.
    about : the rest of the command's help, with its examples.
    needs_project : whether there must be a config.yaml; else the defaults hold where there is none.
    """
    command: SuggestingParser = commands.add_parser(
        name,
        parents=[common_options(argparse.SUPPRESS, argparse.SUPPRESS)],
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.\n\n{about}".strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run, parser=command, needs_project=needs_project)
    return command


def common_options(config: str | None, log_format: str) -> argparse.ArgumentParser:
    """Return a parent parser with ``--config`` and ``--log-format``, which every command takes.

    ``config`` and ``log_format`` are the values where they are not given.
    """
    parent = argparse.ArgumentParser(add_help=False)
    add_file(
        parent,
        "--config",
        "file of settings (default: config.yaml in the current folder, else in $ISCO_HOME, else in "
        "the checkout of the program)",
        default=config,
    )
    parent.add_argument(
        "--log-format",
        choices=LOG_FORMATS,
        default=log_format,
        help="lines of the log: text for people, or a line of JSON each (default: text)",
    )
    return parent


def add_file(command: argparse._ActionsContainer, name: str, meaning: str, **details: Any) -> None:
    """Register an argument that is the path of a file, which the shell completes.

    ``details`` are further parameters of ``add_argument``.
    """
    _add_path(command, name, meaning, _PATHS["file"], {"metavar": "FILE", **details})


def add_folder(
    command: argparse._ActionsContainer, name: str, meaning: str, **details: Any
) -> None:
    """Register an argument that is the path of a folder; see ``add_file``."""
    _add_path(command, name, meaning, _PATHS["folder"], {"metavar": "DIR", **details})


def _add_path(
    command: argparse._ActionsContainer,
    name: str,
    meaning: str,
    completion: dict[str, Any],
    details: dict[str, Any],
) -> None:
    kind = partial(_path, details.pop("type", Path))
    action = command.add_argument(name, help=meaning, type=kind, **details)
    action.complete = completion  # type: ignore[attr-defined]  # shtab reads this attribute


def _path(kind: Callable[[str], Any], written: str) -> Any:
    """Refuse an empty path, which Python takes for the current folder: a variable was not set."""
    if not written:
        raise argparse.ArgumentTypeError(
            "found an empty path; expected a path, such as . for the current folder. Look whether "
            "a variable of the shell is empty"
        )
    return kind(written)


def text_argument(written: str) -> str:
    """Return an argument as the text that was typed, also where the locale has ASCII alone.

    Python keeps bytes that the locale does not know as lone surrogates, which name no letter: the
    text would be read as another one. Raises ArgumentTypeError for bytes that are not UTF-8 either.
    """
    try:
        written.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(written).decode()
        except UnicodeDecodeError:
            raise argparse.ArgumentTypeError(
                f"found bytes that are not UTF-8 ({written!r}); expected text in UTF-8. Convert "
                "it, for instance with iconv"
            ) from None
    return written


def add_worker(command: argparse.ArgumentParser, meaning: str) -> None:
    """Register ``--worker``, the name of a daemon."""
    command.add_argument(
        "--worker",
        type=_worker_name,
        default="main",
        metavar="NAME",
        help=f"{meaning} (default: main)",
    )


def _worker_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise argparse.ArgumentTypeError(
            f"{name!r} is no name of a daemon; expected 1 to 40 letters, digits, '_' and '-'"
        )
    return name
