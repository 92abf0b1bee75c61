"""Find the columns that are named like job titles, and are about another job, person or time."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from core.columns.header_names import JOB_TITLE, column_key, names_another
from core.columns.value_kinds import kind_of_values
from core.languages.message import Message
from core.own_tables.output_contract import OUTPUT_COLUMNS


def titles_of_other_jobs(
    header: Sequence[str], sample: Sequence[Sequence[str]], taken: Collection[int]
) -> list[str]:
    """Return a note of the columns that are named like job titles of something else.

    Those whose values are no titles are left out ("occupation code"), and those of a result.
    """
    names = [
        name.strip()
        for position, name in enumerate(header)
        if position not in taken
        and column_key(name) not in OUTPUT_COLUMNS
        and names_another(name, JOB_TITLE)
        and kind_of_values(row[position] for row in sample if position < len(row)) is None
    ]
    if not names:
        return []
    return [
        Message(
            "not read as job titles, since their names say something else: {names}",
            names=", ".join(map(repr, names)),
        )
    ]
