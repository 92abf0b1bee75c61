"""The command line: as processes, as a user types it into a shell, and in this process."""

from __future__ import annotations

import logging
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress

import pytest

import main
from core.settings import Settings
from tests.conftest import CHILD_PATH, ROOT

MAIN = [sys.executable, str(ROOT / "main.py")]
"""``python main.py``, which trains if nothing else is asked for."""

SCRIPT = [sys.executable, "-c", "import sys, main; sys.exit(main.main())"]
"""The console script ``isco``, which prints its help if nothing is asked for."""


def config_of(settings: Settings) -> list[str]:
    """Return the option with the file that ``settings`` were read from."""
    return ["--config", str(settings.watcher.inbox.parent / "config.yaml")]


def environment(**variables: str) -> dict[str, str]:
    """Return the variables of this process and ``variables``, with output as a shell buffers it."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return {**inherited, "PYTHONPATH": CHILD_PATH, **variables}


def run_here(
    capsys: pytest.CaptureFixture[str], *arguments: str, prints_help: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a command in this process, which has imported already what a new one would import."""
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, []  # as in a new process: main adds that of stderr
    capsys.readouterr()
    try:
        code = main.main(arguments, prints_help=prints_help)
    finally:
        root.handlers = handlers
    return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())


def run_script(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the console script to its end."""
    return subprocess.run(
        [*SCRIPT, *arguments], input=stdin, capture_output=True, env=environment(), check=False
    )


def run_in_shell(command: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which ``isco`` is the console script."""
    script = f'isco() {{ "{SCRIPT[0]}" -c "{SCRIPT[2]}" "$@"; }}\n{command}'
    return subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env=environment(), check=False
    )


def stderr_on_a_terminal(command: list[str], variables: Mapping[str, str]) -> bytes:
    """Run a command whose stderr is a terminal, and return what it wrote there."""
    terminal, program_end = pty.openpty()
    process = subprocess.Popen(
        command, stderr=program_end, stdout=subprocess.DEVNULL, env=environment(**variables)
    )
    os.close(program_end)
    written = b""
    with suppress(OSError):  # a terminal reports its end as an error
        while part := os.read(terminal, 65536):
            written += part
    os.close(terminal)
    assert process.wait() == 0
    return written
