"""Survey weights of a batch: the shares of its records in the population that they stand for.

A weight says how many people of the population a record stands for. Records whose weight is empty,
no number or negative are counted, and left out of the weighted shares.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from core.csv_table import Row
from core.languages.message import Message
from core.own_tables.code_source import CodeSource
from inference.decision import Prediction

_OUTCOMES = {
    CodeSource.TOO_UNSURE: "n_too_unsure",
    CodeSource.CORRECTION: "n_corrected",
    CodeSource.NOT_CODABLE: "n_not_codable",
}
_ANSWERS = ("n_autocoded", "n_fallback", *_OUTCOMES.values())


class WeightedShares:
    """Sums of the weights in the column ``column``, which stands at ``position`` in a row."""

    def __init__(self, column: str, position: int) -> None:
        self.column = column
        self.n_unusable = 0
        self._position = position
        self._outcomes: dict[str, float] = defaultdict(float)  # by the names of RowCounts
        self._groups: dict[str, float] = defaultdict(float)  # by the first two digits of the code

    def add(self, chunk: Sequence[Row], predictions: Sequence[Prediction]) -> None:
        """Add the weights of one chunk."""
        for row, prediction in zip(chunk, predictions, strict=True):
            weight = read_weight(row[self._position])
            if weight is None:
                self.n_unusable += 1
                continue
            self._outcomes[_outcome(prediction)] += weight
            if prediction.isco_code:
                self._groups[prediction.isco_code[:2]] += weight

    def share(self, outcome: str) -> float:
        """Return the weighted share of the answers with this outcome, a name of ``RowCounts``.

        NaN where no answer has a weight.
        """
        total = sum(self._outcomes[name] for name in _ANSWERS)
        return self._outcomes[outcome] / total if total else math.nan

    def group_share(self, code: str) -> float:
        """Return the weighted share of the coded records with a code in a group of 1 or 2 digits.

        NaN where no coded record has a weight.
        """
        total = sum(self._groups.values())
        inside = sum(weight for group, weight in self._groups.items() if group.startswith(code))
        return inside / total if total else math.nan

    def notes(self) -> list[str]:
        """Return what people should know about the weights, without full stops."""
        if not self.n_unusable:
            return []
        return [
            Message.counted(
                self.n_unusable,
                "{n} record has no usable weight in {column!r} (empty, no number, or negative): "
                "left out of the weighted shares",
                "{n} records have no usable weight in {column!r} (empty, no number, or negative): "
                "left out of the weighted shares",
                column=self.column,
            )
        ]


def read_weight(written: str) -> float | None:
    """Return a weight, None where it is no number from 0; its decimal sign may be a comma."""
    text = written.strip()
    try:
        weight = float(text.replace(",", ".") if "." not in text else text)
    except ValueError:
        return None
    return weight if math.isfinite(weight) and weight >= 0 else None


def _outcome(prediction: Prediction) -> str:
    """Return the outcome of a record by its name in ``RowCounts``; empty for no answer."""
    outcome = _OUTCOMES.get(prediction.source, "")
    if outcome or not prediction.source.has_code:
        return outcome
    return "n_fallback" if prediction.is_fallback else "n_autocoded"
