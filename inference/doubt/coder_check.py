"""Check the answers of a coder against the model and the corrections of others, before they teach.

Three counts are compared with what is usual for honest coders:

- *far*: the code is none of the model's first hundred, has a probability below 1 in 10,000, and no
  similar correction gives it more. Slips, shifted rows and random codes are like that.
- *against*: model and similar corrections are sure of another code (0.9 or more).
- *rule*: they are sure of one unit group, and the coder gives all or most of its texts one other.

What is usual was measured on simulated offices (``python -m benchmarks.doubts``). Of honest coders
who use the codes as the model does, about 1 in 1,000 is named wrongly. An office with habits of its
own is named rightly: nobody but a person can tell a habit from an error.

The coders of a file who have too few answers to be judged alone are judged together: many names
would be a way around the check. If their answers are not as usual, those are in doubt who gave some
that are far, or that contradict.

Answers with a code that the model has never learned tell nothing about the coder, and do not count.
Where a coder was confirmed before, that many far and contradicting answers are usual.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.doubts import Doubt, is_same_coder
from core.file_io import utc_now
from core.taxonomy import isco08, unit_index
from inference.autocoder import Autocoder
from inference.doubt.chance import UsualShare

Progress = Callable[[int], None]

MIN_ANSWERS = 20
"""Fewer answers of a coder prove nothing."""
MAX_ANSWERS = 2_000
"""The first answers of a coder that are looked at: enough for any of the counts, in seconds."""
N_EXAMPLES = 5
_FAR_RANK, _FAR_PROBABILITY = 100, 1e-4
_SURE = 0.9
_NEAR_TIE = 1.05  # of two processors one may turn the order of what is nearer
USUALLY_FAR = UsualShare(0.8, 200)
USUALLY_AGAINST = UsualShare(2, 18)
_RULE_SHARE = UsualShare(3, 97)
_MIN_OF_RULE = 3
_FAR_CHANCE, _AGAINST_CHANCE, _RULE_CHANCE = 5e-4, 2.5e-4, 2.5e-4


def no_progress(n_done: int) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class Counts:
    """What is counted of one coder's answers.

    ``rule`` is the likeliest habit: the code that others are sure of, the coder's, how often, and
    of how many; ``n_groups`` is how many unit groups could have had one.
    """

    n: int
    n_far: int
    n_sure: int
    n_against: int
    rule: tuple[str, str, int, int] | None
    n_groups: int


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
    by_coder: dict[str, dict[str, Correction]] = {}
    for correction in corrections:
        signature = correction.signature
        if correction.status is CorrectionStatus.WITHDRAWN:
            for answers in by_coder.values():
                answers.pop(correction.text, None)
        if correction.is_accepted and not signature.is_adjudicated:
            answers = by_coder.setdefault(signature.coder.casefold(), {})
            if len(answers) < MAX_ANSWERS or correction.text in answers:
                answers[correction.text] = correction
    coders = [_Coder.of(answers) for answers in by_coder.values() if answers]
    doubts = [
        check_coder(coder.name, coder.codes, autocoder, coder.among(confirmed), progress)
        for coder in coders
    ]
    few = [
        coder for coder in coders if len(coder.codes) < MIN_ANSWERS and not coder.among(confirmed)
    ]
    doubts += _check_together(few, autocoder, progress)
    return [replace(doubt, file=file) for doubt in doubts if doubt is not None]


@dataclass(frozen=True)
class _Coder:
    """A coder, and the unit group of each text that was answered."""

    name: str
    codes: dict[str, str]

    @classmethod
    def of(cls, answers: dict[str, Correction]) -> _Coder:
        name = next(iter(answers.values())).signature.coder
        return cls(name, {text: correction.code for text, correction in answers.items()})

    def among(self, doubts: Iterable[Doubt]) -> list[Doubt]:
        """Return the doubts about this coder."""
        return [doubt for doubt in doubts if is_same_coder(doubt.coder, self.name)]


@dataclass(frozen=True)
class _Compared:
    """N answers beside what others say: texts, (N, 436) probabilities twice, (N,) unit groups.

    ``coders`` (N,) are the positions of the coders who gave them.
    """

    coders: np.ndarray
    texts: np.ndarray
    alone: np.ndarray
    beside: np.ndarray
    units: np.ndarray

    @property
    def counts(self) -> Counts:
        return count_answers(self.alone, self.beside, self.units)

    def doubt(self, coder: str, reasons: Iterable[str]) -> Doubt:
        """Return the doubt about the coder who gave these answers."""
        counts = self.counts
        return Doubt(
            coder=coder,
            file="",
            n=counts.n,
            n_far=counts.n_far,
            n_sure=counts.n_sure,
            n_against=counts.n_against,
            reasons=tuple(reasons),
            examples=_examples(self.texts, self.alone, self.beside, self.units),
            since=utc_now(),
        )

    def where(self, rows: np.ndarray) -> _Compared:
        """Return the answers where (N,) ``rows`` is true."""
        parts = (self.coders, self.texts, self.alone, self.beside, self.units)
        return _Compared(*(part[rows] for part in parts))


def check_coder(
    coder: str,
    codes: dict[str, str],
    autocoder: Autocoder,
    confirmed: Sequence[Doubt] = (),
    progress: Progress = no_progress,
) -> Doubt | None:
    """Return the doubt about one coder's answers (text → unit group), None if they are as usual."""
    if len(codes) < MIN_ANSWERS:
        return None
    compared = _compare([_Coder(coder, codes)], autocoder, progress)
    reasons = reasons_for(compared.counts, confirmed)
    return compared.doubt(coder, reasons) if reasons else None


