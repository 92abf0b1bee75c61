"""The form without a command: ``isco`` prints its help, ``python main.py`` trains."""

from __future__ import annotations

import subprocess

import pytest

from core.settings import Settings
from tests.cli.processes import MAIN, config_of, environment, run_here


@pytest.mark.slow
def test_isco_alone_prints_its_help(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    expected = run_here(capsys, "--help")
    for arguments in ([], config_of(settings)):
        done = run_here(capsys, *arguments)
        assert done.returncode == 0 and not done.stderr
        assert done.stdout == expected.stdout and "commands:" in done.stdout


@pytest.mark.slow
def test_main_alone_trains(settings: Settings) -> None:
    done = subprocess.run(
        [*MAIN, *config_of(settings)],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 1 and not done.stdout
    assert repr(settings.data.raw_dir.name) in done.stderr  # there are no records to train on
