"""Rows as a table that the program has opened."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from core.csv_table import Table, open_table
from core.settings import Columns


def opened_table(path: Path, rows: Sequence[Sequence[str]]) -> Table:
    """Write ``rows``, the header first, to the CSV file ``path``, and open it as records."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return open_table(path, Columns().model_dump(), ("job_title",))
