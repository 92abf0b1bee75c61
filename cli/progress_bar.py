"""A progress bar on the terminal; where stderr is none, a line of the log now and then."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import InputError
from core.row_counts import quantity

_LOG = logging.getLogger(__name__)
LOG_PERIOD_S = 60.0


@contextmanager
def progress_bar(
    name: str, total: int | None, unit: str, is_estimate: bool = False
) -> Iterator[Callable[[int], None]]:
    """Show a bar with units per second and the time left while the block runs.

    Parameters
    ----------
    name : the text before the bar.
    total : how many units there are; None where that is not known.
    unit : the plural of the unit, for ``rows/s``.
    is_estimate : whether ``total`` is one.

    Yields a function to call with how many more units are done.
    """
    if not _is_terminal():
        yield _LoggedProgress(name, total, unit, is_estimate).advance
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


class _LoggedProgress:
    """Logs how far the work is, at most once in ``LOG_PERIOD_S`` seconds."""

    def __init__(self, name: str, total: int | None, unit: str, is_estimate: bool) -> None:
        self._name = name
        self._total = total
        self._unit = unit
        self._about = "about " if is_estimate else ""
        self._n_done = 0
        self._n_measured = 0  # not those of the interrupted run that this one continues
        self._start_s: float | None = None
        self._logged_s = time.monotonic()

    def advance(self, n_done: int) -> None:
        """Count ``n_done`` more units."""
        now_s = time.monotonic()
        self._n_done += n_done
        if self._start_s is None:
            self._start_s = now_s
        else:
            self._n_measured += n_done
        if now_s - self._logged_s < LOG_PERIOD_S or not self._n_measured:
            return
        self._logged_s = now_s
        rate = self._n_measured / max(now_s - self._start_s, 1e-9)
        _LOG.info("%s: %s", self._name, self._described(rate))

    def _described(self, rate: float) -> str:
        done, speed = f"{self._n_done:,}", f"{rate:,.0f} {self._unit}/s"
        if self._total is None:
            return f"{done} {self._unit}, {speed}"
        left = quantity(round(max(self._total - self._n_done, 0) / rate / 60), "minute")
        return f"{done} of {self._about}{self._total:,} {self._unit}, {speed}, about {left} left"


@contextmanager
def file_progress_bar(path: Path) -> Iterator[Callable[[int], None]]:
    """Show a bar for the rows of a file; see ``progress_bar``."""
    name = path.name if _is_terminal() else repr(path.name)
    with progress_bar(name, _n_rows(path), "rows", is_estimate=True) as advance:
        yield advance


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def _n_rows(path: Path) -> int | None:
    """Return about how many rows a file of lines has, None for a file of another format.

    Quoted line breaks make the number of lines an upper bound, good enough for an estimate.
    """
    from core.formats.file_format import FileFormat, detect_format
    from core.formats.unpacking import open_bytes

    try:
        if detect_format(path).format not in (FileFormat.CSV, FileFormat.JSONL):
            return None
        with open_bytes(path) as file:
            n_lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    except (InputError, OSError):  # it is raised where the file is read
        return None
    return max(n_lines - 1, 1)
