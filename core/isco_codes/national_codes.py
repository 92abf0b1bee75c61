"""Name the columns of national codes that begin with a unit group of ISCO-08.

Many countries add digits to the unit groups: 7112001 (Slovakia), 71120 (Czechia), 711202 (Poland,
Romania), 7112.11.4 (Croatia), 71121001 (Bulgaria). Such codes are not read, since other
classifications have as many digits, but a whole column of them is no chance.
"""

from __future__ import annotations

import re

from core.csv_table import Table
from core.isco_codes.code_column import CODE_COLUMN
from core.isco_codes.columns_of_codes import are_codes, columns_where
from core.isco_codes.written_code import read_code
from core.languages.message import Message
from core.taxonomy import UNIT, isco08

_LONG_CODE = re.compile(r"(\d{4})(?:[ .-]?\d{1,4}){1,2}")


def national_codes(table: Table, compared: str | None) -> list[str]:
    """Return a note that names the columns of such codes, none where there is no such column.

    ``compared`` is the name of the column whose codes are compared, None where none is: of its
    codes those count that were not read.
    """
    texts = {place for column, place in table.columns.items() if column != CODE_COLUMN}
    names = columns_where(
        table,
        texts,
        lambda name, cells: are_codes(
            (cell for cell in cells if not _is_read(cell, name == compared)), _unit_group
        ),
    )
    if not names:
        return []
    return [
        Message(
            "columns with codes of more than 4 digits that begin with a unit group of ISCO-08, as "
            "national codes do: {names}; to compare them, put their first 4 digits into a column "
            "{column!r}",
            names=", ".join(map(repr, names)),
            column=CODE_COLUMN,
        )
    ]


def _is_read(cell: str, is_compared: bool) -> bool:
    """Whether a value is a code that is read elsewhere, or a unit group beside longer codes."""
    is_unit = len(cell) == UNIT and cell in isco08().titles
    return is_unit or (is_compared and bool(read_code(cell).code))


def _unit_group(cell: str) -> str:
    """Return the unit group that a national code begins with, "" for another value."""
    found = _LONG_CODE.fullmatch(cell)
    return found[1] if found is not None and found[1] in isco08().titles else ""
