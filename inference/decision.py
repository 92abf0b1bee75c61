"""Decide which code is shown: four digits where the model is sure, three where it is not.

A minor group's probability is the sum of its unit groups'. The best minor group need not be the
parent of the best unit group: ``truncate`` shows the parent, ``climb`` the best minor group.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Literal

import numpy as np

from core.review_contract import N_REVIEW_CANDIDATES
from core.taxonomy import MINOR, isco08, minor_index

Fallback = Literal["truncate", "climb"]


class Source(StrEnum):
    """Where the code of a text comes from."""

    MODEL = "model"
    """The model computed it."""
    CORRECTION = "correction"
    """A coder corrected this very text; the code is the only candidate."""
    EMPTY = "empty"
    """The text is empty and has no code."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """The code of one text, and how sure it is.

    ``isco_code`` has 4 digits where ``confidence`` reached the threshold, 3 where not
    (``is_fallback``), and is empty for an empty text. ``confidence`` is the probability of the best
    unit group, ``minor_confidence`` that of ``minor_code``, both unrounded. ``candidates`` are the
    five likeliest unit groups with their probabilities, best first. ``source`` tells
    where the code comes from.
    """

    isco_code: str
    confidence: float
    is_fallback: bool
    minor_code: str
    minor_confidence: float
    candidates: tuple[tuple[str, float], ...]
    source: Source

    @property
    def needs_review(self) -> bool:
        """Whether a person should look: the model is not sure, or there is no text."""
        return self.is_fallback or not self.isco_code


NO_PREDICTION = Prediction(
    isco_code="",
    confidence=0.0,
    is_fallback=False,
    minor_code="",
    minor_confidence=0.0,
    candidates=(),
    source=Source.EMPTY,
)
"""The prediction of an empty text."""


@cache
def _minor_starts() -> np.ndarray:
    """Return (130,) the index of each minor group's first unit group.

    The unit groups of a minor group are neighbours in ISCO order.
    """
    return np.unique([unit[:MINOR] for unit in isco08().units], return_index=True)[1]


@cache
def _minor_of_unit() -> np.ndarray:
    """Return (436,) the index of each unit group's minor group."""
    return np.array(minor_index(unit[:MINOR] for unit in isco08().units))


def decide(probabilities: np.ndarray, threshold: float, fallback: Fallback) -> list[Prediction]:
    """Return one Prediction per row of ``probabilities`` (N, 436), columns in ISCO order.

    A record at or above ``threshold`` is autocoded. Equal probabilities go to the lower code.
    """
    units = isco08().units
    minors = isco08().minors
    order = _likeliest(probabilities)  # (N, 5)
    # Adding in float64 and column by column: the same sum whatever the number of rows.
    sums = np.add.reduceat(probabilities.astype(np.float64), _minor_starts(), axis=1)  # (N, 130)
    best_units = order[:, 0]
    shown_minors = sums.argmax(axis=1) if fallback == "climb" else _minor_of_unit()[best_units]
    rows = np.arange(len(order))
    is_sure = (probabilities[rows, best_units] >= threshold).tolist()
    confidences = np.take_along_axis(probabilities, order, axis=1).tolist()
    minor_confidences = np.minimum(sums[rows, shown_minors], 1.0).tolist()
    predictions = []
    for row, (indices, minor) in enumerate(zip(order.tolist(), shown_minors.tolist(), strict=True)):
        candidates = tuple(zip([units[i] for i in indices], confidences[row], strict=True))
        predictions.append(
            Prediction(
                isco_code=candidates[0][0] if is_sure[row] else minors[minor],
                confidence=candidates[0][1],
                is_fallback=not is_sure[row],
                minor_code=minors[minor],
                minor_confidence=minor_confidences[row],
                candidates=candidates,
                source=Source.MODEL,
            )
        )
    return predictions


def _likeliest(probabilities: np.ndarray) -> np.ndarray:
    """Return (N, 5) indices of the likeliest unit groups, best first; of equal ones the lower."""
    remaining = probabilities.copy()
    rows = np.arange(len(probabilities))
    order = np.empty((len(probabilities), N_REVIEW_CANDIDATES), np.intp)
    for rank in range(N_REVIEW_CANDIDATES):  # a fifth of the time of sorting 436 numbers
        order[:, rank] = remaining.argmax(axis=1)  # the first of equals
        remaining[rows, order[:, rank]] = -1.0
    return order
