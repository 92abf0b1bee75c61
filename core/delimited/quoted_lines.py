"""Tell a file whose lines are quoted as a whole: each is one field, with several fields in it."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from core.columns.column_choice import Aliases, match_names
from core.columns.header_names import JOB_TITLE, Match
from core.delimited.format_errors import DELIMITERS, Row

_FEWEST_NAMES = 2  # "Job title, age at interview" may be one question


def are_quoted_lines(rows: Sequence[Row], aliases: Aliases) -> bool:
    """Return whether the first rows of a file, its header first, are lines in quotes.

    The header has names of two of our columns in one field, and each record has as many parts: of
    titles that respondents typed some have no comma.
    """
    if len(rows) < 2 or any(len(row) != 1 for row in rows):
        return False
    lines = [" ".join(row[0].splitlines()) for row in rows]  # a field may have line breaks
    for delimiter in DELIMITERS:
        parts = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
        if len(parts[0]) < 2 or len({len(row) for row in parts}) > 1:
            continue
        matches = match_names(parts[:1], aliases)
        named = [column for column, match in matches.items() if match < Match.CONTAINED]
        if JOB_TITLE in named and len(named) >= _FEWEST_NAMES:
            return True
    return False
