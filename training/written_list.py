"""Write a list for people as a CSV file, in which no cell runs as a formula."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from core.csv_writer import neutralise


def write_list(listed: pd.DataFrame, path: Path) -> None:
    """Write ``listed`` without its index; text that begins like a formula gets a ``'`` in front."""
    safe = listed.map(lambda cell: neutralise(cell) if isinstance(cell, str) else cell)
    safe.to_csv(path, index=False)
