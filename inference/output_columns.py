"""The values of the columns that the program adds to the input's own.

``core/own_tables/output_contract.py`` has the names and types of the columns. ``predictions.csv``
writes the values as text (``as_cells``), a Parquet shard of a distributed run keeps their types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from core.isco_scores.derived_variables import derived_values
from core.isco_titles.group_titles import ENGLISH, titles_in
from core.own_tables.code_source import CodeSource
from core.own_tables.output_contract import CANDIDATE_COLUMNS
from core.row_counts import RowCounts
from core.settings import OutputSettings
from core.taxonomy import UNIT
from inference.decision import Prediction

Value = str | int | float | bool | None
_COMPUTED = (CodeSource.MODEL, CodeSource.SIMILAR_CORRECTION)


def output_values(
    prediction: Prediction,
    version: str,
    pads_codes: bool = False,
    language: str = ENGLISH,
    derived: Sequence[str] = (),
) -> dict[str, Value]:
    """Return the value of each of our columns, in their order; None where there is none.

    ``version`` is the version of the model. ``pads_codes``: a code of fewer than four digits gets
    zeros at its end. ``language`` is that of ``isco_title``. ``derived`` are the derived
    variables behind the other columns.
    """
    code = prediction.isco_code
    values: dict[str, Value] = {
        "isco_code": shown_code(code, pads_codes) or None,
        "isco_title": titles_in(language)[code] if code else None,
        "confidence": prediction.confidence,
        "is_fallback": prediction.is_fallback,
        "minor_code": prediction.minor_code or None,
        "minor_confidence": prediction.minor_confidence,
        "needs_review": prediction.needs_review,
        "source": prediction.source,
    }
    # A text without a code has no candidates, a corrected one a single.
    n_candidates = len(prediction.candidates)
    for rank, (code_column, confidence_column) in enumerate(CANDIDATE_COLUMNS):
        candidate = prediction.candidates[rank] if rank < n_candidates else (None, None)
        values[code_column], values[confidence_column] = candidate
    values["model_version"] = version
    return values | derived_values(code, derived)


def shown_code(code: str, pads_codes: bool) -> str:
    """Return a code as ``isco_code`` shows it: with ``output.pad_codes`` 721 is 7210."""
    return code.ljust(UNIT, "0") if pads_codes and code else code


def answer_values(prediction: Prediction, version: str, output: OutputSettings) -> dict[str, Any]:
    """Return the values of ``predictions.csv`` as an answer in JSON has them.

    Instead of the columns of three candidates it has all ``candidates`` at its end, best first.
    """
    values = output_values(prediction, version, output.pad_codes, output.language, output.derived)
    columns = {name for pair in CANDIDATE_COLUMNS for name in pair}
    titles = titles_in(output.language)
    candidates = [
        {"isco_code": code, "isco_title": titles[code], "confidence": confidence}
        for code, confidence in prediction.candidates
    ]
    kept = {name: value for name, value in values.items() if name not in columns}
    return {**kept, "candidates": candidates}


def as_cells(values: Mapping[str, Value]) -> list[str]:
    """Return the values as text: None is ``""``, a bool lower case, a float nine digits."""
    return [_cell(value) for value in values.values()]


def _cell(value: Value) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else format_confidence(value)


def format_confidence(confidence: float) -> str:
    """Return nine significant digits: enough that no float32 is rounded."""
    return f"{confidence:.9g}"


def counts(predictions: Sequence[Prediction]) -> RowCounts:
    """Return how many records were coded, and how many of each kind."""
    n_by_source = Counter(prediction.source for prediction in predictions)
    n_fallback = sum(
        prediction.is_fallback and prediction.source in _COMPUTED for prediction in predictions
    )
    return RowCounts(
        n_rows_out=len(predictions),
        n_autocoded=sum(n_by_source[source] for source in _COMPUTED) - n_fallback,
        n_fallback=n_fallback,
        n_too_unsure=n_by_source[CodeSource.TOO_UNSURE],
        n_empty=n_by_source[CodeSource.EMPTY],
        n_not_stated=n_by_source[CodeSource.NOT_STATED],
        n_not_working=n_by_source[CodeSource.NOT_WORKING],
        n_corrected=n_by_source[CodeSource.CORRECTION],
        n_not_codable=n_by_source[CodeSource.NOT_CODABLE],
        n_review=sum(prediction.needs_review for prediction in predictions),
    )
