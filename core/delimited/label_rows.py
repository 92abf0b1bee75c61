"""Tell a row of labels below the header from the first record, in any language.

Survey programs write the texts of questions under the names of variables. Such a row has the
question or a name for the job in the column of the titles, and text where every record has a
number, a date or an id. What is not certain stays a record, and a note says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import IntEnum

from core.columns.column_choice import Aliases, best_position
from core.columns.header_names import Match, column_key, keys_of, keys_of_any, match
from core.columns.header_words import phrases, plain_words, words_of
from core.columns.value_kinds import is_number_or_code, is_text
from core.delimited.rows_below import without_rows_below
from core.formats.source import Row
from core.letters.scripts import ends_as_question
from core.settings_file.text_columns import JOB_TITLE

_MIN_VALUES = 2  # so many values of a column, all of them numbers, tell what it holds
_MIN_DOUBTFUL_VALUES = 3
_MIN_CONTRASTS = 2  # so many columns have text in the row and numbers in every record
_MIN_EMPTY_COLUMNS = 3
# A shorter text that contains a name may be an answer: "profession libérale".
_MIN_QUESTION_WORDS = 4
# Columns of Qualtrics that never hold text. The first two are in records of employment as well.
_START_AND_END = frozenset({"startdate", "enddate"})
_QUALTRICS = _START_AND_END | {"recordeddate", "progress", "duration_(in_seconds)"}
_IDS_OF_QUALTRICS = frozenset({"responseid", "ipaddress"})
_MIN_QUALTRICS = 2

_NUMBERED = re.compile(r"[(\[]?0?(\d{1,4})[)\].]?")
# Names of questions and of variables: v1, Q12_3.
_VARIABLE = re.compile(r"[A-Za-z]{1,4}_?\d[A-Za-z0-9_]*")
# What describes a column of text, with its size in brackets: "varchar(255)".
_SIZE = re.compile(r" ?\(\d+\)$")
_TYPE = re.compile(
    r"str|string|n?char|n?varchar|character|alpha(?:numeri(?:c|sch))?", re.IGNORECASE
)
_NUMBER_SIGN = re.compile(r"n[or°º]\.?|№", re.IGNORECASE)
_FREE_TEXT = "free_text"  # of header_names.yaml


class LabelRow(IntEnum):
    """Whether the first row below a header holds labels."""

    NO = 0
    MAYBE = 1
    YES = 2


def label_row(header: Row, rows: Sequence[Row], aliases: Aliases) -> LabelRow:
    """Return whether the first row below a header holds labels, as far as the others tell."""
    if not rows or len(rows[0]) != len(header):
        return LabelRow.NO
    first, *others = [row for row in rows if len(row) == len(header)]
    title = best_position([header, first], JOB_TITLE, aliases)
    # A title with numbers beside it looks like a total, too.
    later = others if title == 0 and len(header) > 1 else without_rows_below(others)
    title_label = "" if title is None else first[title].strip()
    if _is_text_of_qualtrics(header, first):
        return LabelRow.YES
    numbers = columns_of_numbers(later)
    if _is_unlike_records(first, later, numbers, title_label):
        return LabelRow.MAYBE
    if _names_choices(header, first, numbers):
        return LabelRow.YES
    asks = bool(later) and _is_marked_question(title_label)
    # Columns that no question fills, such as "_uuid" of KoBo, may have no label.
    may_be_empty = numbers if asks else {}
    if not _may_be_labels(header, first, later, may_be_empty) or any(
        not is_text(first[column]) for column in numbers if column not in may_be_empty
    ):
        return LabelRow(_has_name_for_title(title_label, later))
    if any(_is_answer_without_number(header[column], first[column]) for column in numbers):
        return LabelRow.NO
    has_contrasts = len(numbers) >= _MIN_CONTRASTS
    if asks or (has_contrasts and _names_the_title(title_label, aliases)):
        return LabelRow.YES
    is_doubtful = any(n_values >= _MIN_DOUBTFUL_VALUES for n_values in numbers.values())
    return LabelRow.MAYBE if has_contrasts or is_doubtful else LabelRow.NO


def _is_text_of_qualtrics(header: Row, first: Row) -> bool:
    keys = list(map(column_key, header))
    cells = [cell for key, cell in zip(keys, first, strict=True) if key in _QUALTRICS]
    is_qualtrics = bool((_QUALTRICS - _START_AND_END | _IDS_OF_QUALTRICS) & set(keys))
    return is_qualtrics and len(cells) >= _MIN_QUALTRICS and all(map(is_text, cells))


def _is_unlike_records(
    first: Row, later: Sequence[Row], numbers: Collection[int], title: str
) -> bool:
    """Whether a row counts the columns, or has names of variables, types or units of values."""
    if not any(row != first and not all(map(is_number_or_code, row)) for row in later):
        return False
    counted = [_NUMBERED.fullmatch(cell.strip()) for cell in first]
    if len(first) > 2 and [found and int(found[1]) for found in counted] == list(
        range(1, len(first) + 1)
    ):
        return True
    cells = [first[column].strip() for column in numbers]
    if not all(is_text(cell) or _VARIABLE.fullmatch(cell) or _is_mark(cell) for cell in cells):
        return False
    texts = set(filter(is_text, cells))
    n_variables = sum(_VARIABLE.fullmatch(cell.strip()) is not None for cell in first)
    if bool(numbers) and title and _VARIABLE.fullmatch(title):
        return n_variables >= _MIN_CONTRASTS and _are_names(first)
    if _is_mark(title):  # units of the numbers alone: "h/week", "EUR"
        return len(texts) >= _MIN_CONTRASTS
    return bool(texts) and _is_type_of_text(_SIZE.sub("", title))


def _is_type_of_text(title: str) -> bool:
    is_listed = plain_words(title) in phrases(_FREE_TEXT)
    return is_listed or _TYPE.fullmatch(title) is not None


def _is_mark(cell: str) -> bool:
    """Whether a cell is empty, or has signs alone."""
    return not any(map(str.isalnum, cell))


def _are_names(row: Row) -> bool:
    """Whether a row has a word of its own in each cell."""
    return all(map(str.isidentifier, row)) and len(set(row)) == len(row)


def asks_for_the_job(row: Row) -> bool:
    """Return whether a row has the question for the job, with its mark, and no number."""
    names = [cell.strip() for cell in row if cell.strip()]
    # "№" and "#" have no letters, and are names all the same.
    has_number = any(
        any(map(str.isdecimal, name)) and not any(map(str.isalpha, name)) for name in names
    )
    return not has_number and any(map(_is_marked_question, names))


def _is_marked_question(label: str) -> bool:
    """Whether a text asks for the job and ends with a question mark."""
    return ends_as_question(label) and match(label, JOB_TITLE) is not None


def _names_the_title(label: str, aliases: Aliases) -> bool:
    """Whether a text is a name of the column of titles or asks for the job, and is no answer."""
    if keys_of(label) & keys_of_any(aliases.get(JOB_TITLE, ())):
        return True
    fit = match(label, JOB_TITLE)
    if fit is None:
        return False
    return fit[0] < Match.CONTAINED or len(words_of(label)) >= _MIN_QUESTION_WORDS


def _has_name_for_title(label: str, later: Sequence[Row]) -> bool:
    """Whether a row has a name of the column of titles ("Title") where no record has it."""
    fit = match(label, JOB_TITLE)
    is_name = fit is not None and fit[0] < Match.CONTAINED
    return is_name and bool(later) and not any(label in map(str.strip, row) for row in later)


def columns_of_numbers(rows: Sequence[Row]) -> dict[int, int]:
    """Return the columns with nothing but numbers, dates or ids, each with how many it has."""
    columns = {}
    for place, column in enumerate(zip(*rows, strict=True)):
        values = list(filter(str.strip, column))
        if len(values) >= _MIN_VALUES and all(map(is_number_or_code, values)):
            columns[place] = len(values)
    return columns


def _names_choices(header: Row, first: Row, numbers: Collection[int]) -> bool:
    """Whether the row names the columns that have no name, and no respondent (SurveyMonkey)."""
    is_unnamed = [not name.strip() for name in header]
    choices = [cell for cell, unnamed in zip(first, is_unnamed, strict=True) if unnamed]
    named = [column for column in numbers if not is_unnamed[column]]
    return (
        len(named) >= _MIN_EMPTY_COLUMNS
        and not any(first[column].strip() for column in named)
        and len(choices) > 1
        and all(map(is_text, choices))
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
    )


def _is_answer_without_number(name: str, cell: str) -> bool:
    """Whether a text in a column of numbers is what people write instead: "unknown", "none".

    "No." and the name of the column are labels.
    """
    if _NUMBER_SIGN.fullmatch(cell.strip()) or keys_of(name) & keys_of(cell):
        return False
    # They are made of texts, which are made of tables.
    from core.non_answers.known_texts import built_in_non_answers
    from core.text import join

    fit = match(cell, JOB_TITLE)
    if fit is not None and fit[0] < Match.CONTAINED:  # no answer, but a label: "Job title"
        return False
    return built_in_non_answers().find(join(cell)) is not None
