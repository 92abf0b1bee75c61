"""Survey weights of a batch: the shares of its records in the population that they stand for.

A weight says how many people of the population a record stands for. Records whose weight is empty,
no number or negative are counted, and left out of the weighted shares.

The decimal sign is that of the whole column: beside ``0,850``, ``1.250`` means 1250. So the sums
are kept for both signs, and those count which leave out fewer records. Where both leave out as
many, as with ``1.250`` alone, the notes say which was taken.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.formats.source import Row
from core.isco_codes.plain_field import plain_characters
from core.languages.message import Message
from core.own_tables.code_source import CodeSource
from inference.decision import Prediction

_OUTCOMES = {
    CodeSource.TOO_UNSURE: "n_too_unsure",
    CodeSource.CORRECTION: "n_corrected",
    CodeSource.NOT_CODABLE: "n_not_codable",
}
_THOUSANDS_SIGNS = {".": ",", ",": "."}  # by the decimal sign
_SPACES = re.compile(r"\s+|(?<=\d)['’](?=\d{3})")
_ANSWERS = ("n_autocoded", "n_fallback", *_OUTCOMES.values())


@dataclass
class _Sums:
    """The weights with one decimal sign; records without a usable one are counted."""

    outcomes: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """By the names of ``RowCounts``."""
    groups: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """By the first two digits of the code."""
    n_unusable: int = 0

    def add(self, weight: float | None, prediction: Prediction) -> None:
        """Add the weight of one record."""
        if weight is None:
            self.n_unusable += 1
            return
        self.outcomes[_outcome(prediction)] += weight
        if prediction.isco_code:
            self.groups[prediction.isco_code[:2]] += weight


class WeightedShares:
    """Sums of the weights in the column ``column``, which stands at ``position`` in a row."""

    def __init__(self, column: str, position: int) -> None:
        self.column = column
        self._position = position
        self._by_sign = {sign: _Sums() for sign in _THOUSANDS_SIGNS}
        self._n_with: Counter[str] = Counter()  # weights with a sign, by the sign
        self._n_ambiguous = 0  # weights that are another number with the other sign
        self._ambiguous = ""  # the first of them

    def add(self, chunk: Sequence[Row], predictions: Sequence[Prediction]) -> None:
        """Add the weights of one chunk."""
        for row, prediction in zip(chunk, predictions, strict=True):
            written = plain_characters(row[self._position])  # "٢٦١٫٤٤" is 261.44
            weights = {sign: read_weight(written, sign) for sign in self._by_sign}
            for sign, weight in weights.items():
                self._by_sign[sign].add(weight, prediction)
                self._n_with[sign] += sign in written
            if None not in weights.values() and len(set(weights.values())) > 1:
                self._n_ambiguous += 1
                self._ambiguous = self._ambiguous or written.strip()

    @property
    def n_unusable(self) -> int:
        """How many records have no usable weight."""
        return self._sums.n_unusable

    @property
    def _sums(self) -> _Sums:
        return self._by_sign[self._sign]

    @property
    def _sign(self) -> str:
        # "1.250" alone may be both: weights have decimals more often than thousands.
        return min(self._by_sign, key=lambda s: (self._by_sign[s].n_unusable, -self._n_with[s]))

    def share(self, outcome: str) -> float:
        """Return the weighted share of the answers with this outcome, a name of ``RowCounts``.

        NaN where no answer has a weight.
        """
        outcomes = self._sums.outcomes
        total = sum(outcomes[name] for name in _ANSWERS)
        return outcomes[outcome] / total if total else math.nan

    def group_share(self, code: str) -> float:
        """Return the weighted share of a group of 1 or 2 digits.

        It is that of the records whose code has as many digits or more; NaN where none of them has
        a weight.
        """
        groups = self._sums.groups
        total = sum(weight for group, weight in groups.items() if len(group) >= len(code))
        inside = sum(weight for group, weight in groups.items() if group.startswith(code))
        return inside / total if total else math.nan

    def notes(self) -> list[str]:
        """Return what people should know about the weights, without full stops."""
        return [
            *Message.notes_of(
                self.n_unusable,
                "{n} record has no usable weight in {column!r} (empty, no number, negative, or a "
                "formula without its result): left out of the weighted shares",
                "{n} records have no usable weight in {column!r} (empty, no number, negative, or a "
                "formula without its result): left out of the weighted shares",
                column=self.column,
            ),
            *self._note_on_sign(),
        ]

    def _note_on_sign(self) -> list[str]:
        """Return which decimal sign was taken, where the column does not tell it."""
        weight = read_weight(self._ambiguous, self._sign)
        if weight is None or len({sums.n_unusable for sums in self._by_sign.values()}) > 1:
            return []
        shown = format(weight, ".10g")
        return Message.notes_of(
            self._n_ambiguous,
            "{n} weight in {column!r} may have decimals or thousands ({text}), and no other weight "
            "tells which: it was read as {weight}. If it is another number, write the weights "
            "without a sign between thousands",
            "{n} weights in {column!r} may have decimals or thousands ({text}), and no other "
            "weight tells which: the first was read as {weight}. If it is another number, write "
            "the weights without a sign between thousands",
            column=self.column,
            text=repr(self._ambiguous),
            weight=shown,
        )


def read_weight(written: str, decimal_sign: str) -> float | None:
    """Return a weight, None where it is no number from 0.

    ``decimal_sign`` is "." or ","; the other one, a space or an apostrophe may part thousands.
    """
    text = _SPACES.sub("", written)
    thousands = _THOUSANDS_SIGNS[decimal_sign]
    if thousands in text:
        whole, _, _ = text.partition(decimal_sign)
        if not re.fullmatch(rf"[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{3}})+", whole):
            return None
        text = text.replace(thousands, "")
    try:
        # Python would read "1_000" as well.
        weight = math.nan if "_" in text else float(text.replace(decimal_sign, "."))
    except ValueError:
        return None
    return weight if math.isfinite(weight) and weight >= 0 else None


def _outcome(prediction: Prediction) -> str:
    """Return the outcome of a record by its name in ``RowCounts``; empty for no answer."""
    outcome = _OUTCOMES.get(prediction.source, "")
    if outcome or not prediction.source.has_code:
        return outcome
    return "n_fallback" if prediction.is_fallback else "n_autocoded"
