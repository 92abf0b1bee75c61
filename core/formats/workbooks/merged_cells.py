"""Cells of a sheet that go over several rows: each of these rows has their value.

So people read them, and so the format means them. What a spreadsheet stores has the value in the
first row alone. A row that has nothing else stays empty: it is no record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from core.columns.shown_names import first_listed
from core.delimited.layout import Layout
from core.formats.workbooks.sheet_extent import MergedCell
from core.languages.message import Message

_Value = TypeVar("_Value")


class MergedCells:
    """The cells of one sheet that go over several rows."""

    def __init__(self, ranges: Iterable[MergedCell]) -> None:
        """Take the cells by their first and last place, of which rows and columns are from 0."""
        self._by_first_row: dict[int, list[tuple[int, int]]] = {}
        for (first_row, column), (last_row, _) in ranges:
            if last_row > first_row:
                self._by_first_row.setdefault(first_row, []).append((column, last_row))

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self._by_first_row)

    def filled(self, rows: Iterable[list[_Value]]) -> Iterator[list[_Value]]:
        """Yield the rows of the sheet, from its first one, with the values of merged cells."""
        open_cells: dict[int, tuple[int, _Value]] = {}
        for number, row in enumerate(rows):
            if open_cells:
                open_cells = {
                    column: cell for column, cell in open_cells.items() if cell[0] >= number
                }
                if any(map(_is_filled, row)):
                    for column, (_, value) in open_cells.items():
                        if column < len(row) and not _is_filled(row[column]):
                            row[column] = value
            for column, last_row in self._by_first_row.get(number, ()):
                if column < len(row) and _is_filled(row[column]):
                    open_cells[column] = last_row, row[column]
            yield row

    def notes(self, layout: Layout) -> list[str]:
        """Return what to say of the merged cells among the records, by the names of columns."""
        columns = [
            column
            for first_row, cells in self._by_first_row.items()
            for column, _ in cells
            if first_row >= layout.n_rows_above_records and column < len(layout.header)
        ]
        names = [repr(layout.header[column].strip()) for column in sorted(set(columns))]
        return Message.notes_of(
            len(columns),
            "{n} cell goes over several rows (in {columns}): each of these rows has its value",
            "{n} cells go over several rows (in {columns}): each of these rows has their value",
            columns=first_listed(names),
        )


def _is_filled(value: object) -> bool:
    return value not in ("", None) and not (isinstance(value, str) and not value.strip())
