"""How the progress of one file is displayed; the command line passes a display of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from core.row_counts import Progress, no_progress

ProgressDisplay = Callable[[Path], AbstractContextManager[Progress]]


def no_display(path: Path) -> AbstractContextManager[Progress]:
    """Display no progress, for a daemon without a terminal."""
    return nullcontext(no_progress)
