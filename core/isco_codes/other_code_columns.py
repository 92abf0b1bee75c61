"""Name the columns of ISCO codes in a table beside the one that is compared."""

from __future__ import annotations

from core.csv_table import Table
from core.isco_codes.code_column import (
    CODE_COLUMN,
    CORRECTED_NAMES,
    CodeReader,
    may_hold_isco_08,
)
from core.isco_codes.columns_of_codes import are_codes, columns_where
from core.isco_codes.words_beside import classification_in
from core.languages.message import Message
from core.taxonomy import UNIT, isco08


def codes_not_compared(table: Table, compared: str | None) -> list[str]:
    """Return a note that names further columns of ISCO codes, none where there is no other.

    ``compared`` is the name of the column that is compared, None where none is.
    """
    known = {compared, *table.other_columns.get(CODE_COLUMN, ())}  # the others are noted already
    names = ", ".join(repr(name) for name in names_of_isco_codes(table) if name not in known)
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


def names_of_isco_codes(table: Table) -> list[str]:
    """Return the names of the columns of ISCO codes: their names and first records tell them."""
    positions = [place for place, name in enumerate(table.header) if may_hold_isco_08(name)]
    sample = table.sample() if positions else []
    return [
        table.header[place].strip()
        for place in positions
        if CodeReader(row[place] for row in sample).has_codes
    ]


def codes_without_a_name(table: Table) -> list[str]:
    """Return notes of columns that hold codes of ISCO-08 and have another name, none without one.

    Such are "Kod poprawiony" and "Code corrigé" in a review whose columns were translated, and a
    last column in which somebody coded the records. A column that is called as another
    classification ("CNO") has a note of its own: the same digits may mean other groups there.
    """
    known = table.other_columns.get(CODE_COLUMN, ())
    names = columns_where(
        table,
        {*table.columns.values()},
        lambda name, cells: (
            name not in known and not may_hold_isco_08(name) and are_codes(cells, _unit_group)
        ),
    )
    others = [name for name in names if classification_in(name) is not None]
    notes: list[str] = []
    if unnamed := [name for name in names if name not in others]:
        notes.append(
            Message(
                "columns with codes of ISCO-08 that were not read: {names}; if they are "
                "corrections, call their column {corrected!r}, if known codes, {known!r}, and put "
                "the file into the inbox again",
                names=", ".join(map(repr, unnamed)),
                corrected=CORRECTED_NAMES[0],
                known=CODE_COLUMN,
            )
        )
    if others:
        notes.append(
            Message(
                "columns that are called as another classification, with codes that ISCO-08 has, "
                "too: {names}; the same digits may mean other groups, so they were not read. To "
                "compare codes of ISCO-08, call their column {known!r}",
                names=", ".join(map(repr, others)),
                known=CODE_COLUMN,
            )
        )
    return notes


def _unit_group(cell: str) -> str:
    """Return a code of four digits, of which a spreadsheet may drop a zero, "" for another value.

    The title of the group may stand behind it: "2221 - Nurses". Codes of ISCO-88 and of national
    classifications are so more rarely.
    """
    digits = cell.partition(" ")[0].rstrip(".:-")
    is_number = UNIT - 1 <= len(digits) <= UNIT and digits.isdecimal()
    code = str(int(digits)).zfill(UNIT) if is_number else ""
    return code if code in isco08().units else ""
