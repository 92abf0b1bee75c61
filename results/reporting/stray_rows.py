"""Rows that are no records and stand among them: subtotals, headings, headers of joined files.

A spreadsheet writes "Welder Total" below the welders. Who puts files one below the other leaves the
names of their columns between the records. Both are records, because the rows of a table are never
left out from its middle; a header gets no code (``core/columns/record_text.py``), and the receipt
says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from core.csv_table import Table
from core.formats.source import Row
from core.languages.message import Message
from core.letters.accents import plain_letters
from core.non_answers.spreadsheet_words import SpreadsheetWord, spreadsheet_words
from core.settings_file.text_columns import JOB_TITLE
from core.text import clean
from results.reporting.lone_titles import LoneTitles


class StrayRows:
    """How many records of ``table`` are subtotals of those above, headings, or its header again."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._title = table.columns[JOB_TITLE]
        self._n_records = 0
        self._above = ""  # the last title that is no subtotal
        self._n_totals = 0
        self._first_total: tuple[int, str] | None = None  # its record and its title
        self._n_headers = 0
        self._first_header = 0
        self._lone_titles = LoneTitles(table)

    def add(self, chunk: Iterable[Row]) -> None:
        """Look at the records of one chunk, in the order of the file."""
        for row in chunk:
            self._n_records += 1
            title = row[self._title]
            if self._table.repeats_header(row):
                self._n_headers += 1
                self._first_header = self._first_header or self._n_records
            elif self._is_total(title):
                self._n_totals += 1
                self._first_total = self._first_total or (self._n_records, title)
            else:
                self._lone_titles.add(self._n_records, row)
                self._above = title if title.strip() else self._above

    def notes(self) -> list[str]:
        """Return in words how many there are of each kind, with the first one."""
        record, title = self._first_total or (0, "")
        return [
            *Message.notes_of(
                self._n_headers,
                "{n} record has the names of the columns and got no code (record {record}): if "
                "files were put one below the other, remove it",
                "{n} records have the names of the columns and got no code (the first is "
                "record {record}): if files were put one below the other, remove them",
                record=self._first_header,
            ),
            *Message.notes_of(
                self._n_totals,
                "{n} record was coded that looks like a total of those above it ({text}, "
                "record {record}): remove it",
                "{n} records were coded that look like totals of those above them ({text}, "
                "record {record}): remove them",
                text=repr(" ".join(title.split())),
                record=record,
            ),
            *self._lone_titles.notes(),
        ]

    def _is_total(self, title: str) -> bool:
        """Whether a title is that of the record above, with a word for a total."""
        n_more = len(title) - len(self._above)
        # Most titles are told apart by their letters alone.
        if not self._above or n_more < 2 or self._above not in title:
            return False
        words, above = _plain(title), _plain(self._above)
        rest = words.removeprefix(above) if words.startswith(above) else words.removesuffix(above)
        return rest.strip() in _totals()


def _plain(text: str) -> str:
    return plain_letters(clean(text))


@cache
def _totals() -> frozenset[str]:
    return frozenset(map(_plain, spreadsheet_words(SpreadsheetWord.TOTAL)))
