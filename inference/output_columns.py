"""What is written of a coded record: the columns that stand behind the input's own, and counts.

The same in every output: ``predictions.csv`` writes them as text (``as_cells``), a Parquet shard of
a census keeps their types.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.row_counts import RowCounts
from core.taxonomy import isco08
from inference.decision import Prediction

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


def output_values(prediction: Prediction, version: str) -> tuple[Value, ...]:
    """The values of ``PREDICTION_COLUMNS``; None where there is nothing to say."""
    candidates: list[Value] = []
    for code, confidence in prediction.candidates[:N_CANDIDATES]:
        candidates += [code, confidence]
    # An empty text has no candidates, a corrected one a single.
    candidates += [None] * (2 * N_CANDIDATES - len(candidates))
    return (
        prediction.isco_code or None,
        isco08().title(prediction.isco_code) if prediction.isco_code else None,
        prediction.confidence,
        prediction.is_fallback,
        prediction.minor_code or None,
        prediction.minor_confidence,
        prediction.needs_review,
        prediction.source,
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


def counts(predictions: Sequence[Prediction]) -> RowCounts:
    """How many records were coded, and how many of each kind."""
    n_fallback = sum(prediction.is_fallback for prediction in predictions)
    n_empty = sum(prediction.source == "empty" for prediction in predictions)
    n_corrected = sum(prediction.source == "correction" for prediction in predictions)
    return RowCounts(
        n_rows_out=len(predictions),
        n_autocoded=len(predictions) - n_fallback - n_empty - n_corrected,
        n_fallback=n_fallback,
        n_empty=n_empty,
        n_corrected=n_corrected,
        n_review=sum(prediction.needs_review for prediction in predictions),
    )
