"""Rows as a table that the program has opened."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.csv_table import Table, open_table
from core.settings import Columns


def opened_table(path: Path, rows: Sequence[Sequence[str]]) -> Table:
    """Write ``rows``, the header first, to the CSV file ``path``, and open it as records."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return open_table(path, Columns().model_dump(), ("job_title",))


def counted_notes(counter: Callable[[Table], Any], table: Table) -> list[str]:
    """Return the notes of a ``counter`` that was given the records, two at a time."""
    counted = counter(table)
    for chunk in table.chunks(2):
        counted.add(chunk)
    notes: list[str] = counted.notes()
    return notes
