"""A progress bar on the terminal; nothing is shown if stderr is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def progress_bar(name: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Show a bar with units per second and the time left while the block runs.

    Parameters
    ----------
    name : the text before the bar.
    total : how many units there are.
    unit : the plural of the unit, for ``rows/s``.

    Yields a function to call with how many more units are done.
    """
    if not sys.stderr.isatty():
        yield lambda n_done: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    # The console shows no colours if NO_COLOR is set.
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task(ascii(name)[1:-1], total=total, rate="")

        def advance(n_done: int) -> None:
            display.advance(task, n_done)
            speed = display.tasks[0].speed
            display.update(task, rate=f"{speed:,.0f} {unit}/s" if speed else "")

        yield advance


@contextmanager
def file_progress_bar(path: Path) -> Iterator[Callable[[int], None]]:
    """Show a bar for the rows of a file; see ``progress_bar``."""
    n_lines = 1
    if sys.stderr.isatty():
        with path.open("rb") as file:
            n_lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    # Quoted line breaks make the number of lines an upper bound, good enough for an estimate.
    with progress_bar(path.name, max(n_lines - 1, 1), "rows") as advance:
        yield advance
