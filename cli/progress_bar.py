"""A bar on the terminal with units/s and time left; silence where no terminal is attached."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def bar(name: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """A bar for ``total`` units; what it gives is told how many more are done."""
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
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task(ascii(name)[1:-1], total=total, rate="")

        def advance(n_done: int) -> None:
            display.advance(task, n_done)
            speed = display.tasks[0].speed
            display.update(task, rate=f"{speed:,.0f} {unit}/s" if speed else "")

        yield advance


@contextmanager
def file_bar(path: Path) -> Iterator[Callable[[int], None]]:
    """A bar for the rows of a file."""
    n_lines = 1
    if sys.stderr.isatty():
        with path.open("rb") as file:
            n_lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    # Quoted line breaks make the number of lines an upper bound, good enough for an estimate.
    with bar(path.name, max(n_lines - 1, 1), "rows") as advance:
        yield advance
