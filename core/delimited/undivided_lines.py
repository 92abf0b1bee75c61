"""Tell a file whose lines are one field each, with several fields in it.

Its lines are quoted as a whole, or a sign is between the fields that is not read as a delimiter.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence

from core.columns.column_choice import Aliases, match_names
from core.columns.header_names import Match
from core.delimited.format_errors import DELIMITERS, OTHER_DELIMITERS
from core.delimited.parsed_lines import HEAD_LINES, n_filled, parsed_leniently
from core.formats.source import Row
from core.settings_file.text_columns import JOB_TITLE

# The name of the titles alone may stand in a question: "Job title, age at interview".
_OF_TEXTS = frozenset({",", "،", "，", "、", ":"})


def are_undivided(lines: Sequence[str], n_above: int, delimiter: str, aliases: Aliases) -> bool:
    """Return whether the lines of a file whose header has one name are undivided.

    ``n_above`` lines stand above the header. In its field are several names, one of them of the
    titles, and each record has as many parts: of titles that respondents typed some have no comma.
    """
    read = lines[n_above : -1 if len(lines) == HEAD_LINES else None]  # the last record may be cut
    rows = [row for row in parsed_leniently(read, delimiter) if n_filled(row)]
    if len(rows) < 2:
        return False
    texts = [" ".join(delimiter.join(row).splitlines()) for row in rows]  # a field may have several
    signs = (*OTHER_DELIMITERS, *(DELIMITERS if all(len(row) == 1 for row in rows) else ()))
    return any(_are_divided_by(sign, texts, aliases) for sign in signs)


def _are_divided_by(sign: str, texts: Sequence[str], aliases: Aliases) -> bool:
    parts = [_parts(sign, text) for text in texts]
    if n_filled(parts[0]) < 2 or len({len(row) for row in parts}) > 1:
        return False
    matches = match_names(parts[:1], aliases)
    named = [column for column, match in matches.items() if match < Match.CONTAINED]
    return JOB_TITLE in named and (len(named) > 1 or sign not in _OF_TEXTS)


def _parts(sign: str, text: str) -> Row:
    return next(csv.reader([text], delimiter=sign), []) if sign in DELIMITERS else text.split(sign)
