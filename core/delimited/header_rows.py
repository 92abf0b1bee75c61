"""Find the rows after a header that hold names too: those of survey programs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from core.columns.column_choice import Aliases, best_position
from core.columns.header_names import keys_of, match
from core.columns.header_words import phrases, plain_words
from core.delimited.label_rows import LabelRow, label_row
from core.formats.source import Row
from core.languages.message import Message
from core.settings_file.text_columns import JOB_TITLE

_MAX_ROWS = 2
_MIN_REPEATED = 2
_RULE = re.compile(r"\s*:?-+:?\s*")
_RULE_LINE = re.compile(r"\s*(?=[-+=|]*---)[-+=|]+\s*")
# What clients of PostgreSQL and MySQL write below the last record, in the language of the user.
_N_ROWS = re.compile(r"\s*(?:\(\d+ [^\W\d]+\)|\d+ rows? in set\b.*)")
_UNNAMED = re.compile(r"Unnamed: \d+_level_\d+")  # pandas, for a column with fewer names
_MIN_DASHES = 3  # a dash or two in a cell may stand for a missing value
_OPEN_ANSWER = "open_answer"  # of header_names.yaml


def further_headers(header: Row, rows: Sequence[Row], aliases: Aliases) -> tuple[Row, ...]:
    """Return the rows after the header that name the columns once more, where that is certain."""
    candidates = [row for row in rows[:_MAX_ROWS] if len(row) == len(header)]
    for n, row in enumerate(candidates, start=1):
        if _has_import_ids(row):  # Qualtrics: the texts of the questions, then these
            return tuple(candidates[:n])
    if candidates and (
        _is_rule(candidates[0])
        or any(map(_UNNAMED.fullmatch, candidates[0]))
        or _repeats(header, candidates[0], aliases)
        or _is_surveymonkey(header, candidates)
        or label_row(header, rows, aliases) == LabelRow.YES
    ):
        return (candidates[0],)
    return ()


def note_on(further: Sequence[Row]) -> str:
    """Return in words what the rows after a header hold."""
    if any(map(_is_rule, further)):
        return Message("the line of dashes below the header was left out")
    return Message.counted(
        len(further),
        "{n} row after the header holds names or texts of questions, and no record",
        "{n} rows after the header hold names or texts of questions, and no record",
    )


def _is_rule(row: Row) -> bool:
    """Return whether a row is the line of dashes that Markdown and SQL clients have."""
    filled = [cell for cell in row if cell.strip()]
    return (
        len(filled) > 1
        and all(map(_RULE.fullmatch, filled))
        and any("-" * _MIN_DASHES in cell for cell in filled)
    )


def is_rule_line(row: Row) -> bool:
    """Return whether a row is a line without a delimiter that divides the lines of a table.

    Clients of databases and SAP write them, and after the last one the number of rows.
    """
    return len(row) == 1 and any(rule.fullmatch(row[0]) for rule in (_RULE_LINE, _N_ROWS))


def names_columns_twice(header: Row, further: Sequence[Row]) -> bool:
    """Return whether rows below the header name its columns too, and leave some without a name.

    A row with a name for each column, also for those without one, is the header itself: what is
    above it names groups of columns.
    """
    return bool(further) and (all(map(str.strip, header)) or not all(map(str.strip, further[0])))


def _has_import_ids(row: Row) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return bool(filled) and all(_is_import_id(cell) for cell in filled)


def _is_import_id(cell: str) -> bool:
    if not cell.lstrip().startswith("{"):
        return False
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and any(key.casefold() == "importid" for key in value)


def _repeats(header: Row, row: Row, aliases: Aliases) -> bool:
    """Whether two cells or more are the name of their column, differently written or not.

    Typeform writes a choice below its name, and REDCap "Complete" below each "Complete?". Such a
    row has an answer in the column of titles.
    """
    repeated = [
        column
        for column, (name, cell) in enumerate(zip(header, row, strict=True))
        if len(cell.strip()) > 2 and keys_of(name) & keys_of(cell)
    ]
    if len(repeated) < _MIN_REPEATED:
        return False
    title = best_position([header, row], JOB_TITLE, aliases)
    return title is None or title in repeated or match(row[title], JOB_TITLE) is not None


def _is_surveymonkey(header: Row, rows: Sequence[Row]) -> bool:
    """Whether the first row has kinds of answers.

    A cell of it says that an answer is open, or its ids of respondent and collector are empty.
    """
    if any(plain_words(cell) in phrases(_OPEN_ANSWER) for cell in rows[0]):
        return True
    names = ["".join(name.split()).casefold() for name in header]
    if not {"respondentid", "collectorid"} <= set(names):
        return False
    ids = [names.index("respondentid"), names.index("collectorid")]
    return not any(rows[0][place].strip() for place in ids) and any(map(str.strip, rows[0]))
