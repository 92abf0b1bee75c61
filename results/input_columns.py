"""Columns of the input beside title, duties and code: which of those that the settings name it has.

A column that the settings name and the input does not have is noted: another file may have it. So
are survey weights that no setting names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.columns.column_choice import best_position
from core.columns.equal_names import notes_on_read
from core.columns.shown_names import missing_column
from core.columns.survey_weights import is_named_as_weights
from core.csv_table import Table
from core.languages.message import Message
from results.reporting.weighted_shares import WeightedShares, read_weight


def review_context(table: Table, names: Sequence[str], notes: list[str]) -> dict[str, int]:
    """Return the columns of ``review.context`` by their header names, with their positions."""
    positions = {name: best_position([table.header], name, {name: (name,)}) for name in names}
    notes += [
        missing_column([name], "review.context") for name, at in positions.items() if at is None
    ]
    return {table.header[at].strip(): at for at in positions.values() if at is not None}


def weighted_shares(table: Table, names: Sequence[str], notes: list[str]) -> WeightedShares | None:
    """Return what sums the survey weights up; None without a column of weights."""
    position = best_position([table.header], "weight", {"weight": names})
    if position is None:
        if names:
            notes.append(missing_column(names, "data.columns.weight"))
        notes += _unused_weights(table)
        return None
    notes += notes_on_read([table.header], [position])
    return WeightedShares(table.header[position].strip(), position)


def _unused_weights(table: Table) -> list[str]:
    """Return a note of the columns that are named like survey weights, and hold numbers."""
    taken = set(table.columns.values())
    named = {
        position: name.strip()
        for position, name in enumerate(table.header)
        if position not in taken and is_named_as_weights(name)
    }
    sample = table.sample() if named else []
    names = [
        repr(name)
        for position, name in named.items()
        if _are_weights(row[position] for row in sample)
    ]
    if not names:
        return []
    return [
        Message.counted(
            len(names),
            "column {names} is named like survey weights and is not used: name it in "
            "data.columns.weight in the settings to weigh the shares",
            "columns {names} are named like survey weights and are not used: name one in "
            "data.columns.weight in the settings to weigh the shares",
            names=", ".join(names),
        )
    ]


def _are_weights(written: Iterable[str]) -> bool:
    """Return whether most values of a column that are not empty are weights."""
    values = [value for value in written if value.strip()]
    n_read = sum(any(read_weight(value, sign) is not None for sign in ".,") for value in values)
    return bool(values) and n_read > len(values) / 2
