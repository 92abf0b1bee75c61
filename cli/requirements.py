"""Checks of what a command needs before it starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import IscoError


def require_file(path: Path) -> None:
    """Raise IscoError if there is no file at ``path``."""
    if not path.is_file():
        raise IscoError(f"{str(path)!r} is not a file; expected a CSV with a column of job titles")


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
