"""Write CSV files that every spreadsheet opens as they are, and that run no formula there."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

BOM = "\ufeff"  # before the header of each file, as a spreadsheet wants it
_FORMULA_STARTS = frozenset("=+-@\t\r\n")
_PLAIN_NUMBER = re.compile(r"[+-][\d.,\s%]*")


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet may run ``cell`` as a formula; a number with a sign is none."""
    return cell[:1] in _FORMULA_STARTS and _PLAIN_NUMBER.fullmatch(cell) is None


def has_formula(row: Sequence[str]) -> bool:
    """Whether a spreadsheet may run a cell of ``row`` as a formula."""
    starts = [cell[:1] for cell in row]
    return not _FORMULA_STARTS.isdisjoint(starts) and any(map(is_formula, row))


def neutralise(cell: str) -> str:
    """Return ``cell``, changed so that a spreadsheet shows it as text and runs no formula."""
    return "'" + cell if is_formula(cell) else cell


def row_writer(neutralises: bool) -> Callable[[list[str]], list[str]]:
    """Return how the input's own cells are written: unchanged, or with no formula among them."""
    if not neutralises:
        return lambda row: row
    return lambda row: [neutralise(cell) for cell in row]


class Writer:
    """Writes rows to an open text file, with quotes where needed and line ends of RFC 4180."""

    def __init__(self, file: TextIO, header: Sequence[str], delimiter: str = ",") -> None:
        # With "\n" alone the csv module would not quote a field with "\r": it would be read as two
        # records.
        self._writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        self._writer.writerow(header)

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Append ``rows`` in order."""
        self._writer.writerows(rows)
