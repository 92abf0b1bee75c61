"""Tell a row of labels below the header from the first record, in any language.

Survey programs write the texts of questions under the names of variables. Such a row has text
where every record has a number, a date or an id, or it has the question that the answers answer.
What is not certain stays a record, and a note says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from enum import IntEnum

from core.columns.header_names import DUTIES, JOB_TITLE, column_key, match
from core.columns.value_kinds import is_number_or_code
from core.delimited.format_errors import Row

_MIN_VALUES = 2  # so many values of a column, all of them numbers, tell what it holds
_MIN_DOUBTFUL_VALUES = 3
_MIN_EMPTY_COLUMNS = 3
_QUESTION_MARKS = ("?", "\uff1f", "\u061f", "\u037e")  # also those of Chinese, Arabic and Greek
# Columns of Qualtrics that never hold text.
_QUALTRICS = frozenset(
    {"startdate", "enddate", "recordeddate", "progress", "duration_(in_seconds)"}
)
_MIN_QUALTRICS = 2


class LabelRow(IntEnum):
    """Whether the first row below a header holds labels."""

    NO = 0
    MAYBE = 1
    YES = 2


def first_row_of_labels(header: Row, rows: Sequence[Row]) -> LabelRow:
    """Return whether the first of ``rows`` holds labels; all are as long as the header."""
    if not rows:
        return LabelRow.NO
    first, later = rows[0], rows[1:]
    if _is_text_of_qualtrics(header, first):
        return LabelRow.YES
    columns = list(_columns_of_numbers(header, later))
    if _names_choices(header, first, columns):
        return LabelRow.YES
    asks = bool(later) and _has_question(first)
    # Columns that no question fills, such as "_uuid" of KoBo, may have no label.
    may_be_empty = {column for column, _ in columns} if asks else set()
    if not _may_be_labels(header, first, later, may_be_empty) or any(
        not _is_text(first[column]) for column, _ in columns if column not in may_be_empty
    ):
        return LabelRow.NO
    n_contrasts = len(columns)
    if n_contrasts >= 2 or asks:
        return LabelRow.YES
    is_doubtful = any(n_values >= _MIN_DOUBTFUL_VALUES for _, n_values in columns)
    return LabelRow.MAYBE if is_doubtful else LabelRow.NO


def _is_text_of_qualtrics(header: Row, first: Row) -> bool:
    cells = [
        cell for name, cell in zip(header, first, strict=True) if column_key(name) in _QUALTRICS
    ]
    return len(cells) >= _MIN_QUALTRICS and all(map(_is_text, cells))


def _columns_of_numbers(header: Row, later: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Yield each column whose values are all numbers, dates or ids, with how many there are."""
    for column in range(len(header)):
        values = [row[column] for row in later if row[column].strip()]
        if len(values) >= _MIN_VALUES and all(map(is_number_or_code, values)):
            yield column, len(values)


def _names_choices(header: Row, first: Row, columns: Sequence[tuple[int, int]]) -> bool:
    """Whether the row names the columns that have no name, and no respondent (SurveyMonkey)."""
    is_unnamed = [not name.strip() for name in header]
    choices = [cell for cell, unnamed in zip(first, is_unnamed, strict=True) if unnamed]
    named = [column for column, _ in columns if not is_unnamed[column]]
    return (
        len(named) >= _MIN_EMPTY_COLUMNS
        and not any(first[column].strip() for column in named)
        and len(choices) > 1
        and all(map(_is_text, choices))
        and len(set(choices)) == len(choices)
    )


def _may_be_labels(
    header: Row, first: Row, later: Sequence[Row], may_be_empty: Collection[int]
) -> bool:
    """Whether every named column has a text of its own in the row, and no record repeats one."""
    cells = [
        cell
        for column, (name, cell) in enumerate(zip(header, first, strict=True))
        if name.strip() and (cell.strip() or column not in may_be_empty)
    ]
    if len(cells) < 2 or not all(cell.strip() for cell in cells) or len(set(cells)) < len(cells):
        return False
    return not any(
        cell.strip() and cell == row[column] for row in later for column, cell in enumerate(first)
    ) and not any(map(_is_non_answer, first))


def _has_question(first: Row) -> bool:
    """Whether a cell asks for the job, rather than answering."""
    return any(
        cell.strip().endswith(_QUESTION_MARKS) and match(cell, column) is not None
        for cell in first
        for column in (JOB_TITLE, DUTIES)
    )


def _is_text(cell: str) -> bool:
    return any(map(str.isalpha, cell)) and not is_number_or_code(cell)


def _is_non_answer(cell: str) -> bool:
    # They are made of texts, which are made of tables.
    from core.non_answers.known_texts import built_in_non_answers
    from core.text import join

    return built_in_non_answers().find(join(cell)) is not None
