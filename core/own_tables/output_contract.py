"""The columns that the program adds to the input's own: their names and their types.

They are the same in every output; ``inference/output_columns.py`` has their values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.isco_scores.derived_variables import DERIVED_COLUMNS

N_OUTPUT_CANDIDATES = 3
CANDIDATE_COLUMNS = tuple(
    (f"candidate_{rank}", f"candidate_{rank}_confidence")
    for rank in range(1, N_OUTPUT_CANDIDATES + 1)
)
"""The columns of each candidate, best first: its code and its confidence."""


OUTPUT_COLUMNS: dict[str, type] = {
    "isco_code": str,
    "isco_title": str,
    "confidence": float,
    "is_fallback": bool,
    "minor_code": str,
    "minor_confidence": float,
    "needs_review": bool,
    "source": str,
    **{
        name: kind
        for code, confidence in CANDIDATE_COLUMNS
        for name, kind in ((code, str), (confidence, float))
    },
    "model_version": str,
}
"""Our columns in their order, each with the type of its values; any value may be missing.

Those of ``output.derived`` come behind them: see ``output_columns``.
"""
TAKEN_PREFIX = "predicted_"


def output_columns(derived: Sequence[str] = ()) -> dict[str, type]:
    """Return our columns with the types of their values, those of derived variables last."""
    return OUTPUT_COLUMNS | {name: DERIVED_COLUMNS[name] for name in derived}


def free_names(header: Sequence[str], derived: Sequence[str] = ()) -> list[str]:
    """Return the names of our columns; one that the input has already gets a prefix.

    ``derived`` are the derived variables among them. The prefix is ``predicted_``, repeated until
    the name is free.
    """
    taken = {name.strip().casefold() for name in header}
    names = []
    for name in output_columns(derived):
        while name in taken:
            name = TAKEN_PREFIX + name
        names.append(name)
    return names


def typed_values(
    cells: Sequence[str], columns: Mapping[str, type]
) -> list[str | int | float | bool | None]:
    """Return the values of ``columns`` that were written as text, None for a missing one."""
    return [_typed(cell, kind) for cell, kind in zip(cells, columns.values(), strict=True)]


def _typed(cell: str, kind: type) -> str | int | float | bool | None:
    if not cell:
        return None
    return cell == "true" if kind is bool else kind(cell)


def code_column(header: Sequence[str]) -> str:
    """Return the name of the column that has the codes of the program in a table of ours."""
    position = output_positions(header).get("isco_code")
    return "isco_code" if position is None else header[position].strip()


def output_positions(header: Sequence[str]) -> dict[str, int]:
    """Return our name of a column → its position in a header that has some of our columns.

    Of ``isco_code`` and ``predicted_isco_code`` the second one is ours: the input had the first.
    """
    positions = {name.strip().casefold(): place for place, name in enumerate(header)}
    found = {}
    for name in OUTPUT_COLUMNS:
        written = name
        while TAKEN_PREFIX + written in positions:
            written = TAKEN_PREFIX + written
        if written in positions:
            found[name] = positions[written]
    return found
