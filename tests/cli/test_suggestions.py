"""Misspelt commands, options and values."""

from __future__ import annotations

import argparse

import pytest

from cli.default import OPTIONS
from cli.parser import COMMANDS, make_parser, parse
from cli.suggestions import did_you_mean
from tests.cli.processes import run_here


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["clasify", "x.csv", "--out", "y"], "classify"),
        (["models", "rolback"], "rollback"),
        (["service", "instal"], "install"),
        (["classify", "x.csv", "--out", "y", "--engine", "rai"], "ray"),
        (["classify", "x.csv", "--out", "y", "--format", "parkuet"], "parquet"),
        (["--print-completion", "bsh"], "bash"),
        (["train", "--fine-tuen"], "--fine-tune"),
        (["evaluate", "--on", "x.csv", "--modle=y"], "--model"),
    ],
)
def test_what_was_meant_is_suggested(
    arguments: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        parse(arguments, prints_help=True)
    output, errors = capsys.readouterr()
    assert left.value.code == 2 and not output
    assert errors.endswith(f"; did you mean {meant!r}?\n")


@pytest.mark.parametrize("command", ["models", "service"])
def test_the_actions_of_a_command_are_named(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = {"models": "list", "service": "install"}[command]
    with pytest.raises(SystemExit) as left:
        parse([command], prints_help=True)
    assert left.value.code == 2
    errors = capsys.readouterr().err
    assert f"are required: ACTION, one of {first}, " in errors
    assert errors.endswith(f"; for instance 'isco {command} {first}'\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("classify x.csv", "--out DIR (folder of the results); for instance 'isco classify staff."),
        ("classify", "FILE, --out DIR (folder of the results); for instance 'isco classify staff."),
        (
            "evaluate",
            "--on FILE (file with job titles and a column isco_code); for instance 'isco ",
        ),
        ("purge", "such as 180d); for instance 'isco purge --older-than 180d --dry-run'\n"),
    ],
)
def test_an_option_that_is_missing_is_explained(
    arguments: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        parse(arguments.split(), prints_help=True)
    assert left.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("written", "days"), [("1", "1"), ("90", "90"), ("six months", "180")])
def test_the_unit_of_days_is_named(
    written: str, days: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(["purge", "--older-than", written], prints_help=True)
    errors = capsys.readouterr().err
    said = f"{written!r} is no number of days with a d behind it; expected one such as {days}d\n"
    assert errors.endswith(said)


def test_an_unknown_option_shows_the_usage_of_its_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = run_here(capsys, "status", "--bogus", "x")
    assert done.returncode == 2
    assert done.stderr.startswith("usage: isco status")
    assert done.stderr.endswith("unrecognized arguments: --bogus x\n")


def test_nothing_is_suggested_for_a_word_that_is_like_none() -> None:
    assert did_you_mean("xyz", ["train", "watch"]) == ""
    assert did_you_mean("--nosuch", ["--out", "--json"]) == ""
    assert did_you_mean("wacth", ["train", "watch"]) == "; did you mean 'watch'?"


@pytest.mark.parametrize(
    "line",
    [
        "--fine-tune train",
        "--fine train",
        "--explain classify x.csv --out y",
        "--expl classify x.csv --out y",
        "--input=x.csv status",
    ],
)
def test_an_option_before_its_command_is_not_forgotten(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as wrong:
        parse(line.split(), prints_help=True)
    assert wrong.value.code == 2
    assert "stands behind the command" in capsys.readouterr().err


def test_the_commands_and_the_options_without_one_are_those_of_the_parser() -> None:
    actions = make_parser()._actions
    (commands,) = (a for a in actions if isinstance(a, argparse._SubParsersAction))
    assert list(commands.choices) == list(COMMANDS)
    options = {option for action in actions for option in action.option_strings}
    common = {"-h", "--help", "--version", "--config", "--log-format", "--print-completion"}
    assert options - OPTIONS == common