def _check_together(
    coders: Sequence[_Coder], autocoder: Autocoder, progress: Progress
) -> list[Doubt]:
    """Return the doubts about coders who have too few answers each."""
    if len(coders) < 2 or sum(len(coder.codes) for coder in coders) < MIN_ANSWERS:
        return []
    compared = _compare(coders, autocoder, progress)
    reasons = [
        f"of {len(coders)} coders with few answers each, {reason}"
        for reason in reasons_for(compared.counts)
    ]
    if not reasons:
        return []
    doubts = [
        compared.where(compared.coders == position).doubt(coder.name, reasons)
        for position, coder in enumerate(coders)
    ]
    return [doubt for doubt in doubts if doubt.n_far or doubt.n_against]


def _compare(coders: Sequence[_Coder], autocoder: Autocoder, progress: Progress) -> _Compared:
    """Compare the answers of coders with the model and the corrections of everybody else."""
    decisions = autocoder.corrections_lookup.decisions
    texts = [text for coder in coders for text in coder.codes]
    codes = [code for coder in coders for code in coder.codes.values()]

    def is_own(text: str) -> bool:
        # Without a name only what is compared is known to be the coder's own.
        return any(
            is_same_coder(decisions.coder_of(text), coder.name)
            and (bool(coder.name) or text in coder.codes)
            for coder in coders
        )

    alone, beside = autocoder.probabilities_beside(texts, is_own, progress)
    units = np.array(unit_index(codes), np.intp)
    positions = np.repeat(np.arange(len(coders)), [len(coder.codes) for coder in coders])
    compared = _Compared(positions, np.array(texts, object), alone, beside, units)
    profile = autocoder.training_profile
    return compared if profile is None else compared.where(profile.shares[units] > 0)


def _examples(
    texts: np.ndarray, alone: np.ndarray, beside: np.ndarray, units: np.ndarray
) -> tuple[tuple[str, str, str], ...]:
    """Return the answers that surprise most: where others are surest of another code."""
    best, confidence = beside.argmax(axis=1), beside.max(axis=1)
    is_other = is_far(alone, beside, units) | ((confidence >= _SURE) & (best != units))
    order = [row for row in np.argsort(-confidence, kind="stable") if is_other[row]]
    names = isco08().units
    return tuple((texts[row], names[units[row]], names[best[row]]) for row in order[:N_EXAMPLES])


def count_answers(alone: np.ndarray, beside: np.ndarray, units: np.ndarray) -> Counts:
    """Count the answers of one coder.

    Parameters
    ----------
    alone, beside : (N, 436) probabilities of the model, and of the model with the similar
        corrections of others.
    units : (N,) indices of the unit groups that the coder gave.
    """
    is_sure = beside.max(axis=1, initial=0) >= _SURE
    sure, given = beside[is_sure].argmax(axis=1), units[is_sure]
    of_group = Counter(sure.tolist())
    n_groups = sum(n >= _MIN_OF_RULE for n in of_group.values())
    habits = Counter(
        (group, code)
        for group, code in zip(sure.tolist(), given.tolist(), strict=True)
        if group != code and of_group[group] >= _MIN_OF_RULE
    )
    names = isco08().units
    rule = min(
        ((names[g], names[c], n, of_group[g]) for (g, c), n in habits.items()),
        key=lambda habit: _RULE_SHARE.chance_of(habit[2], habit[3]),
        default=None,
    )
    return Counts(
        n=len(units),
        n_far=int(is_far(alone, beside, units).sum()),
        n_sure=int(is_sure.sum()),
        n_against=int((sure != given).sum()),
        rule=rule,
        n_groups=n_groups,
    )


def is_far(alone: np.ndarray, beside: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Return (N,) bool: whether neither the model nor a similar correction thinks of the code."""
    rows = np.arange(len(units))
    own = np.maximum(alone[rows, units], beside[rows, units])
    n_before = (alone > own[:, None] * _NEAR_TIE).sum(axis=1)
    return (own < _FAR_PROBABILITY) & (n_before >= _FAR_RANK)


def reasons_for(counts: Counts, confirmed: Sequence[Doubt] = ()) -> list[str]:
    """Return why answers are not what is usual, one sentence for each count; none if they are."""
    usually_far, usually_against = USUALLY_FAR, USUALLY_AGAINST
    for doubt in confirmed:
        usually_far = usually_far.having_seen(doubt.n_far, doubt.n)
        usually_against = usually_against.having_seen(doubt.n_against, doubt.n_sure)
    reasons = []
    if usually_far.chance_of(counts.n_far, counts.n) < _FAR_CHANCE:
        reasons.append(
            f"{counts.n_far} of {counts.n} codes are far from all that the model and similar "
            "corrections find possible"
        )
    if usually_against.chance_of(counts.n_against, counts.n_sure) < _AGAINST_CHANCE:
        reasons.append(
            f"{counts.n_against} of {counts.n_sure} codes contradict where the model and similar "
            "corrections are sure"
        )
    if counts.rule is not None and not confirmed:
        expected, given, n, of = counts.rule
        if _RULE_SHARE.chance_of(n, of) * counts.n_groups < _RULE_CHANCE:
            reasons.append(f"{n} of {of} texts that are surely {expected} got {given}")
    return reasons
