"""A log that cannot be written loses no line."""

from __future__ import annotations

import subprocess
import sys

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
