"""The text of a record: its title and its duties, as the model sees them and as people read them.

``data.context_in_duties`` names columns whose values are appended to the duties. They are appended
where somebody has answered: without a title and duties a record stays empty, and "refused" stays no
answer. Nor are values that say nothing ("n/a"); a letter or a number may be a code, and is one of
them. The text with them is the one that corrections are kept by: a corrections file without the
column ``text`` needs the appended columns as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from core.csv_table import Table
from core.formats.source import Row
from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.non_answers.missing_values import is_missing_value
from core.settings_file.text_columns import DUTIES, IN_DUTIES, JOB_TITLE
from core.text import EMPTY_TEXT, NOTHING_STATED, join


def row_text(table: Table, row: Row) -> str:
    """Return the text the model sees of one row of ``table``: its title and its duties, joined.

    A row that repeats the header states nothing.
    """
    if table.repeats_header(row):
        return EMPTY_TEXT
    return join(table.get(row, JOB_TITLE), row_duties(table, row))


def without_missing_values(table: Table, row: Row) -> Row:
    """Return a row as it was before a program wrote NA into the empty cells of its text."""
    names = (JOB_TITLE, DUTIES, *context_columns(table.columns))
    positions = {table.columns[name] for name in names if name in table.columns}
    marked = {place for place in positions if row[place] and is_missing_value(row[place])}
    return ["" if place in marked else cell for place, cell in enumerate(row)] if marked else row


def row_duties(table: Table, row: Row) -> str:
    """Return the duties of one row, and what ``data.context_in_duties`` appends to them."""
    duties = table.get(row, DUTIES)
    columns = context_columns(table.columns)
    if not columns:
        return duties
    context = [table.get(row, column) for column in columns]
    return duties_in_context(table.get(row, JOB_TITLE), duties, context)


def context_columns(columns: Iterable[str]) -> list[str]:
    """Return those of our names of columns that are appended to the duties, in their order."""
    return [column for column in columns if column.startswith(IN_DUTIES)]


def duties_in_context(title: str, duties: str, context: Sequence[str]) -> str:
    """Return ``duties`` with what ``context`` states appended, where this is an answer.

    Duties that say nothing are left out where the context says more.
    """
    text = join(title, duties)
    stated = [part for part in map(str.strip, context) if not _says_nothing(part)]
    if text == EMPTY_TEXT or built_in_non_answers().find(text, bool(stated)) is not None:
        return duties
    if not stated:
        return duties.strip()
    return "; ".join([duties.strip(), *stated] if not _says_nothing(duties) else stated)


@lru_cache(maxsize=1 << 14)  # the columns of the context have few values
def _says_nothing(part: str) -> bool:
    text = join("", part)
    if text in (EMPTY_TEXT, NOTHING_STATED):
        return True
    is_word = sum(map(str.isalpha, part)) > 1  # "Q" and "86" are industries
    return is_word and built_in_non_answers().find(text, True) is NonAnswerKind.NOT_STATED
