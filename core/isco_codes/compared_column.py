"""Choose the column whose ISCO codes are compared with the predictions.

A column may have a name of codes and hold those of an employer ("Job Code": N01) or of a country.
"""

from __future__ import annotations

from core.columns.column_choice import note_on_others
from core.columns.header_names import column_key
from core.csv_table import Table
from core.isco_codes.code_column import CODE_COLUMN, UNSURE_NAMES, CodeReader
from core.languages.message import Message


def choose_compared_column(table: Table) -> None:
    """Let the table name as its column of codes the best one that has codes, or none.

    A note names the columns that only have the name. Reads the table once for each of them. Raises
    InputError for a row that cannot be read.
    """
    if CODE_COLUMN not in table.columns:
        return
    others = table.other_columns.pop(CODE_COLUMN, [])
    if others:
        table.notes.remove(note_on_others(CODE_COLUMN, others))
    positions = {name.strip(): position for position, name in enumerate(table.header)}
    candidates = [table.columns.pop(CODE_COLUMN), *(positions[name] for name in others)]
    with_codes = [position for position in candidates if _has_codes(table, position)]
    if with_codes:
        table.columns[CODE_COLUMN] = with_codes[0]
    if further := _names(table, with_codes[1:]):
        table.other_columns[CODE_COLUMN] = further
        table.notes.append(note_on_others(CODE_COLUMN, further))
    if without := _names(table, [each for each in candidates if each not in with_codes]):
        table.notes.append(_without_codes(without))


def _has_codes(table: Table, position: int) -> bool:
    if column_key(table.header[position]) not in UNSURE_NAMES:
        return True
    return CodeReader(row[position] for _, row in table.rows()).has_codes


def _names(table: Table, positions: list[int]) -> list[str]:
    return [table.header[position].strip() for position in positions]


def _without_codes(names: list[str]) -> str:
    return Message.counted(
        len(names),
        "not compared, since at most half of its values are codes of ISCO-08: {names}",
        "not compared, since at most half of their values are codes of ISCO-08: {names}",
        names=", ".join(map(repr, names)),
    )
