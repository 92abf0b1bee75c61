"""Say that it is the standard output which cannot be written, also where it is closed."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = "standard output"


@contextmanager
def named_output() -> Iterator[None]:
    """Give an OSError of what is printed here its place; a closed pipe stays what it is."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, _NAME) from None


def open_missing_outputs() -> None:
    """Refuse what is printed where the standard output is closed; drop errors if stderr is, too.

    Python drops both without a sign, or prints the errors among the results: a command whose
    answer is lost would end as one that is done.
    """
    if sys.stdout is None:
        sys.stdout = _ClosedOutput()
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # until the exit


class _ClosedOutput(io.TextIOBase):
    def write(self, text: str) -> int:
        if text:
            raise OSError(errno.EBADF, "it is closed", _NAME)
        return 0
