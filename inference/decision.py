"""Probabilities → the code that is shown: four digits where sure, three where not.

A minor group's probability is the sum of its unit groups'. The best minor group need not be the
parent of the best unit group: ``truncate`` shows the parent, ``climb`` the best minor group.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from isco.taxonomy import isco08

Fallback = Literal["truncate", "climb"]
N_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Coding:
    """What is said of one text.

    ``isco_code`` has 4 digits where ``confidence`` reached the threshold, 3 where not
    (``is_fallback``), and is empty for an empty text. ``confidence`` is the probability of the best
    unit group, ``minor_confidence`` that of ``minor_code``, both unrounded. ``candidates`` are the
    five likeliest unit groups with their probabilities, best first. ``source`` is ``model``,
    ``correction`` (a coder decided this very text; the one candidate is that code) or ``empty``.
    """

    isco_code: str
    confidence: float
    is_fallback: bool
    minor_code: str
    minor_confidence: float
    candidates: tuple[tuple[str, float], ...]
    source: str

    @property
    def needs_review(self) -> bool:
        """Whether a person should look: not sure, or nothing to go by."""
        return self.is_fallback or not self.isco_code


EMPTY = Coding("", 0.0, False, "", 0.0, (), "empty")


@cache
def _minor_starts() -> np.ndarray:
    """(130,) index of each minor group's first unit group; they lie side by side in ISCO order."""
    units = isco08().units
    return np.array([i for i, u in enumerate(units) if i == 0 or u[:3] != units[i - 1][:3]])


def decide(probabilities: np.ndarray, threshold: float, fallback: Fallback) -> list[Coding]:
    """One Coding per row of ``probabilities`` (N, 436), columns in ISCO order.

    A record at or above ``threshold`` is autocoded. Equal probabilities go to the lower code.
    """
    units, minors = isco08().units, isco08().minors
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :N_CANDIDATES]  # (N, 5)
    confidences = np.take_along_axis(probabilities, order, axis=1)
    # Adding in float64 and column by column: the same sum whatever the number of rows.
    sums = np.add.reduceat(probabilities.astype(np.float64), _minor_starts(), axis=1)  # (N, 130)
    likeliest = sums.argmax(axis=1)
    codings = []
    for row, (best, confidence) in enumerate(zip(order, confidences, strict=True)):
        minor_code = minors[likeliest[row]] if fallback == "climb" else units[best[0]][:3]
        sure = bool(confidence[0] >= threshold)
        codings.append(
            Coding(
                isco_code=units[best[0]] if sure else minor_code,
                confidence=float(confidence[0]),
                is_fallback=not sure,
                minor_code=minor_code,
                minor_confidence=min(1.0, float(sums[row, minors.index(minor_code)])),
                candidates=tuple(
                    (units[i], float(c)) for i, c in zip(best, confidence, strict=True)
                ),
                source="model",
            )
        )
    return codings
