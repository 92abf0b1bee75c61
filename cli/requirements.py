"""Checks of what a command needs before it starts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import IscoError


def require_file(path: Path) -> None:
    """Raise IscoError if there is no file at ``path``."""
    if not path.is_file():
        raise IscoError(f"{str(path)!r} is not a file; expected a CSV with a column of job titles")


def require_posix(command: str) -> None:
    """Raise IscoError on Windows, which lacks what publishing whole results needs."""
    if sys.platform == "win32":
        raise IscoError(
            f"isco {command} runs on Linux and macOS, not on Windows; put the files from Windows "
            "into a folder that a Linux machine or a Mac shares and watches, or use the Windows "
            "Subsystem for Linux (WSL)"
        )


@contextmanager
def require_extra(extra: str, purpose: str) -> Iterator[None]:
    """Raise IscoError with the ``pip install`` line if an import within the block is missing.

    Parameters
    ----------
    extra : the optional dependencies of ``pyproject.toml`` that the imports belong to.
    purpose : what needs them; the error begins with it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise IscoError(
            f'{purpose} needs {error.name!r}: run .venv/bin/pip install -e ".[{extra}]"'
        ) from None
