"""Misspelt commands, options and values."""

from __future__ import annotations

import pytest

from cli.suggestions import did_you_mean
from tests.cli.processes import run_script


@pytest.mark.slow
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
def test_what_was_meant_is_suggested(arguments: list[str], meant: str) -> None:
    done = run_script(*arguments)
    assert done.returncode == 2 and not done.stdout
    assert done.stderr.decode().endswith(f"; did you mean {meant!r}?\n")


def test_an_unknown_option_shows_the_usage_of_its_command() -> None:
    done = run_script("status", "--bogus", "x")
    assert done.returncode == 2
    assert done.stderr.startswith(b"usage: isco status")
    assert done.stderr.endswith(b"unrecognized arguments: --bogus x\n")


def test_nothing_is_suggested_for_a_word_that_is_like_none() -> None:
    assert did_you_mean("xyz", ["train", "watch"]) == ""
    assert did_you_mean("wacth", ["train", "watch"]) == "; did you mean 'watch'?"
