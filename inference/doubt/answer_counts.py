"""Count which answers of a coder surprise, and compare the counts with what is usual.

Four counts are compared with what is usual for honest coders:

- *far*: the code is none of the model's first hundred, has a probability below 1 in 10,000, and no
  similar correction gives it more. Slips, shifted rows and random codes are like that.
- *behind*: the same whatever its probability. A model that learned little gives no code so low a
  one; of random codes three in four are behind the first hundred of any model.
- *against*: model and similar corrections are sure of another code (0.9 or more).
- *rule*: they are sure of one unit group, and the coder gives all or most of its texts one other.

What is usual was measured on simulated offices (``python -m benchmarks.doubts``). Of honest coders
who use the codes as the model does, about 1 in 1,000 is named wrongly. An office with habits of its
own is named rightly: nobody but a person can tell a habit from an error. Where a coder was
confirmed before, that many far and contradicting answers are usual.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.corrections.doubts import Doubt
from core.languages.message import Message
from core.taxonomy import isco08
from inference.doubt.chance import UsualShare

SURE = 0.9
"""The confidence from which on model and similar corrections contradict a coder."""
_FAR_RANK, _FAR_PROBABILITY = 100, 1e-4
_NEAR_TIE = 1.05  # of two processors one may turn the order of what is nearer
_USUALLY_FAR = UsualShare(0.8, 200)
_USUALLY_BEHIND = UsualShare(2, 18)
_USUALLY_AGAINST = UsualShare(2, 18)
_RULE_SHARE = UsualShare(3, 97)
_MIN_OF_RULE = 3
_FAR_CHANCE, _BEHIND_CHANCE = 5e-4, 2.5e-4
_AGAINST_CHANCE, _RULE_CHANCE = 2.5e-4, 2.5e-4


@dataclass(frozen=True)
class Counts:
    """What is counted of one coder's answers.

    ``rule`` is the likeliest habit: the code that others are sure of, the coder's, how often, and
    of how many; ``n_groups`` is how many unit groups could have had one.
    """

    n: int
    n_far: int
    n_behind: int
    n_sure: int
    n_against: int
    rule: tuple[str, str, int, int] | None
    n_groups: int


def count_answers(alone: np.ndarray, beside: np.ndarray, units: np.ndarray) -> Counts:
    """Count the answers of one coder.

    Parameters
    ----------
    alone, beside : (N, 436) probabilities of the model, and of the model with the similar
        corrections of others.
    units : (N,) indices of the unit groups that the coder gave.
    """
    is_sure = beside.max(axis=1, initial=0) >= SURE
    sure, given = beside[is_sure].argmax(axis=1), units[is_sure]
    of_group = Counter(sure.tolist())
    n_groups = sum(n >= _MIN_OF_RULE for n in of_group.values())
    habits = Counter(
        (group, code)
        for group, code in zip(sure.tolist(), given.tolist(), strict=True)
        if group != code and of_group[group] >= _MIN_OF_RULE
    )
    is_behind_others = is_behind(alone, beside, units)
    is_far = is_behind_others & (_own_probabilities(alone, beside, units) < _FAR_PROBABILITY)
    names = isco08().units
    rule = min(
        ((names[g], names[c], n, of_group[g]) for (g, c), n in habits.items()),
        key=lambda habit: _RULE_SHARE.chance_of(habit[2], habit[3]),
        default=None,
    )
    return Counts(
        n=len(units),
        n_far=int(is_far.sum()),
        n_behind=int(is_behind_others.sum()),
        n_sure=int(is_sure.sum()),
        n_against=int((sure != given).sum()),
        rule=rule,
        n_groups=n_groups,
    )


def is_behind(alone: np.ndarray, beside: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Return (N,) bool: whether a hundred codes or more are likelier than the one given."""
    own = _own_probabilities(alone, beside, units)
    return (alone > own[:, None] * _NEAR_TIE).sum(axis=1) >= _FAR_RANK


def _own_probabilities(alone: np.ndarray, beside: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Return (N,) the higher of both probabilities of each given code."""
    rows = np.arange(len(units))
    return np.maximum(alone[rows, units], beside[rows, units])


def reasons_for(counts: Counts, confirmed: Sequence[Doubt] = ()) -> list[str]:
    """Return why answers are not what is usual, one sentence for each count; none if they are."""
    usually_far, usually_against = _USUALLY_FAR, _USUALLY_AGAINST
    for doubt in confirmed:
        usually_far = usually_far.having_seen(doubt.n_far, doubt.n)
        usually_against = usually_against.having_seen(doubt.n_against, doubt.n_sure)
    reasons: list[str] = []
    if usually_far.chance_of(counts.n_far, counts.n) < _FAR_CHANCE:
        reasons.append(
            Message(
                "{n} of {n_all} codes are far from all that the model and similar corrections find "
                "possible",
                n=counts.n_far,
                n_all=counts.n,
            )
        )
    elif not confirmed and _USUALLY_BEHIND.chance_of(counts.n_behind, counts.n) < _BEHIND_CHANCE:
        reasons.append(
            Message(
                "{n} of {n_all} codes are behind a hundred others that the model finds likelier",
                n=counts.n_behind,
                n_all=counts.n,
            )
        )
    if usually_against.chance_of(counts.n_against, counts.n_sure) < _AGAINST_CHANCE:
        reasons.append(
            Message(
                "{n} of {n_all} codes contradict where the model and similar corrections are sure",
                n=counts.n_against,
                n_all=counts.n_sure,
            )
        )
    if counts.rule is not None and not confirmed:
        expected, given, n, of = counts.rule
        if _RULE_SHARE.chance_of(n, of) * counts.n_groups < _RULE_CHANCE:
            reasons.append(
                Message(
                    "{n} of {n_all} texts that are surely {expected} got {given}",
                    n=n,
                    n_all=of,
                    expected=expected,
                    given=given,
                )
            )
    return reasons
