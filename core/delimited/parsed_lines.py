"""Parse the first lines of a delimited text, before it is known where its records begin."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from core.delimited.format_errors import Row


def parsed_leniently(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield the rows up to the first one that cannot be parsed."""
    try:
        yield from csv.reader(lines, delimiter=delimiter, strict=True)
    except csv.Error:
        return


def n_filled(row: Row) -> int:
    """Return how many cells of a row have text."""
    return sum(bool(cell.strip()) for cell in row)
