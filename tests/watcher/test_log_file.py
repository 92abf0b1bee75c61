"""A log that cannot be written loses no line."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

_PROGRAM = """
import logging, pathlib
from watcher.log_file import log_to
log_to(pathlib.Path("/dev/full"))
logging.error("first")
logging.error("second")
"""


def test_a_full_disk_sends_the_log_to_standard_error() -> None:
    command = [sys.executable, "-c", _PROGRAM]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    fault, first, second = done.stderr.splitlines()
    assert fault.startswith("isco: '/dev/full' cannot be written: No space left on device; ")
    assert first.endswith("ERROR first") and second.endswith("ERROR second")
