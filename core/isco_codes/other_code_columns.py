"""Name the columns of ISCO codes in a table beside the one that is compared."""

from __future__ import annotations

from collections.abc import Iterable

from core.csv_table import Table
from core.isco_codes.code_column import (
    CODE_COLUMN,
    CORRECTED_NAMES,
    CodeReader,
    may_hold_isco_08,
)
from core.languages.message import Message
from core.taxonomy import UNIT, isco08

_MIN_CODES = 5  # so many, of which three differ, are no chance: one number in 23 is a unit group
_MIN_DIFFERENT = 3
_MAX_OTHERS = 0.1  # of the values: "not codable", remarks


def codes_not_compared(table: Table, compared: str | None) -> list[str]:
    """Return a note that names further columns of ISCO codes, none where there is no other.

    Their names and their first records tell them. ``compared`` is the name of the column that is
    compared, None where none is.
    """
    known = {compared, *table.other_columns.get(CODE_COLUMN, ())}  # the others are noted already
    positions = [
        position
        for position, name in enumerate(table.header)
        if name.strip() not in known and may_hold_isco_08(name)
    ]
    if not positions:
        return []
    sample = table.sample()
    names = ", ".join(
        repr(table.header[position].strip())
        for position in positions
        if CodeReader(row[position] for row in sample).has_codes
    )
    if not names:
        return []
    if compared:
        return [
            Message(
                "columns with ISCO codes that were not compared: {names}; {column!r} was",
                names=names,
                column=compared,
            )
        ]
    return [
        Message(
            "columns with ISCO codes that were not compared: {names}; to compare the codes of one, "
            "call it {column!r}",
            names=names,
            column=CODE_COLUMN,
        )
    ]


def codes_without_a_name(table: Table) -> list[str]:
    """Return a note of columns that hold codes of ISCO-08 and have another name, none without one.

    Such are "Kod poprawiony" and "Code corrigé" in a review whose columns were translated, and a
    last column in which somebody coded the records.
    """
    read = {*table.columns.values()}
    sample = table.sample()
    names = [
        name.strip()
        for place, name in enumerate(table.header)
        if place not in read
        and name.strip()
        and name.strip() not in table.other_columns.get(CODE_COLUMN, ())
        and not may_hold_isco_08(name)
        and _are_unit_groups(row[place].strip() for row in sample)
    ]
    if not names:
        return []
    return [
        Message(
            "columns with codes of ISCO-08 that were not read: {names}; if they are corrections, "
            "call their column {corrected!r}, if known codes, {known!r}, and put the file into the "
            "inbox again",
            names=", ".join(map(repr, names)),
            corrected=CORRECTED_NAMES[0],
            known=CODE_COLUMN,
        )
    ]


def _are_unit_groups(cells: Iterable[str]) -> bool:
    """Whether nearly all values are codes of four digits, of which a spreadsheet may drop a zero.

    Codes of ISCO-88 and of national classifications are so more rarely.
    """
    units = isco08().units
    codes: set[str] = set()
    n_codes = n_others = 0
    for cell in filter(None, cells):
        is_number = UNIT - 1 <= len(cell) <= UNIT and cell.isdecimal()
        code = str(int(cell)).zfill(UNIT) if is_number else ""
        if code in units:
            codes.add(code)
            n_codes += 1
        else:
            n_others += 1
            if n_others > max(_MIN_CODES, n_codes):  # most columns are told apart at their start
                return False
    is_enough = n_codes >= _MIN_CODES and len(codes) >= _MIN_DIFFERENT
    return is_enough and n_others <= _MAX_OTHERS * n_codes
