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
from core.own_tables.trimmed_review import columns_with_codes, has_review_texts
from core.review_contract import (
    CORRECTED,
    N_RECORDS,
    N_REVIEW_CANDIDATES,
    PREDICTED,
    PREDICTED_TITLE,
    REVIEW_COLUMNS,
    SAMPLED,
    TEXT,
    candidate_columns,
)

_OWN_TABLE = "a table that this program wrote"
_MIN_OUTPUT_COLUMNS = 4
# Names that other programs use as well tell nothing alone.
_USUAL_NAMES = frozenset({"isco_code", "isco_title", "confidence", "source", "model_version"})
_OWN_OUTPUT_NAMES = frozenset(
    name for name in OUTPUT_COLUMNS if name not in _USUAL_NAMES and not name[-1].isdigit()
)
_NOT_IN_REVIEWS = OUTPUT_COLUMNS.keys() - REVIEW_COLUMNS.keys()
_REVIEW_NAMES = frozenset(
    {PREDICTED, PREDICTED_TITLE, SAMPLED}
    | {candidate_columns(rank)[1] for rank in range(1, N_REVIEW_CANDIDATES + 1)}
)
_MIN_REVIEW_COLUMNS = 3
# Of a review that was trimmed, these are left: its texts, and what no other program names so.
_MIN_TRIMMED_COLUMNS = 4
_TRIMMED_NAMES = _REVIEW_NAMES | {N_RECORDS}


class TableKind(StrEnum):
    """A table that the program writes, by the name of its file."""

    PREDICTIONS = "predictions.csv"
    REVIEW = "review.csv"
    CORRECTIONS = "corrections.csv"
    DISAGREEMENTS = "disagreements.csv"
    INVALID_LABELS = "invalid_labels.csv"


def table_kind(header: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> TableKind | None:
    """Return which of our tables has such columns, None where it is none of ours.

    Everything else than ``corrections.csv`` with a column of corrected codes counts as a review.
    ``rows`` are the first records, by which a review is known whose columns were renamed.
    """
    names = set(map(column_key, header))
    if names.issuperset(CORRECTIONS_COLUMNS):
        return TableKind.CORRECTIONS
    if names & set(CORRECTED_NAMES) or len(names & _REVIEW_NAMES) >= _MIN_REVIEW_COLUMNS:
        return TableKind.REVIEW
    for kind, columns in (
        (TableKind.DISAGREEMENTS, DISAGREEMENT_COLUMNS),
        (TableKind.INVALID_LABELS, INVALID_LABEL_COLUMNS),
    ):
        if len(set(columns) - names) <= len(columns) // 8:
            return kind
    if is_from_predictions(header):
        return TableKind.PREDICTIONS
    if _is_trimmed_review(names) or has_review_texts(header, rows):
        return TableKind.REVIEW
    return TableKind.PREDICTIONS if _has_output_columns(header) else None


def _is_trimmed_review(names: set[str]) -> bool:
    n_columns = len(names & REVIEW_COLUMNS.keys())
    return TEXT in names and bool(names & _TRIMMED_NAMES) and n_columns >= _MIN_TRIMMED_COLUMNS


def is_from_predictions(header: Sequence[str]) -> bool:
    """Return whether a table was a ``predictions.csv``, maybe with corrected codes added to it.

    A review has candidates and confidences, too, and no other name of that file.
    """
    names = {name.strip().casefold() for name in header}
    is_review = len(names & _REVIEW_NAMES) >= _MIN_REVIEW_COLUMNS
    has_others = not _NOT_IN_REVIEWS.isdisjoint(output_positions(header))
    return not is_review and has_others and _has_output_columns(header)


def _has_output_columns(header: Sequence[str]) -> bool:
    positions = output_positions(header)
    return len(positions) >= _MIN_OUTPUT_COLUMNS and not _OWN_OUTPUT_NAMES.isdisjoint(positions)


def refuse_own_table(
    file: Named, header: Sequence[str], rows: Sequence[Sequence[str]] = ()
) -> None:
    """Raise InputError where records are expected and a table of ours is given.

    ``rows`` are its first records.
    """
    kind = table_kind(header, rows)
    if kind is None:
        return
    if kind is TableKind.REVIEW:
        answers = [name for name in header if column_key(name) in CORRECTED_NAMES]
        if answers:
            raise _with_answers(file, answers[0].strip())
        raise _without_answers(file, columns_with_codes(header, rows))
    remedies = {
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
        f"{_OWN_TABLE} (the columns of {kind})",
        expected="records that have no codes of this program",
        remedy=remedies[kind],
    )


def _with_answers(file: Named, name: str) -> InputError:
    """Return the error of a table with answers in the column ``name``, where records belong."""
    return InputError(
        file,
        f"a file of corrections (the columns of {TableKind.REVIEW}, with {name!r})",
        expected="records that have no codes of this program",
        remedy=f"Put it into the inbox with codes in {name!r}. If it holds records to code, "
        "rename that column. To code the texts of a review anew, drop the file that they came "
        "from.",
    )


def _without_answers(file: Named, names: Sequence[str]) -> InputError:
    """Return the error of a review that has no column of answers; ``names`` hold codes instead."""
    found = f"{_OWN_TABLE} (the columns of {TableKind.REVIEW}), and no column {CORRECTED!r}"
    remedy = f"Give codes in a column {CORRECTED!r}, and put the file into the inbox."
    if names:
        found += f"; codes are in {' and in '.join(map(repr, names))}"
        remedy = (
            f"If these are the answers, rename {' or '.join(map(repr, names))} to {CORRECTED!r}, "
            "and put the file into the inbox."
        )
    return InputError(
        file,
        found,
        expected=f"answers in the column {CORRECTED!r}, or records",
        remedy=f"{remedy} To code its texts anew, drop the file that they came from.",
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
