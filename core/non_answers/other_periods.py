"""Jobs that stand in the column of another period, where the chosen column names no job.

A survey may ask for the job of the last seven days and for that of the last twelve months. One of
the columns is read, for all records alike: the period is a concept of the survey, and who has no
job in it belongs to those without one: the cell is empty, or says "retired" or "unemployed". The
receipt says how many have a job in the other period alone, since their rows get no code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.columns.questions.reference_periods import is_of_a_year
from core.csv_table import Table
from core.formats.source import Row
from core.languages.message import Message
from core.non_answers.answers_beside import column_names, is_answer
from core.settings_file.text_columns import DUTIES, JOB_TITLE

_SETTING = f"data.columns.{JOB_TITLE}"


class OtherPeriods:
    """How many records of ``table`` have a job in a column of another period alone."""

    def __init__(self, table: Table) -> None:
        names, title = column_names(table), table.columns[JOB_TITLE]
        others = set(table.other_columns.get(JOB_TITLE, ()))
        self._table = table
        self._name = names[title]
        self._columns = {
            place: name
            for place, name in enumerate(names)
            if name in others and is_of_a_year(name) != is_of_a_year(self._name)
        }
        self._n_records: Counter[int] = Counter()

    def add(self, chunk: Iterable[Row]) -> None:
        """Count the records of one chunk."""
        for row in chunk if self._columns else ():
            places = [place for place in self._columns if is_answer(row[place])]
            if places and not self._names_a_job(row):
                self._n_records[places[0]] += 1

    def _names_a_job(self, row: Row) -> bool:
        """Whether the title or the duties of the chosen period tell of a job."""
        return any(is_answer(self._table.get(row, name)) for name in (JOB_TITLE, DUTIES))

    def notes(self) -> list[str]:
        """Return in words how many there are in which column."""
        return [
            note
            for place, name in self._columns.items()
            for note in Message.notes_of(
                self._n_records[place],
                "{n} record names no job in {column!r} and has a job in {other!r}, which was not "
                "read: if its period counts, name that column in {setting}",
                "{n} records name no job in {column!r} and have a job in {other!r}, which was "
                "not read: if its period counts, name that column in {setting}",
                column=self._name,
                other=name,
                setting=_SETTING,
            )
        ]
