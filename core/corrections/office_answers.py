"""The answers that say how sure the model may be of the texts of this office.

They are answers to what a review asked: every text below the threshold, and the random sample of
the autocoded records. Weighted by how they were drawn they are a picture of all texts of their
batches. The lists of the batches (``coded_texts.py``) tell how a text was drawn. Answers that
nobody asked for do not count: people correct what is wrong, and leave what is right.

A text counts once, with the decision that holds. An answered text below the threshold stands for as
many as there were per answered one. A drawn text stands for autocoded texts in proportion to the
share of its records that were drawn (Hájek 1971), because a text with many records is drawn more
often. Of a review that was answered in part this assumes that the model is as often right on the
answered texts as on the others *of the same confidence*.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.corrections.coded_texts import CodedTexts, Draws
from core.corrections.decisions import Decisions

MIN_ANSWERS = 100
"""Fewer answers calibrate nothing."""
MIN_SAMPLED = 5
"""Nor do answers of which fewer are of the random sample: they say nothing of the sure codes."""
_MAX_ANSWERS = 5_000  # more would change nothing and take seconds


class AnswerOrigin(NamedTuple):
    """Where the latest answer about a text comes from.

    ``sampled`` names the random sample that the text was drawn into, if any; ``date`` is that of
    the answer, or of the day on which it came (ISO 8601, empty if neither is known); ``files`` are
    the files in the corrections folder that decide the text, the first one first.
    """

    sampled: str = ""
    date: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class OfficeAnswers:
    """N asked texts with their decisions: unit group, minor group or ``NOT_CODABLE``.

    ``weights`` say for how many texts of the batches each stands, ``is_sampled`` whether it was
    drawn among the autocoded ones, ``files`` which files have each. ``n_autocoded`` texts were
    autocoded in the same batches; ``answered_rate`` of the others were answered. ``until`` is the
    date of the latest answer.
    """

    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    is_sampled: tuple[bool, ...] = ()
    files: tuple[tuple[str, ...], ...] = ()
    n_autocoded: int = 0
    answered_rate: float = 1.0
    until: str = ""

    def __len__(self) -> int:
        return len(self.texts)

    @classmethod
    def read(
        cls, corrections_dir: Path, decisions: Decisions, origins: Mapping[str, AnswerOrigin]
    ) -> OfficeAnswers:
        """Return the answers that were asked for, in the order of their texts.

        ``origins`` are the decided texts, the latest last.
        """
        texts = [text for text in origins if _says_something(decisions, text)]
        if not texts:
            return cls()
        draws = CodedTexts(corrections_dir).draws(texts, [origins[text].sampled for text in texts])
        chosen, weights = _latest(draws)
        counted = [texts[place] for place in chosen]
        return cls(
            texts=tuple(counted),
            codes=tuple(decisions.get(text) or "" for text in counted),
            weights=tuple(weights.tolist()),
            is_sampled=tuple(draws.is_sampled[chosen].tolist()),
            files=tuple(origins[text].files for text in counted),
            n_autocoded=draws.n_autocoded,
            answered_rate=draws.answered_rate,
            until=max((origins[text].date for text in counted), default=""),
        )

    @property
    def n_sampled(self) -> int:
        """How many of the texts were drawn at random among the autocoded ones."""
        return sum(self.is_sampled)

    @property
    def are_enough(self) -> bool:
        """Whether there are enough answers to calibrate with."""
        has_sample = self.n_sampled >= MIN_SAMPLED or not self.n_autocoded
        return len(self) >= MIN_ANSWERS and has_sample

    def without(self, is_left_out: np.ndarray) -> OfficeAnswers:
        """Return the answers but those of ``is_left_out``, (N,) bool."""
        rows = np.flatnonzero(~is_left_out)
        return replace(
            self,
            texts=tuple(self.texts[row] for row in rows),
            codes=tuple(self.codes[row] for row in rows),
            weights=tuple(self.weights[row] for row in rows),
            is_sampled=tuple(self.is_sampled[row] for row in rows),
            files=tuple(self.files[row] for row in rows),
        )

    @cached_property
    def version(self) -> str:
        """A hash of what can change a code (8 hexadecimal digits)."""
        values = (self.texts, self.codes, self.weights, self.is_sampled, self.n_autocoded)
        return hashlib.sha256(repr(values).encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _latest(draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the latest answers that were asked for, and their weights.

    Half of the places are for those of the random sample. Those that are left out have their weight
    given to the others that were drawn alike: all stand for as many texts as before.
    """
    is_asked, weights = draws.weights > 0, draws.weights.copy()
    sampled = np.flatnonzero(is_asked & draws.is_sampled)[-(_MAX_ANSWERS // 2) :]
    others = np.flatnonzero(is_asked & ~draws.is_sampled)[-(_MAX_ANSWERS - len(sampled)) :]
    for places, is_alike in ((sampled, draws.is_sampled), (others, ~draws.is_sampled)):
        if len(places):
            weights[places] *= weights[is_alike].sum() / weights[places].sum()
    chosen = np.sort(np.concatenate([sampled, others]))
    return chosen, weights[chosen]


def _says_something(decisions: Decisions, text: str) -> bool:
    """Whether the decision about a text counts: one in doubt says nothing about others."""
    return decisions.get(text) is not None and not decisions.is_in_doubt(text)
