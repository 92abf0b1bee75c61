"""A command as a process of its own: the daemon's night, and its explanations."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1] / "main.py"
_TRAINING, _EXPLAINING = "training.log", "explaining.log"  # of the last child, beside the log


def start_training(
    config: Path, report_dir: Path, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """The night's training; beside ``log`` it has one, of this night."""
    command = ["train", "--fine-tune", "--report-dir", str(report_dir.resolve())]
    return _start(command, config, _beside(log, _TRAINING))


def start_explaining(config: Path, log: Path | None = None) -> subprocess.Popen[bytes]:
    """The explanations that wait; beside ``log`` they have one, of this child."""
    return _start(["explain"], config, _beside(log, _EXPLAINING))


def _beside(log: Path | None, name: str) -> Path | None:
    return log.with_name(name) if log is not None else None


def _start(command: Sequence[str], config: Path, log: Path | None) -> subprocess.Popen[bytes]:
    """It logs to ``log`` or to this terminal."""
    with log.open("wb") if log is not None else nullcontext() as said:
        # A session of its own: Ctrl-C stops the daemon, and the daemon stops its child.
        return subprocess.Popen(
            [sys.executable, str(PROGRAM), *command, "--config", str(config.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
