"""Records with a title and nothing else, where all others have a number or an id: headings.

A list of staff has the name of a department above its people: "Nursing:". It may also be the answer
of a person of whom nothing else is known, so it stays a record and is coded, and a note asks.
"""

from __future__ import annotations

from core.columns.value_kinds import is_number_or_code
from core.csv_table import Table
from core.formats.source import Row
from core.languages.message import Message
from core.settings_file.text_columns import JOB_TITLE


class LoneTitles:
    """The records of ``table`` that have a title and nothing else.

    They are headings only beside a column that has a name, and a value in every other record, a
    number or an id in the first ones. With fewer than three columns any record without the one
    value is so.
    """

    def __init__(self, table: Table) -> None:
        self._title = table.columns[JOB_TITLE]
        self._names = table.header
        others = [
            row
            for row in table.sample()
            if any(map(str.strip, row))
            and not self._is_alone(row)
            and not table.repeats_header(row)
        ]
        self._filled = [
            place
            for place, name in enumerate(self._names if len(self._names) > 2 and others else ())
            if name.strip()
            and place not in table.columns.values()
            and all(is_number_or_code(row[place]) for row in others)
        ]
        self._n_others = 0
        self._n = 0
        self._first = (0, "")  # the record, and its title

    def add(self, record: int, row: Row) -> None:
        """Look at the next record."""
        missing = [place for place in self._filled if not row[place].strip()]
        if not missing:
            self._n_others += 1
        elif self._is_alone(row):
            self._n += 1
            self._first = self._first if self._n > 1 else (record, row[self._title])
        elif any(map(str.strip, row)):
            self._filled = [place for place in self._filled if place not in missing]

    def notes(self) -> list[str]:
        """Return in words how many there are, with the first one."""
        if not self._filled or self._n > self._n_others:
            return []
        record, title = self._first
        return Message.notes_of(
            self._n,
            "{n} record has a title and nothing else ({text}, record {record}), and all others "
            "have a value in {column}: if it is a heading or a total, remove it",
            "{n} records have a title and nothing else (the first is {text}, record {record}), and "
            "all others have a value in {column}: if they are headings or totals, remove them",
            text=repr(" ".join(title.split())),
            record=record,
            column=repr(self._names[self._filled[0]].strip()),
        )

    def _is_alone(self, row: Row) -> bool:
        return bool(row[self._title].strip()) and sum(bool(cell.strip()) for cell in row) == 1
