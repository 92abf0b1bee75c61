"""What takes long to make is made once in a run of tests, also of several processes.

pytest makes a fixture of a session once in each process.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder ``name`` of this run; the process that is first to ask has it made.

    ``make`` is given a folder that is there and empty. Whatever it leaves there is for reading
    alone: the tests of every process have the same folder.
    """
    own = factory.getbasetemp()
    # pytest-xdist gives each process a folder in the folder of the run.
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            unfinished = folder.with_name(f"{name}.unfinished")
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder
