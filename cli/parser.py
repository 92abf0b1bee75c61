"""The whole command line: every command, and the form without a command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from cli import default, version
from cli.commands import (
    check,
    classify,
    code,
    coders,
    evaluate,
    explain,
    init,
    models,
    purge,
    serve,
    service,
    status,
    train,
    watch,
)
from cli.options import common_options
from cli.suggestions import SuggestingParser
from core.log_lines import TEXT

_SHELLS = ("bash", "zsh", "tcsh")
COMMANDS = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        init,
        watch,
        status,
        service,
        classify,
        code,
        serve,
        explain,
        train,
        evaluate,
        coders,
        models,
        purge,
        check,
    )
}
"""The commands in the order of the help, each with its module."""


class _PrintCompletion(argparse.Action):
    """Prints the completion script of a shell, and ends the program."""

    def __call__(self, parser: argparse.ArgumentParser, *arguments: Any) -> None:
        import shtab  # with what it imports, a tenth of the time of `isco code`

        # By the class shtab tells that no argument follows.
        self.__class__ = shtab.completion_action()
        self(parser, *arguments)


_DESCRIPTION = """\
Code job titles and duties to ISCO-08 unit groups. Without a command, isco prints this help, and
python main.py prepares the records in data.raw_dir, trains a model on them and evaluates it.
"""
_EPILOG = """\
a first session:
  isco code "lorry driver" --duties "long distance"   code one record
  isco classify staff.csv --out results               code a file, then open its report.html
  isco watch                                          code every file that is put into inbox/

then:
  Open review.html of a result, correct it, save it, and put the corrections into inbox/: the same
  text gets the corrected code from then on. At night a model is trained on the corrections, and it
  goes into service if it is no worse.
  isco evaluate --on coded.csv                        measure the model on your own coded records
  isco train --fine-tune                              train on the corrections now
  isco models list, isco models rollback              list the versions, go back to the one before

shell completion:
  isco --print-completion bash > ~/.local/share/bash-completion/completions/isco

Exit codes: 0 done; 1 an error that you can act on, in one line; 2 wrong usage; 3 the same work is
already running; 4 isco check has warnings; 130 stopped with Ctrl-C, which is 0 for isco watch.
All settings, with comments, are in config.yaml. More: isco COMMAND --help, README.md.
"""


def parse(arguments: Sequence[str] | None, *, prints_help: bool) -> argparse.Namespace:
    """Parse a command line, ``sys.argv`` for None.

    Parameters
    ----------
    prints_help : whether a command line that asks for nothing prints the help, as ``isco`` does;
        else it trains, as ``python main.py`` does.

    Returns the arguments with ``run``, the function of the command, and ``parser``, its parser.
    Raises SystemExit: with code 2 for wrong usage, with code 0 once help or completion is printed.
    """
    parser = make_parser()
    _refuse_misplaced(parser, sys.argv[1:] if arguments is None else arguments)
    parsed, unknown = parser.parse_known_args(arguments)
    if unknown:
        parsed.parser.reject(unknown)
    if parsed.run is version.run:
        parsed.needs_project = parsed.works_in_project = False
    if prints_help and default.asks_for_nothing(parsed):
        parser.print_help()
        parser.exit()
    return parsed


def _refuse_misplaced(parser: SuggestingParser, arguments: Sequence[str]) -> None:
    """End the program where an option stands before its command: argparse would forget it."""
    place = next((n for n, word in enumerate(arguments) if word in COMMANDS), 0)
    for word in arguments[:place]:
        start = word.partition("=")[0]  # argparse takes the start of an option for the option
        if len(start) > 2 and any(option.startswith(start) for option in default.OPTIONS):
            parser.error(f"{word} stands behind the command: isco {arguments[place]} {word}")


def make_parser() -> SuggestingParser:
    """Return the parser of the whole command line."""
    parser = SuggestingParser(
        prog="isco",
        parents=[common_options(None, TEXT)],
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # Most commands log to the terminal alone, and all but isco init use the folders of a project.
    parser.set_defaults(log=None, works_in_project=True)
    version.add_to(parser)
    parser.add_argument(
        "--print-completion",
        action=_PrintCompletion,
        choices=_SHELLS,
        help="print the completion script of a shell",
    )
    default.add_to(parser)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for module in COMMANDS.values():
        module.add_to(commands)
    return parser
