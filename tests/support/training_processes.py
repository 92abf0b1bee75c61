"""Processes that train, forked from one that has loaded what a training needs.

To import torch and transformers takes each process longer than all that a test wants of it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import main

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.training.test_nightly", "training.train"])


def run_command(arguments: list[str], log: Path) -> NoReturn:
    """Run a command in this process, as a shell starts it: with its stderr in ``log``."""
    os.dup2(os.open(log, os.O_CREAT | os.O_WRONLY), 2)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the server ignores it
    sys.exit(main.main(arguments))
