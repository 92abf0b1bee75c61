"""The distinct texts that the model coded in a batch, of 17 bytes each.

Texts that one answer decides ("nurse" and "nurse" with the duties "NA") are one, as in the review.
The records of one text are right or wrong together. So a share of records is as sure as one of
fewer texts that have the same number of records each (``effective_number``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.corrections.decisions import decided_text
from inference.decision import Prediction
from inference.office.share_interval import effective_number

_MIN_MERGE = 100_000
_TEXT = np.dtype(
    [("hash", np.int64), ("reach", np.float32), ("is_seen", np.bool_), ("n_records", np.uint32)]
)


class DistinctTexts:
    """Collects texts chunk by chunk; its length is the number of distinct ones."""

    def __init__(self) -> None:
        self._texts = np.zeros(0, _TEXT)  # distinct
        self._new: list[np.ndarray] = []
        self._n_new = 0

    def __len__(self) -> int:
        return len(self._merged())

    def add(
        self, texts: Sequence[str], predictions: Sequence[Prediction], is_seen: np.ndarray
    ) -> None:
        """Add N records that the model coded; ``is_seen`` (N,): the text was in the training."""
        rows = np.empty(len(texts), _TEXT)
        # "nurse / welder" and "nurse welder" are one text, but one of them is left to a person.
        reach = [prediction.reach for prediction in predictions]
        decided = map(decided_text, texts)
        rows["hash"] = [hash(pair) for pair in zip(decided, reach, strict=True)]
        rows["reach"] = reach
        rows["is_seen"] = is_seen
        rows["n_records"] = 1
        self._new.append(rows)
        self._n_new += len(rows)
        if self._n_new > max(len(self._texts), _MIN_MERGE):
            self._merged()

    def _merged(self) -> np.ndarray:
        """Merge the new texts into the distinct ones, and return these."""
        if self._new:
            texts = np.concatenate([self._texts, *self._new])
            _, first, place = np.unique(texts["hash"], return_index=True, return_inverse=True)
            self._texts = texts[first]
            self._texts["n_records"] = np.bincount(place, texts["n_records"], len(first))
            self._new, self._n_new = [], 0
        return self._texts

    def n_below(self, threshold: float) -> int:
        """Return how many texts a threshold leaves to a person."""
        return int((self._merged()["reach"] < threshold).sum())

    def n_effective_above(self, threshold: float) -> float:
        """Return how many texts of equal size say as much as those that a threshold autocodes.

        0 where it autocodes none.
        """
        texts = self._merged()
        n_records = texts["n_records"][texts["reach"] >= threshold].astype(float)
        return effective_number(n_records) if len(n_records) else 0.0

    @property
    def unseen_rate(self) -> float:
        """Share of the texts that were in no training; NaN without texts."""
        texts = self._merged()
        return float((~texts["is_seen"]).mean()) if len(texts) else np.nan
