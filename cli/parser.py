"""The whole command line: every command, and the form without one."""

from __future__ import annotations

import argparse

from cli import (
    classify,
    code,
    default,
    evaluate,
    explain,
    models,
    service,
    status,
    train,
    watch,
)
from cli.options import config_option
from cli.subprocesses import PROGRAM

_EPILOG = """\
a first session:
  isco code "lorry driver" --duties "long distance"   one record, at once
  isco classify staff.csv --out results               a file; then open report.html in its folder
  isco watch                                          drop files into inbox/, open outbox/index.html

and then:
  Answer review.html of a batch, save, and drop the corrections into inbox/: the same text is never
  wrong again. At night the model learns them, and goes into service if it is no worse.
  isco evaluate --on coded.csv                        how good it is on records of your own
  isco train --fine-tune                              learn the corrections now
  isco models list, isco models rollback              which model serves, and back

Exit codes: 0 done; 1 an error that you can act on, in one line; 2 wrong usage; 3 already running.
All settings, with comments, are in config.yaml. More: isco COMMAND --help, README.md.
"""


def make_parser() -> argparse.ArgumentParser:
    """The parser; what it parsed has ``run``, the command's function, and ``usage_error``."""
    parser = argparse.ArgumentParser(
        prog="isco",
        parents=[config_option(PROGRAM.with_name("config.yaml"))],
        description="Code job titles and duties to ISCO-08 unit groups. Without a command: prepare "
        "what\nlies in data.raw_dir, train on it and evaluate; with --skip-training, code --input.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    default.add_to(parser)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for command in (
        watch, status, service, classify, code, explain, train, evaluate, models,
    ):  # fmt: skip
        command.add_to(commands)
    return parser
