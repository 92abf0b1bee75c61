"""Columns of the input beside title, duties and code: which of those that the settings name it has.

A column that the settings name and the input does not have is noted: another file may have it.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.columns.column_choice import best_position
from core.columns.shown_names import missing_column
from core.csv_table import Table
from results.reporting.weighted_shares import WeightedShares


def review_context(table: Table, names: Sequence[str], notes: list[str]) -> dict[str, int]:
    """Return the columns of ``review.context`` by their header names, with their positions."""
    positions = {name: best_position([table.header], name, (name,)) for name in names}
    notes += [
        missing_column([name], "review.context") for name, at in positions.items() if at is None
    ]
    return {table.header[at].strip(): at for at in positions.values() if at is not None}


def weighted_shares(table: Table, names: Sequence[str], notes: list[str]) -> WeightedShares | None:
    """Return what sums the survey weights up; None without a column of weights."""
    if not names:
        return None
    position = best_position([table.header], "weight", names)
    if position is None:
        notes.append(missing_column(names, "data.columns.weight"))
        return None
    return WeightedShares(table.header[position].strip(), position)
