"""Check the answers of a coder against the model and the corrections of others, before they teach.

What is counted of the answers, and what is usual: see ``inference/doubt/answer_counts.py``.

Of a few answers only a grave error is found, such as a column of codes that was moved by a row. So
coders of few answers who are as usual alone are judged together, too: many names would be a way
around the check. If their answers are not as usual, those are in doubt who gave some that are far,
or that contradict.

Answers with a code that the model has never learned tell nothing about the coder, and do not count.

Of a language that the model has not learned, a quarter of the right codes of common occupations is
behind a hundred others, and of random ones three in four. That still tells something, and a doubt
says that the model may not know the language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.decisions import decision_key
from core.corrections.doubts import Doubt
from core.languages.message import Message
from core.row_counts import Progress, no_progress
from core.settings_file.coder_names import coder_key, is_same_coder
from core.taxonomy import isco08, unit_index
from core.timestamps import utc_now
from inference.autocoder import Autocoder
from inference.doubt.answer_counts import SURE, Counts, count_answers, is_behind, reasons_for

MIN_ANSWERS = 5
"""Fewer answers prove nothing."""
_FEW_ANSWERS = 20
"""Coders with fewer are judged together, too."""
_MAX_ANSWERS = 2_000  # enough for any of the counts, in seconds
N_EXAMPLES = 5


class LatestAnswers:
    """The last 2,000 texts that a coder answered, each with its latest code."""

    def __init__(self) -> None:
        self._by_key: dict[bytes, tuple[str, str]] = {}  # by what decides a text

    @property
    def codes(self) -> dict[str, str]:
        """The code of each text."""
        return dict(self._by_key.values())

    def add(self, correction: Correction) -> str:
        """Add an answer, and return the code that its text had before, empty without one."""
        key = decision_key(correction.text)
        _, before = self._by_key.pop(key, ("", ""))
        self._by_key[key] = correction.text, correction.code
        if len(self._by_key) > _MAX_ANSWERS:
            del self._by_key[next(iter(self._by_key))]
        return before

    def withdraw(self, text: str) -> None:
        """Forget the answer about a text."""
        self._by_key.pop(decision_key(text), None)


def check_coders(
    corrections: Iterable[Correction],
    autocoder: Autocoder,
    file: str,
    confirmed: Sequence[Doubt] = (),
    progress: Progress = no_progress,
) -> list[Doubt]:
    """Return the doubts about the coders of ``corrections``, which nobody has learned from yet.

    Parameters
    ----------
    autocoder : the model, and the corrections that it has to compare with.
    file : the name under which they were handed in.
    confirmed : doubts that a person has settled.
    progress : called with 0 now and then, to show that the process is alive.
    """
    by_coder: dict[str, tuple[str, LatestAnswers]] = {}
    for correction in corrections:
        signature = correction.signature
        if correction.status is CorrectionStatus.WITHDRAWN:
            for _, answers in by_coder.values():
                answers.withdraw(correction.text)
        if correction.is_accepted and not signature.is_adjudicated:
            named = signature.coder, LatestAnswers()
            _, answers = by_coder.setdefault(coder_key(signature.coder), named)
            answers.add(correction)
    coders = [CoderAnswers(name, answers.codes) for name, answers in by_coder.values()]
    answering = [coder for coder in coders if coder.codes]
    doubts = check_answers(answering, autocoder, confirmed, progress)
    return [replace(doubt, file=file) for doubt in doubts if doubt is not None]


@dataclass(frozen=True)
class CoderAnswers:
    """A coder, "" without a name, and the unit group of each text that was answered."""

    name: str
    codes: dict[str, str]


def check_answers(
    coders: Sequence[CoderAnswers],
    autocoder: Autocoder,
    confirmed: Sequence[Doubt] = (),
    progress: Progress = no_progress,
) -> list[Doubt | None]:
    """Return the doubt about the answers of each coder, None where they are as usual.

    The other parameters are those of ``check_coders``.
    """
    doubts: list[Doubt | None] = [None] * len(coders)
    few = []
    for position, coder in enumerate(coders):
        of_coder = [doubt for doubt in confirmed if is_same_coder(doubt.coder, coder.name)]
        if len(coder.codes) >= MIN_ANSWERS:
            compared = _compare([coder], autocoder, progress)
            if reasons := reasons_for(compared.counts, of_coder):
                doubts[position] = compared.doubt(coder.name, reasons)
        if len(coder.codes) < _FEW_ANSWERS and doubts[position] is None and not of_coder:
            few.append(position)
    together = _check_together([coders[position] for position in few], autocoder, progress)
    for position, doubt in zip(few, together, strict=True):
        doubts[position] = doubt
    return doubts


@dataclass(frozen=True)
class _Compared:
    """N answers beside what others say: texts, (N, 436) probabilities twice, (N,) unit groups.

    ``coders`` (N,) are the positions of the coders who gave them, ``are_readable`` (N,) bools:
    whether the model has learned a word of the text.
    """

    coders: np.ndarray
    texts: np.ndarray
    alone: np.ndarray
    beside: np.ndarray
    units: np.ndarray
    are_readable: np.ndarray

    @property
    def counts(self) -> Counts:
        return count_answers(self.alone, self.beside, self.units)

    def doubt(self, coder: str, reasons: Iterable[str]) -> Doubt:
        """Return the doubt about the coder who gave these answers."""
        counts = self.counts
        reasons = [*reasons]
        if (n_unreadable := int((~self.are_readable).sum())) * 2 > counts.n:
            reasons.append(
                Message(
                    "the model has learned no word of {n} of {n_all} texts, and may not know their "
                    "language",
                    n=n_unreadable,
                    n_all=counts.n,
                )
            )
        return Doubt(
            coder=coder,
            file="",
            n=counts.n,
            n_far=counts.n_far,
            n_sure=counts.n_sure,
            n_against=counts.n_against,
            reasons=tuple(reasons),
            examples=self._examples(),
            since=utc_now(),
        )

    def _examples(self) -> tuple[tuple[str, str, str], ...]:
        """Return the answers that surprise most: where others are surest of another code."""
        best, confidence = self.beside.argmax(axis=1), self.beside.max(axis=1)
        is_contradicted = (confidence >= SURE) & (best != self.units)
        is_other = is_behind(self.alone, self.beside, self.units) | is_contradicted
        order = [row for row in np.argsort(-confidence, kind="stable") if is_other[row]]
        names = isco08().units
        return tuple(
            (self.texts[row], names[self.units[row]], names[best[row]])
            for row in order[:N_EXAMPLES]
        )

    def where(self, rows: np.ndarray) -> _Compared:
        """Return the answers where (N,) ``rows`` is true."""
        return _Compared(*(getattr(self, part.name)[rows] for part in fields(self)))


def _check_together(
    coders: Sequence[CoderAnswers], autocoder: Autocoder, progress: Progress
) -> list[Doubt | None]:
    """Return the doubt about each of the coders, who have few answers and are as usual alone."""
    as_usual: list[Doubt | None] = [None] * len(coders)
    if len(coders) < 2 or sum(len(coder.codes) for coder in coders) < MIN_ANSWERS:
        return as_usual
    compared = _compare(coders, autocoder, progress)
    reasons = [
        Message("of {n} coders with few answers each, {reason}", n=len(coders), reason=reason)
        for reason in reasons_for(compared.counts)
    ]
    if not reasons:
        return as_usual
    parts = [compared.where(compared.coders == position) for position in range(len(coders))]
    return [
        part.doubt(coder.name, reasons) if part.counts.n_behind or part.counts.n_against else None
        for coder, part in zip(coders, parts, strict=True)
    ]


def _compare(coders: Sequence[CoderAnswers], autocoder: Autocoder, progress: Progress) -> _Compared:
    """Compare the answers of coders with the model and the corrections of everybody else."""
    decisions = autocoder.corrections_lookup.decisions
    texts = [text for coder in coders for text in coder.codes]
    codes = [code for coder in coders for code in coder.codes.values()]
    named = {coder_key(coder.name) for coder in coders if coder.name}
    unnamed = {text for coder in coders if not coder.name for text in coder.codes}

    def is_own(text: str) -> bool:
        # Without a name only what is compared is known to be the coder's own.
        name = decisions.coder_of(text)
        return coder_key(name) in named if name else text in unnamed

    alone, beside = autocoder.probabilities_beside(texts, is_own, progress)
    units = np.array(unit_index(codes), np.intp)
    positions = np.repeat(np.arange(len(coders)), [len(coder.codes) for coder in coders])
    are_readable = autocoder.classifier.know_a_word(texts)
    compared = _Compared(positions, np.array(texts, object), alone, beside, units, are_readable)
    return compared.where(autocoder.training_profile.shares[units] > 0)
