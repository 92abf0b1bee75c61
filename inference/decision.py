"""Decide which code is shown: four digits where the model is sure, fewer or none where it is not.

A group's probability is the sum of its unit groups'. Below the threshold ``truncate`` shows the
minor group of the best unit group. ``climb`` shows the most probable minor group, or the most
probable group of two digits, or of one: the first that is probable enough. The best minor group
need not be the parent of the best unit group.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

import numpy as np

from core.own_tables.code_source import CodeSource
from core.review_contract import N_REVIEW_CANDIDATES
from core.settings import InferenceSettings
from core.taxonomy import MAJOR, MINOR, SUB_MAJOR, isco08, minor_index
from core.text import SEPARATOR, UNKNOWN

Fallback = Literal["truncate", "climb"]


class SimilarCorrection(NamedTuple):
    """A corrected text that is like another one; ``cosine`` (at most 1) says how much."""

    text: str
    code: str
    cosine: float

    @property
    def shown_text(self) -> str:
        """The text as people read it, without the mark of missing duties."""
        return self.text.removesuffix(f" {SEPARATOR} {UNKNOWN}")


@dataclass(frozen=True, slots=True)
class Prediction:
    """The code of one text, and how sure it is.

    ``isco_code`` has 4 digits where ``confidence`` reached the threshold. Where it did not
    (``is_fallback``) it has 3, or 2 or 1 if the settings say so, or is empty if no group is
    probable enough. It is empty, too, for a text that is empty, no answer, or not codable. A
    correction may have 3 digits without being a fallback. ``confidence`` is the probability of the
    best unit group, ``minor_confidence`` that of ``minor_code``, both unrounded; both are 0 if the
    text names a job that the person does not have (``unheld``). ``candidates`` are
    the five likeliest unit groups with their probabilities, best first. ``source`` tells where the
    code comes from. ``similar`` are the nearest corrections of similar texts, at most three, the
    nearest first; they count in the probabilities. ``occupations`` are the codes of the occupations
    that the title of a record names, where there are several: the record has no code then.
    """

    isco_code: str
    confidence: float
    is_fallback: bool
    minor_code: str
    minor_confidence: float
    candidates: tuple[tuple[str, float], ...]
    source: CodeSource
    similar: tuple[SimilarCorrection, ...] = ()
    occupations: tuple[str, ...] = ()

    @property
    def needs_review(self) -> bool:
        """Whether a person should look: the model is not sure, or there is no text."""
        return self.is_fallback or self.source in (CodeSource.EMPTY, CodeSource.TOO_UNSURE)

    @property
    def is_by_model(self) -> bool:
        """Whether the model computed it, alone or with corrections: it has five candidates."""
        return self.source in (
            CodeSource.MODEL,
            CodeSource.SIMILAR_CORRECTION,
            CodeSource.TOO_UNSURE,
        )

    @property
    def reach(self) -> float:
        """The highest threshold that would autocode it; -1 if none would.

        A text that names several occupations, or a job that the person does not have, is left to a
        person at any threshold.
        """
        return -1.0 if self.is_unheld or self.occupations else self.confidence

    @property
    def is_unheld(self) -> bool:
        """Whether the text names a job that the person does not have."""
        return self.source is CodeSource.TOO_UNSURE and not self.confidence

    @property
    def group_code(self) -> str:
        """The code that is shown, or the minor group that was too improbable to be shown."""
        return self.isco_code or self.minor_code


def no_code(source: CodeSource) -> Prediction:
    """Return the prediction of a text that has no code: an empty one, or no answer."""
    return Prediction(
        isco_code="",
        confidence=0.0,
        is_fallback=False,
        minor_code="",
        minor_confidence=0.0,
        candidates=(),
        source=source,
    )


def unheld(prediction: Prediction) -> Prediction:
    """Return the prediction of a text whose job the person does not have: candidates, no code.

    The candidates keep their probabilities: how well each group fits the job that is named.
    """
    return replace(
        prediction,
        isco_code="",
        confidence=0.0,
        is_fallback=True,
        minor_confidence=0.0,
        source=CodeSource.TOO_UNSURE,
    )


NO_PREDICTION = no_code(CodeSource.EMPTY)
"""The prediction of an empty text."""


@dataclass(frozen=True, slots=True)
class Floors:
    """The lowest probability with which a group of 3, 2 and 1 digits is shown; 0 shows every one.

    ``sub_major`` and ``major`` count with ``climb`` alone; above 1 such a group is never shown.
    """

    minor: float = 0.0
    sub_major: float = 0.0
    major: float = 0.0


NO_FLOORS = Floors()


def floor_settings(settings: InferenceSettings) -> dict[str, float]:
    """Return name → value of the settings that are the ``Floors`` of the fallback, in order."""
    if settings.fallback == "truncate":
        return {"floor": settings.floor}
    climb = settings.climb
    return {
        "climb.minor": climb.minor,
        "climb.sub_major": climb.sub_major,
        "climb.major": climb.major,
    }


@cache
def _minor_of_unit() -> np.ndarray:
    """Return (436,) the index of each unit group's minor group."""
    return np.array(minor_index(unit[:MINOR] for unit in isco08().units))


