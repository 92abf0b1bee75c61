"""Answers that stand beside the column of titles, where the title itself states nothing.

Survey programs write "Other" into a column of choices, and the occupation into one of its own:
SurveyMonkey into one without a name, KoBo into ``occupation_other``. A form in several languages
has a column for each (``occupation_fr``), and so has one that asks women and men apart. Such a
column is not read. The receipt says how many answers stand in it alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.columns.else_words import is_only_another_answer
from core.columns.other_jobs import is_about_another_job
from core.columns.questions.reference_periods import goes_with_title, is_period_alone
from core.columns.shown_names import shown_text
from core.csv_table import Table
from core.formats.source import Row
from core.languages.message import Message
from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.settings_file.text_columns import JOB_TITLE
from core.text import EMPTY_TEXT, join


class AnswersBeside:
    """How many records of ``table`` have their title in a column that is not read."""

    def __init__(self, table: Table) -> None:
        self._title = table.columns[JOB_TITLE]
        self._name = table.header[self._title].strip()
        self._columns = _columns_beside(table, self._title)
        self._found: set[str] = set()
        self._n_records = 0
        self._first = ""

    def add(self, chunk: Iterable[Row]) -> None:
        """Count the records of one chunk."""
        if self._columns:
            for row in chunk:
                self._add(row)

    def _add(self, row: Row) -> None:
        beside = [place for place in self._columns if any(map(str.isalpha, row[place]))]
        if not beside or not _states_nothing(row[self._title]):
            return
        place = next((place for place in beside if is_answer(row[place])), None)
        if place is not None:
            self._n_records += 1
            self._found.add(self._columns[place])
            self._first = self._first or row[place]

    def notes(self) -> list[str]:
        """Return in words how many there are and where, with an example."""
        names = [name for name in self._columns.values() if name in self._found]
        return Message.notes_of(
            self._n_records,
            "{n} record states nothing in {column!r} and has a text in {names}, which was not "
            "read ({text}): move such answers into {column!r}",
            "{n} records state nothing in {column!r} and have a text in {names}, which was not "
            "read ({text}): move such answers into {column!r}",
            column=self._name,
            names=", ".join(map(repr, names)),
            text=repr(shown_text(self._first)),
        )


def _columns_beside(table: Table, title: int) -> dict[int, str]:
    """Return the named columns that may have the titles as well, and those for other answers.

    Not those of another job: who has no second job states nothing about it, and has a main job.
    Neither those of another period.
    """
    names = column_names(table)
    headers = [table.header, *table.layout.further_headers]
    is_main = not is_about_another_job(headers, title)
    others = set(table.other_columns.get(JOB_TITLE, ())) if is_main else set()
    columns = {
        place: name
        for place, name in enumerate(names)
        if name in others and not is_period_alone(name) and goes_with_title(name, names[title])
    }
    taken = set(table.columns.values())
    for place in range(title + 1, len(names)):
        is_named = bool(table.header[place].strip())
        is_other = _states_nothing(names[place]) or is_only_another_answer(names[place])
        if place in taken or (is_named and not is_other):
            break
        if names[place]:
            columns[place] = names[place]
    return dict(sorted(columns.items()))


def column_names(table: Table) -> list[str]:
    """Return the name of each column, of whatever row of names has one."""
    written = zip(table.header, *table.layout.further_headers, strict=True)
    return [next(filter(None, map(str.strip, column)), "") for column in written]


def _states_nothing(title: str) -> bool:
    """Whether a title is empty, or a text such as "Other"; "retired" is none."""
    text = join(title)
    kind = built_in_non_answers().find(text)
    return text == EMPTY_TEXT or kind in (NonAnswerKind.NOT_STATED, NonAnswerKind.STATUS)


def is_answer(title: str) -> bool:
    """Return whether a title is one, and no text such as "Other" or "retired"."""
    text = join(title)
    return text != EMPTY_TEXT and built_in_non_answers().find(text) is None
