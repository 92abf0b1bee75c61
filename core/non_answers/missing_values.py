"""Tell what programs write into a cell without a value: NA, NULL, nan, None, <NA>, ``.``, #N/A."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from core.non_answers.spreadsheet_errors import is_spreadsheet_error

# R, pandas, numpy, databases, and "n/a" as it is in a prepared text. People write other words, too.
MISSING_WORDS = frozenset(
    {"na", "n/a", "n a", "nan", "nat", "null", "none", r"\n", "na_character_", "na_integer_"}
)
_MISSING_OF_STATA = re.compile(r"\.[a-z]?")


def stated(cell: str) -> str:
    """Return what a cell says, without spaces around it; empty for a mark of a missing value."""
    value = cell.strip()
    return "" if is_missing_value(value) else value


class StatedCells:
    """Reads the cells of a row by the names of their columns, as ``stated`` does."""

    def __init__(self, positions: Mapping[str, int], first_position: int = 0) -> None:
        """Take the position of each column; those before the first one are left out."""
        self._positions = {n: place for n, place in positions.items() if place >= first_position}

    def __contains__(self, name: str) -> bool:
        return name in self._positions

    def get(self, row: Sequence[str], name: str) -> str:
        """Return what the cell of a column says; empty where there is no such column."""
        position = self._positions.get(name)
        return "" if position is None else stated(row[position])


def is_missing_value(cell: str) -> bool:
    """Return whether a cell is blank, punctuation alone, or a mark for a missing value."""
    word = cell.strip().casefold()
    if not any(map(str.isalnum, word)) or word.strip("<>") in MISSING_WORDS:
        return True
    return _MISSING_OF_STATA.fullmatch(word) is not None or is_spreadsheet_error(cell)
