"""A log that cannot be written loses no line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cli.subprocesses import start_training
from tests.conftest import ROOT
from tests.volumes import FULL_DISK, needs_full_disk

_PROGRAM = """
import logging, pathlib, sys
from watcher.log_file import log_to
log_to(pathlib.Path(sys.argv[1]))
logging.error("first")
logging.error("second")
"""


@needs_full_disk
def test_a_full_disk_sends_the_log_to_standard_error() -> None:
    command = [sys.executable, "-c", _PROGRAM, str(FULL_DISK)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    fault, first, second = done.stderr.splitlines()
    assert fault.startswith(f"isco: '{FULL_DISK}' cannot be written: No space left on device; ")
    assert first.endswith("ERROR first") and second.endswith("ERROR second")


def _log_around(change: str, log: Path) -> str:
    """Log a line before and one after the statement ``change``; return standard error."""
    program = _PROGRAM.replace('logging.error("second")', f'{change}\nlogging.error("second")')
    command = [sys.executable, "-c", program, str(log)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stderr


def test_the_log_is_there_again_after_its_folder_was_deleted(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "isco.log"
    change = "import shutil; shutil.rmtree(pathlib.Path(sys.argv[1]).parent)"
    assert _log_around(change, log) == ""
    assert log.read_text(encoding="utf-8").splitlines()[0].endswith("ERROR second")


def test_a_log_that_a_tool_of_the_machine_has_moved_begins_anew(tmp_path: Path) -> None:
    log = tmp_path / "isco.log"
    change = "pathlib.Path(sys.argv[1]).rename(sys.argv[1] + '-20261130')"
    assert _log_around(change, log) == ""
    moved = log.with_name("isco.log-20261130")
    assert moved.read_text(encoding="utf-8").endswith("ERROR first\n")
    assert log.read_text(encoding="utf-8").endswith("ERROR second\n")


def test_a_training_starts_after_the_folder_of_the_logs_was_deleted(tmp_path: Path) -> None:
    config = tmp_path / "none.yaml"
    training = start_training(config, tmp_path / "report", log=tmp_path / "logs" / "isco.log")
    assert training.wait() == 1
    assert str(config) in (tmp_path / "logs" / "training.log").read_text(encoding="utf-8")
