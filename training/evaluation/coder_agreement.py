"""How often coders agree with each other, on the texts that two of them or more answered.

Each coder's latest answer about a text counts. Adjudicated answers are no independent ones and do
not count, and neither do answers without a name. Cohen's κ (Educational and Psychological
Measurement 20, 1960) is that of a pair, Krippendorff's α (Content Analysis, 1980; nominal) that of
all coders. Both are 1 where all agree, and 0 where they agree as often as their codes would by
chance. They are not defined (0 / 0) where all answers are one code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from math import nan

import numpy as np
from krippendorff import alpha

from core.corrections.corrections_folder import KeptCorrection
from core.corrections.decisions import Decisions, decision_key
from core.settings_file.coder_names import coder_key
from core.taxonomy import MINOR, UNIT

LEVELS = (UNIT, MINOR)


@dataclass(frozen=True)
class Level:
    """Agreement at a number of digits: the share of the texts, and κ (a pair) or α (all).

    ``beyond_chance`` is NaN where all answers are one code.
    """

    digits: int
    agreement_rate: float
    beyond_chance: float


@dataclass(frozen=True)
class Pair:
    """Two coders and the texts that both answered."""

    first: str
    second: str
    n_texts: int
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Answer:
    """What one coder said of a text."""

    coder: str
    code: str
    comment: str = ""


@dataclass(frozen=True)
class Conflict:
    """A text that coders answered in contradiction, and that nobody has adjudicated."""

    text: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class CoderAgreement:
    """What coders say of the same texts.

    ``n_texts`` were answered by two coders or more; ``levels`` is over all coders, its rates are
    the share of these texts on which all agree. ``conflicts`` are open, in the order of the texts.
    """

    n_texts: int
    levels: tuple[Level, ...]
    pairs: tuple[Pair, ...]
    conflicts: tuple[Conflict, ...]


def coder_agreement(kept: Iterable[KeptCorrection]) -> CoderAgreement:
    """Compare the coders of all kept corrections."""
    kept = list(kept)
    decisions = Decisions()
    for _, correction in kept:
        decisions.apply(correction)
    answers = dict(decisions.answers_of_two())
    texts = [list(by_coder.values()) for by_coder in answers.values()]
    conflicts = _conflicts(kept, decisions, answers)
    return CoderAgreement(
        n_texts=len(answers),
        levels=tuple(_level_of_all(texts, digits) for digits in LEVELS) if texts else (),
        pairs=tuple(_pairs(list(answers.values()))),
        conflicts=tuple(sorted(conflicts, key=lambda conflict: conflict.text)),
    )


def _pairs(answers: Sequence[dict[str, str]]) -> Iterator[Pair]:
    """Yield each pair of coders who answered a text in common, in the order of their names."""
    coders = sorted({coder for by_coder in answers for coder in by_coder}, key=str.casefold)
    for first, second in combinations(coders, 2):
        codes = [
            (by_coder[first], by_coder[second])
            for by_coder in answers
            if first in by_coder and second in by_coder
        ]
        if codes:
            levels = tuple(_level_of_pair(codes, digits) for digits in LEVELS)
            yield Pair(first, second, len(codes), levels)


def _level_of_pair(codes: Sequence[tuple[str, str]], digits: int) -> Level:
    from sklearn.metrics import cohen_kappa_score  # takes a second; most offices have no pair

    first, second = ([code[:digits] for code in side] for side in zip(*codes, strict=True))
    rate = float(np.mean([one == other for one, other in zip(first, second, strict=True)]))
    is_one_code = len({*first, *second}) == 1
    kappa = nan if is_one_code else float(cohen_kappa_score(first, second))
    return Level(digits, rate, kappa)


def _level_of_all(texts: Sequence[Sequence[str]], digits: int) -> Level:
    cut = [[code[:digits] for code in codes] for codes in texts]
    rate = float(np.mean([len(set(codes)) == 1 for codes in cut]))
    domain, columns = np.unique(list(chain.from_iterable(cut)), return_inverse=True)
    if len(domain) == 1:
        return Level(digits, rate, nan)
    counts = np.zeros((len(cut), len(domain)), int)
    np.add.at(counts, (np.repeat(np.arange(len(cut)), list(map(len, cut))), columns), 1)
    return Level(digits, rate, float(alpha(value_counts=counts, level_of_measurement="nominal")))


def _conflicts(
    kept: Iterable[KeptCorrection], decisions: Decisions, answers: dict[bytes, dict[str, str]]
) -> list[Conflict]:
    """Return the open conflicts, each with the text as it came first, and with comments."""
    texts: dict[bytes, str] = {}
    comments: dict[bytes, dict[str, str]] = {}  # coder → the comment of the latest answer
    for _, correction in kept:
        key, signature = decision_key(correction.text), correction.signature
        if correction.is_decided and key in answers and decisions.is_disputed(correction.text):
            texts.setdefault(key, correction.text)
            comments.setdefault(key, {})[coder_key(signature.coder)] = signature.comment
    return [
        Conflict(
            text,
            tuple(
                Answer(coder, code, comments[key].get(coder_key(coder), ""))
                for coder, code in answers[key].items()
            ),
        )
        for key, text in texts.items()
    ]
