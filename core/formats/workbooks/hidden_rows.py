"""Rows of a sheet that a filter or a person hides: they are records like the others, with a note.

A filter is a view of a table. Who has filtered it may expect that the visible rows alone are coded.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.delimited.layout import Layout
from core.languages.message import Message


class HiddenRows:
    """The hidden rows of one sheet that are filled."""

    def __init__(self, rows: Sequence[int]) -> None:
        """Take the numbers of the rows, from 0."""
        self._rows = rows

    def notes(self, layout: Layout) -> list[str]:
        """Return what to say of the hidden rows among the records."""
        n_hidden = sum(row >= layout.n_rows_above_records for row in self._rows)
        if not n_hidden:
            return []
        return [
            Message.counted(
                n_hidden,
                "{n} row that is hidden or filtered out was read like the others; to leave it "
                "out, delete it",
                "{n} rows that are hidden or filtered out were read like the others; to leave "
                "them out, delete them",
            )
        ]