@cache
def _starts(digits: int) -> np.ndarray:
    """Return the index of each minor group's first unit group, or of a broader one's first minor.

    The groups within one are neighbours in ISCO order.
    """
    within = isco08().units if digits == MINOR else isco08().minors
    groups = [code[:digits] for code in within]
    return np.array([groups.index(group) for group in dict.fromkeys(groups)])


def decide(
    probabilities: np.ndarray,
    threshold: float,
    fallback: Fallback,
    floors: Floors = NO_FLOORS,
) -> list[Prediction]:
    """Return one Prediction per row of ``probabilities`` (N, 436), columns in ISCO order.

    A record at or above ``threshold`` is autocoded. Below it, a group below its floor is not shown.
    Equal probabilities go to the lower code.
    """
    units = isco08().units
    minors = isco08().minors
    order = _likeliest(probabilities)  # (N, 5)
    # Adding in float64 and column by column: the same sum whatever the number of rows.
    sums = np.add.reduceat(probabilities.astype(np.float64), _starts(MINOR), axis=1)  # (N, 130)
    best_units = order[:, 0]
    shown_minors = sums.argmax(axis=1) if fallback == "climb" else _minor_of_unit()[best_units]
    rows = np.arange(len(order))
    is_sure = (probabilities[rows, best_units] >= threshold).tolist()
    confidences = np.take_along_axis(probabilities, order, axis=1).tolist()
    minor_confidences = np.minimum(sums[rows, shown_minors], 1.0).tolist()
    fallbacks = [
        minors[minor] if confidence >= floors.minor else ""
        for minor, confidence in zip(shown_minors.tolist(), minor_confidences, strict=True)
    ]
    if fallback == "climb":
        for digits, floor in ((SUB_MAJOR, floors.sub_major), (MAJOR, floors.major)):
            broader = _likely_groups(sums, digits, floor)
            fallbacks = [code or broad for code, broad in zip(fallbacks, broader, strict=True)]
    predictions = []
    for row, (indices, minor) in enumerate(zip(order.tolist(), shown_minors.tolist(), strict=True)):
        candidates = tuple(zip([units[i] for i in indices], confidences[row], strict=True))
        code = candidates[0][0] if is_sure[row] else fallbacks[row]
        predictions.append(
            Prediction(
                isco_code=code,
                confidence=candidates[0][1],
                is_fallback=not is_sure[row],
                minor_code=minors[minor],
                minor_confidence=minor_confidences[row],
                candidates=candidates,
                source=CodeSource.MODEL if code else CodeSource.TOO_UNSURE,
            )
        )
    return predictions


def likeliest_units(probabilities: np.ndarray, n: int) -> tuple[tuple[str, float], ...]:
    """Return the ``n`` likeliest unit groups with their probabilities, best first.

    ``probabilities`` (436,) are those of one text, in ISCO order. Equal ones go to the lower code.
    """
    units = isco08().units
    order = np.argsort(-probabilities, kind="stable")[:n]
    return tuple((units[index], float(probabilities[index])) for index in order)


def _likely_groups(sums: np.ndarray, digits: int, floor: float) -> list[str]:
    """Return the likeliest group of 1 or 2 digits of each row, "" where it is below ``floor``.

    ``sums`` (N, 130) has the probabilities of the minor groups.
    """
    groups = list(isco08().level(digits))
    totals = np.add.reduceat(sums, _starts(digits), axis=1)
    best = totals.argmax(axis=1)
    is_likely = np.take_along_axis(totals, best[:, None], axis=1)[:, 0] >= floor
    return [
        groups[index] if likely else ""
        for index, likely in zip(best.tolist(), is_likely.tolist(), strict=True)
    ]


def _likeliest(probabilities: np.ndarray) -> np.ndarray:
    """Return (N, 5) indices of the likeliest unit groups, best first; of equal ones the lower."""
    remaining = probabilities.copy()
    rows = np.arange(len(probabilities))
    order = np.empty((len(probabilities), N_REVIEW_CANDIDATES), np.intp)
    for rank in range(N_REVIEW_CANDIDATES):  # a fifth of the time of sorting 436 numbers
        order[:, rank] = remaining.argmax(axis=1)  # the first of equals
        remaining[rows, order[:, rank]] = -1.0
    return order
