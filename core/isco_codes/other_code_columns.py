"""Name the columns of ISCO codes in a table beside the one that is compared."""

from __future__ import annotations

from core.csv_table import Table
from core.isco_codes.code_column import CODE_COLUMN, CodeReader, may_hold_isco_08
from core.languages.message import Message


def codes_not_compared(table: Table, compared: str | None) -> list[str]:
    """Return a note that names further columns of ISCO codes, none where there is no other.

    Their names and their first records tell them. ``compared`` is the name of the column that is
    compared, None where none is.
    """
    known = {compared, *table.other_columns.get(CODE_COLUMN, ())}  # the others are noted already
    positions = [
        position
        for position, name in enumerate(table.header)
        if name.strip() not in known and may_hold_isco_08(name)
    ]
    if not positions:
        return []
    sample = table.sample()
    names = ", ".join(
        repr(table.header[position].strip())
        for position in positions
        if CodeReader(row[position] for row in sample).has_codes
    )
    if not names:
        return []
    if compared:
        return [
            Message(
                "columns with ISCO codes that were not compared: {names}; {column!r} was",
                names=names,
                column=compared,
            )
        ]
    return [
        Message(
            "columns with ISCO codes that were not compared: {names}; to compare the codes of one, "
            "call it {column!r}",
            names=names,
            column=CODE_COLUMN,
        )
    ]
