"""Find the header of another table below the records of a table.

A workbook has "Former staff" below the staff, and two exports are put one below the other. Without
a word the titles of the second table would be coded as those of the first one. A header that is
repeated as a whole is none of these: the table goes on below it.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.columns.header_names import column_key, match
from core.columns.other_jobs import is_about_another_job
from core.columns.value_kinds import is_number_or_code
from core.csv_writer import BOM
from core.delimited.format_errors import another_table
from core.formats.source import Row, Source
from core.settings_file.text_columns import JOB_TITLE

_MAX_HEADINGS = 2  # so many lines of text may stand between an empty row and the header
_N_ID_ROWS = 50  # so many records tell whether the first column has ids


class SecondTable:
    """Looks at the rows of one table for names of its columns, with other names beside them."""

    def __init__(self, path: Source, header: Row, title: int, sheet: str) -> None:
        """Take the header, the position of the titles, and the sheet of a workbook, else ""."""
        self._path, self._sheet = path, sheet
        self._names = list(map(column_key, header))
        self._first_name = header[0].strip().casefold()
        self._title = title
        self._n_rows = 0
        self._has_ids = True
        self._n_headings: int | None = None  # since the last empty row, None after a record

    def check(self, line: int, row: Row) -> None:
        """Look at the next row; an empty one has no fields, or empty ones.

        Raises InputError for a row that has a name of a column in its place and another name for
        the titles, and no number: two such names, or one below an empty row where the titles have
        the name of other titles, or the records have ids.
        """
        first = row[0].lstrip(BOM).strip() if row else ""
        if not first and not any(map(str.strip, row)):
            self._n_headings = 0
            return
        is_apart = self._n_headings is not None
        if is_apart and self._is_heading(row):
            return
        self._n_headings = None
        is_begun = bool(first) and first.casefold() == self._first_name
        if is_apart or is_begun:
            names = [cell.lstrip(BOM) for cell in row]
            if self._is_header(names, is_apart):
                raise another_table(self._path, names, line).in_sheet(self._sheet)
        if self._n_rows < _N_ID_ROWS:
            self._n_rows += 1
            self._has_ids = self._has_ids and (not first or is_number_or_code(first))

    def _is_heading(self, row: Row) -> bool:
        """Whether a row below an empty one has a text alone; count it."""
        if sum(1 for cell in row if cell.strip()) > 1 or self._n_headings == _MAX_HEADINGS:
            return False
        self._n_headings = (self._n_headings or 0) + 1
        return True

    def _is_header(self, row: Row, is_apart: bool) -> bool:
        cells = list(map(column_key, row))
        common = [
            place
            for place, (cell, name) in enumerate(zip(cells, self._names, strict=False))
            if cell and cell == name
        ]
        title = cells[self._title] if self._title < len(cells) else ""
        if not common or title in ("", self._names[self._title]):
            return False
        if any(map(is_number_or_code, filter(str.strip, row))):
            return False
        if len(common) > 1:
            return True
        is_id = common == [0] and self._n_rows > 0 and self._has_ids
        return is_apart and (is_id or _names_titles(row, self._title))


def _names_titles(row: Sequence[str], place: int) -> bool:
    """Whether a name is one of titles, or of those of somebody else: "Former occupation"."""
    return match(row[place], JOB_TITLE) is not None or is_about_another_job([row], place)
