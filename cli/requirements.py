"""What a command cannot start without, and the line that says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import IscoError


def need_file(path: Path) -> None:
    """Raise IscoError where there is no file to read."""
    if not path.is_file():
        raise IscoError(f"{str(path)!r} is not a file; expected a CSV with a column of job titles")


@contextmanager
def need_extra(extra: str, what: str) -> Iterator[None]:
    """Around the imports of ``what``: one that is missing names the extra to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise IscoError(
            f'{what} needs {error.name!r}: run .venv/bin/pip install -e ".[{extra}]"'
        ) from None
