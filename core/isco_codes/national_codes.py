"""Name the columns of national codes that begin with a unit group of ISCO-08.

Many countries add digits to the unit groups: 7112001 (Slovakia), 71120 (Czechia), 711202 (Poland,
Romania), 7112.11.4 (Croatia), 71121001 (Bulgaria). Such codes are not read, since other
classifications have as many digits, but a whole column of them is no chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.csv_table import Table
from core.isco_codes.code_column import CODE_COLUMN
from core.isco_codes.written_code import read_code
from core.languages.message import Message
from core.taxonomy import UNIT, isco08

_MIN_CODES = 5  # so many, of which three groups differ: one number in 21 begins so by chance
_MIN_DIFFERENT = 3
_MAX_OTHERS = 0.1  # of the values: remarks, slips
_LONG_CODE = re.compile(r"(\d{4})(?:[ .-]?\d{1,4}){1,2}")


def national_codes(table: Table, compared: str | None) -> list[str]:
    """Return a note that names the columns of such codes, none where there is no such column.

    ``compared`` is the name of the column whose codes are compared, None where none is: of its
    codes those count that were not read.
    """
    texts = {place for column, place in table.columns.items() if column != CODE_COLUMN}
    sample = table.sample()
    names = [
        name.strip()
        for place, name in enumerate(table.header)
        if place not in texts
        and name.strip()
        and _are_long((row[place].strip() for row in sample), name.strip() == compared)
    ]
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


def _are_long(cells: Iterable[str], is_compared: bool) -> bool:
    """Whether nearly all values are long codes, or unit groups beside them."""
    units: set[str] = set()
    n_long = n_others = 0
    for cell in filter(None, cells):
        if is_compared and read_code(cell).code:
            continue
        found = _LONG_CODE.fullmatch(cell)
        if found is not None and found[1] in isco08().titles:
            units.add(found[1])
            n_long += 1
        elif len(cell) != UNIT or cell not in isco08().titles:
            n_others += 1
            if n_others > max(_MIN_CODES, n_long):  # most columns are told apart at their start
                return False
    is_enough = n_long >= _MIN_CODES and len(units) >= _MIN_DIFFERENT
    return is_enough and n_others <= _MAX_OTHERS * n_long
