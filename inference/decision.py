"""Probabilities → the code that is shown: four digits where sure, three where not.

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
    """What is said of one text.

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
        """Whether a person should look: not sure, or nothing to go by."""
        return self.is_fallback or not self.isco_code


EMPTY = Prediction("", 0.0, False, "", 0.0, (), Source.EMPTY)


@cache
def _minor_starts() -> np.ndarray:
    """(130,) index of each minor group's first unit group; they lie side by side in ISCO order."""
    units = isco08().units
    return np.array([i for i, u in enumerate(units) if i == 0 or u[:3] != units[i - 1][:3]])


@cache
def _minor_positions() -> np.ndarray:
    """(436,) index of each unit group's minor group."""
    return np.array(minor_index(unit[:MINOR] for unit in isco08().units))


def decide(probabilities: np.ndarray, threshold: float, fallback: Fallback) -> list[Prediction]:
    """One Prediction per row of ``probabilities`` (N, 436), columns in ISCO order.

    A record at or above ``threshold`` is autocoded. Equal probabilities go to the lower code.
    """
    units, minors = isco08().units, isco08().minors
    order = _likeliest(probabilities)  # (N, 5)
    # Adding in float64 and column by column: the same sum whatever the number of rows.
    sums = np.add.reduceat(probabilities.astype(np.float64), _minor_starts(), axis=1)  # (N, 130)
    best = order[:, 0]
    chosen = sums.argmax(axis=1) if fallback == "climb" else _minor_positions()[best]
    rows = np.arange(len(order))
    sure = (probabilities[rows, best] >= threshold).tolist()
    confidences = np.take_along_axis(probabilities, order, axis=1).tolist()
    minor_confidences = np.minimum(sums[rows, chosen], 1.0).tolist()
    predictions = []
    for row, (places, minor) in enumerate(zip(order.tolist(), chosen.tolist(), strict=True)):
        candidates = tuple(zip([units[i] for i in places], confidences[row], strict=True))
        predictions.append(
            Prediction(
                isco_code=candidates[0][0] if sure[row] else minors[minor],
                confidence=candidates[0][1],
                is_fallback=not sure[row],
                minor_code=minors[minor],
                minor_confidence=minor_confidences[row],
                candidates=candidates,
                source=Source.MODEL,
            )
        )
    return predictions


def _likeliest(probabilities: np.ndarray) -> np.ndarray:
    """(N, 5) positions of the likeliest unit groups, best first; of equal ones the lower code."""
    left, rows = probabilities.copy(), np.arange(len(probabilities))
    order = np.empty((len(probabilities), N_REVIEW_CANDIDATES), np.intp)
    for rank in range(N_REVIEW_CANDIDATES):  # a fifth of the time of sorting 436 numbers
        order[:, rank] = left.argmax(axis=1)  # the first of equals
        left[rows, order[:, rank]] = -1.0
    return order
