"""Recognise a table that the program wrote by its columns, however it was saved since.

Columns may have been moved or removed, and others added. A table of ours is never coded as records:
``refuse_own_table`` says what to do with it instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from core.columns.header_names import column_key
from core.errors import InputError, Named
from core.isco_codes.code_column import CODE_COLUMN, CORRECTED_NAMES
from core.own_tables.list_columns import (
    CORRECTIONS_COLUMNS,
    DISAGREEMENT_COLUMNS,
    INVALID_LABEL_COLUMNS,
)
from core.own_tables.output_contract import OUTPUT_COLUMNS, output_positions
from core.review_contract import (
    CORRECTED,
    N_REVIEW_CANDIDATES,
    PREDICTED,
    PREDICTED_TITLE,
    SAMPLED,
    TEXT,
    candidate_columns,
)

_MIN_OUTPUT_COLUMNS = 4
# Names that other programs use as well tell nothing alone.
_USUAL_NAMES = frozenset({"isco_code", "isco_title", "confidence", "source", "model_version"})
_OWN_OUTPUT_NAMES = frozenset(
    name for name in OUTPUT_COLUMNS if name not in _USUAL_NAMES and not name[-1].isdigit()
)
_REVIEW_NAMES = frozenset(
    {PREDICTED, PREDICTED_TITLE, SAMPLED}
    | {candidate_columns(rank)[1] for rank in range(1, N_REVIEW_CANDIDATES + 1)}
)
_MIN_REVIEW_COLUMNS = 3


class TableKind(StrEnum):
    """A table that the program writes, by the name of its file."""

    PREDICTIONS = "predictions.csv"
    REVIEW = "review.csv"
    CORRECTIONS = "corrections.csv"
    DISAGREEMENTS = "disagreements.csv"
    INVALID_LABELS = "invalid_labels.csv"


def table_kind(header: Sequence[str]) -> TableKind | None:
    """Return which of our tables has such columns, None where it is none of ours.

    Everything else than ``corrections.csv`` with a column of corrected codes counts as a review.
    """
    names = {name.strip().casefold() for name in header}
    if names.issuperset(CORRECTIONS_COLUMNS):
        return TableKind.CORRECTIONS
    if (
        set(map(column_key, header)) & set(CORRECTED_NAMES)
        or len(names & _REVIEW_NAMES) >= _MIN_REVIEW_COLUMNS
    ):
        return TableKind.REVIEW
    for kind, columns in (
        (TableKind.DISAGREEMENTS, DISAGREEMENT_COLUMNS),
        (TableKind.INVALID_LABELS, INVALID_LABEL_COLUMNS),
    ):
        if len(set(columns) - names) <= len(columns) // 8:
            return kind
    return TableKind.PREDICTIONS if _has_output_columns(header) else None


def is_from_predictions(header: Sequence[str]) -> bool:
    """Return whether a table was a ``predictions.csv``, maybe with corrected codes added to it."""
    names = {name.strip().casefold() for name in header}
    is_review = len(names & _REVIEW_NAMES) >= _MIN_REVIEW_COLUMNS
    return not is_review and _has_output_columns(header)


def _has_output_columns(header: Sequence[str]) -> bool:
    positions = output_positions(header)
    return len(positions) >= _MIN_OUTPUT_COLUMNS and not _OWN_OUTPUT_NAMES.isdisjoint(positions)


def refuse_own_table(file: Named, header: Sequence[str]) -> None:
    """Raise InputError where records are expected and a table of ours is given."""
    kind = table_kind(header)
    if kind is None:
        return
    remedies = {
        TableKind.REVIEW: f"Put it into the inbox with codes in {CORRECTED!r}. To code its texts "
        f"anew, remove the column {CORRECTED!r} and those of the candidates.",
        TableKind.PREDICTIONS: "Drop the file that it was made from, or remove the columns that "
        "were added to it. A corrected one goes into the inbox.",
        TableKind.CORRECTIONS: "It lists what became of answers that were taken already. Change "
        "an answer in the file that had it, or in one with the columns "
        f"{TEXT!r} and {CORRECTED!r}, and put that into the inbox.",
        TableKind.DISAGREEMENTS: "Give codes in review.csv, or in a file with the columns "
        f"'job_title' and {CORRECTED!r}.",
        TableKind.INVALID_LABELS: "Correct the codes in the files that it names.",
    }
    raise InputError(
        file,
        f"a table that this program wrote (the columns of {kind})",
        expected="records that have no codes of this program",
        remedy=remedies[kind],
    )


def refuse_own_codes(file: Named, header: Sequence[str], position: int) -> None:
    """Raise InputError where the codes of people are expected, and those of the program stand.

    ``position`` is that of the column of codes. A table of ours may also have the codes that came
    with its input.
    """
    is_ours = output_positions(header).get(CODE_COLUMN) == position
    if is_ours and table_kind(header) is TableKind.PREDICTIONS:
        raise InputError(
            file,
            f"the codes that this program gave, in the column {header[position].strip()!r}",
            expected="codes that people gave",
            remedy="Put a corrected predictions.csv into the inbox, or remove the columns that "
            "were added, and name the column of your own codes.",
        )
