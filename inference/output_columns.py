"""What is written of a coded record: the columns that stand behind the input's own, and counts.

The same in every output: ``predictions.csv`` writes them as text (``as_cells``), a Parquet shard of
a census keeps their types.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.row_counts import Counts
from core.taxonomy import isco08
from inference.decision import Coding

N_CANDIDATES = 3
PREDICTION_COLUMNS = (
    "isco_code", "isco_title", "confidence", "is_fallback", "minor_code", "minor_confidence",
    "needs_review", "source",
    *(name for k in range(1, N_CANDIDATES + 1) for name in (f"candidate_{k}",
                                                             f"candidate_{k}_confidence")),
    "model_version",
)  # fmt: skip
TAKEN_PREFIX = "predicted_"

Value = str | float | bool | None


def free_names(header: Sequence[str]) -> list[str]:
    """Our column names; one that the input has already gets the prefix ``predicted_``."""
    taken = {name.strip().casefold() for name in header}
    names = []
    for name in PREDICTION_COLUMNS:
        while name in taken:
            name = TAKEN_PREFIX + name
        names.append(name)
    return names


def prediction(coding: Coding, version: str) -> tuple[Value, ...]:
    """The values of ``PREDICTION_COLUMNS``; None where there is nothing to say."""
    candidates: list[Value] = []
    for code, confidence in coding.candidates[:N_CANDIDATES]:
        candidates += [code, confidence]
    # An empty text has no candidates, a corrected one a single.
    candidates += [None] * (2 * N_CANDIDATES - len(candidates))
    return (
        coding.isco_code or None,
        isco08().title(coding.isco_code) if coding.isco_code else None,
        coding.confidence,
        coding.is_fallback,
        coding.minor_code or None,
        coding.minor_confidence,
        coding.needs_review,
        coding.source,
        *candidates,
        version,
    )


def as_cells(values: Sequence[Value]) -> list[str]:
    """The same values as text: nothing is ``""``, a bool lower case, a float nine digits."""
    return [_cell(value) for value in values]


def _cell(value: Value) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else format_confidence(value)


def format_confidence(confidence: float) -> str:
    """Nine significant digits: enough that no float32 is rounded."""
    return f"{confidence:.9g}"


def counts(codings: Sequence[Coding]) -> Counts:
    """How many records were coded, and how many of each kind."""
    n_fallback = sum(coding.is_fallback for coding in codings)
    n_empty = sum(coding.source == "empty" for coding in codings)
    n_corrected = sum(coding.source == "correction" for coding in codings)
    return Counts(
        n_rows_out=len(codings),
        n_autocoded=len(codings) - n_fallback - n_empty - n_corrected,
        n_fallback=n_fallback,
        n_empty=n_empty,
        n_corrected=n_corrected,
        n_review=sum(coding.needs_review for coding in codings),
    )
