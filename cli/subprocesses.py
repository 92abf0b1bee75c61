"""Commands that the daemon runs as child processes: the nightly training and the explanations."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from core.log_lines import TEXT
from watcher.service import LOG_NAME

PROGRAM = Path(__file__).resolve().parents[1] / "main.py"
# Beside the log of the daemon; each holds the output of the last child alone.
_TRAINING_LOG = "training.log"
_EXPLAINING_LOG = "explaining.log"


def start_training(
    config: Path, report_dir: Path, log: Path | None = None, log_format: str = TEXT
) -> subprocess.Popen[bytes]:
    """Start ``isco train --fine-tune`` and return its process.

    Parameters
    ----------
    report_dir : a new folder, where the training publishes its report.
    log : the log of the daemon; beside it, ``training.log`` takes the output, or for example
        ``two-training.log`` beside ``two.log``. None for the terminal.
    """
    command = ["train", "--fine-tune", "--report-dir", str(report_dir.resolve())]
    command += ["--log-format", log_format]
    return _start(command, config, _beside(log, _TRAINING_LOG))


def start_explaining(
    config: Path, log: Path | None = None, log_format: str = TEXT
) -> subprocess.Popen[bytes]:
    """Start ``isco explain`` and return its process.

    ``log`` is the log of the daemon; ``explaining.log`` beside it takes the output as that of a
    training does, or the terminal for None.
    """
    return _start(["explain", "--log-format", log_format], config, _beside(log, _EXPLAINING_LOG))


def _beside(log: Path | None, name: str) -> Path | None:
    """Return the log of a child; daemons whose logs share a folder have each their own."""
    if log is None:
        return None
    return log.with_name(name if log.name == LOG_NAME else f"{log.stem}-{name}")


def _start(command: Sequence[str], config: Path, log: Path | None) -> subprocess.Popen[bytes]:
    """Start a command; its output goes to ``log``, or to this terminal for None."""
    if log is not None:  # somebody may have deleted old logs with their folder
        log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") if log is not None else nullcontext() as output:
        # A session of its own: Ctrl-C stops the daemon, and the daemon stops its child.
        return subprocess.Popen(
            [sys.executable, str(PROGRAM), *command, "--config", str(config.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
