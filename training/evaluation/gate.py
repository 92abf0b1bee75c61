"""Champion against challenger: promote, or state the reasons why not.

Both are measured on the same texts that neither was trained on. A figure may fall by chance; it
must not fall by more than chance: a check fails where the whole 95 % interval of the paired
difference lies on the wrong side (``training/evaluation/intervals.py``).

A fall that is no more than chance in one night would add up over many. So the challenger is also
compared with a *reference version*: the one that the nights began with, or the last one since that
was clearly better. What may fall by chance may fall so once, and not once a night.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.languages.message import Message
from core.settings_file.training_settings import GateSettings
from core.taxonomy import unit_index
from training.evaluation.gate_check import KEPT_OUT, LEARNED, GateCheck, GateFigure
from training.evaluation.intervals import interval, interval_of_change
from training.evaluation.metrics import (
    AGREEMENT,
    expected_calibration_error,
    macro_f1,
    production_rate,
)

MIN_TEXTS = 20  # a figure of fewer texts proves nothing
_MIN_GROUP_TEXTS = 50
# 0.80 - 0.78 is a little more than 0.02 in float64: no decision may depend on such a digit.
_ROUNDING = 1e-9
# What the hold-out sets may lose for rules of the office that a person has confirmed.
_FALL_FOR_RULES = 0.01
_LEAST = 1e-30  # a probability of zero has no logarithm
_NOTHING_MEASURES = Message(
    "no text shows whether the new model is worse: there are no bundled reference answers in the "
    "languages of the records, and none of the records is kept to measure on. Set "
    "training.gold_share above 0, or put the new version into service (isco models promote)"
)


@dataclass(frozen=True)
class GateResult:
    """All checks, in the order they were made; promoted where none failed.

    ``is_new_reference`` says that later challengers are compared with this one as reference
    version, if it is promoted. Nothing is promoted that not ``is_measured``: there is no hold-out
    set.
    """

    checks: Sequence[GateCheck] = field(default_factory=list)
    is_new_reference: bool = False
    is_measured: bool = True

    @property
    def promoted(self) -> bool:
        """Whether the challenger replaces the champion."""
        return self.is_measured and all(check.passed for check in self.checks)

    @property
    def reasons(self) -> list[str]:
        """One sentence for each check that failed, and for the lack of them."""
        failed: list[str] = [check.sentence for check in self.checks if not check.passed]
        return failed if self.is_measured else [_NOTHING_MEASURES, *failed]


@dataclass(frozen=True)
class ComparedTexts:
    """N texts with their right codes, and both models' probabilities (N, 436) of them.

    ``reference`` (N, 436) are those of the reference version; None where it is the champion.
    """

    codes: Sequence[str]
    champion: np.ndarray
    challenger: np.ndarray
    reference: np.ndarray | None = None

    @property
    def hits(self) -> np.ndarray:
        """(2, N) bool: which texts the champion has right, and which the challenger."""
        right = np.array(unit_index(self.codes), np.intp)
        return np.stack([self.champion.argmax(axis=1), self.challenger.argmax(axis=1)]) == right

    def at(self, rows: np.ndarray) -> ComparedTexts:
        """Return the texts at ``rows`` alone."""
        codes = [self.codes[row] for row in rows]
        reference = None if self.reference is None else self.reference[rows]
        return ComparedTexts(codes, self.champion[rows], self.challenger[rows], reference)

    def since_reference(self) -> ComparedTexts:
        """Return the texts with the reference version in the place of the champion."""
        before = self.champion if self.reference is None else self.reference
        return ComparedTexts(self.codes, before, self.challenger)


def compare_models(
    hold_out: dict[str, ComparedTexts],
    learned: ComparedTexts,
    kept_out: ComparedTexts,
    confirmed: ComparedTexts,
    settings: GateSettings,
) -> GateResult:
    """Compare champion and challenger, and decide which of them serves.

    Parameters
    ----------
    hold_out : every hold-out set by its name. One with fewer than ``MIN_TEXTS`` texts decides
        nothing, unless there is no larger one. Those with a ``reference`` are compared with it,
        too, by the same checks.
    learned, kept_out : the corrections that the challenger learned, and those it did not.
    confirmed : those kept out that were in doubt, until a person said that they are right. If
        clearly more of them are right than before, macro-F1 and production rate of the hold-out
        sets may fall a little.
    """
    allowed_fall = _FALL_FOR_RULES if _are_clearly_better(confirmed) else 0.0
    checks = []
    large = {name: texts for name, texts in hold_out.items() if len(texts.codes) >= MIN_TEXTS}
    sets = large or hold_out
    for name, texts in sets.items():
        checks += _hold_out_checks(name, texts, allowed_fall, settings)
    for name, texts in sets.items():
        if texts.reference is not None:
            found = _hold_out_checks(name, texts.since_reference(), allowed_fall, settings)
            checks += [replace(check, since_reference=True) for check in found]
    checks += [*_learned_checks(learned), *_kept_out_checks(kept_out)]
    # What rules of the office cost is granted once: it must not be refused in all later nights.
    is_new_reference = _are_clearly_better(confirmed) or _is_best_so_far(sets)
    return GateResult(checks, is_new_reference, is_measured=bool(sets))


class _Figures:
    """What the checks need of ``texts``: of the champion at index 0, of the challenger at 1.

    ``n`` is N; ``best`` (N,) are positions of the best unit groups, ``confidence`` (N,), ``hits``
    (N,) bool, ``right_probability`` (N,) of the right unit groups.
    """

    def __init__(self, texts: ComparedTexts) -> None:
        models = (texts.champion, texts.challenger)
        self.right = np.array(unit_index(texts.codes), np.intp)
        self.best = [probabilities.argmax(axis=1) for probabilities in models]
        self.confidence = [probabilities.max(axis=1) for probabilities in models]
        self.hits = [best == self.right for best in self.best]
        self.n = len(self.right)
        own = np.arange(self.n)
        self.right_probability = [probabilities[own, self.right] for probabilities in models]

    def macro_f1(self, model: int, rows: np.ndarray) -> float:
        return macro_f1(self.best[model][rows], self.right[rows])

    def production_rate(self, model: int, rows: np.ndarray) -> float:
        return production_rate(self.confidence[model][rows], self.hits[model][rows], AGREEMENT)

    def agreement(self, model: int, rows: np.ndarray) -> float:
        return float(self.hits[model][rows].mean())

    def calibration_error(self, model: int, rows: np.ndarray) -> float:
        return expected_calibration_error(self.confidence[model][rows], self.hits[model][rows])

    def log_likelihood(self, model: int) -> float:
        """Return the mean logarithm of the probability of the right code."""
        return float(np.log(np.maximum(self.right_probability[model], _LEAST)).mean())


def _are_clearly_better(texts: ComparedTexts) -> bool:
    """Whether the challenger has more of the texts right, by more than chance."""
    if len(texts.codes) < MIN_TEXTS:
        return False
    low, _ = interval_of_change(*texts.hits)
    return low > _ROUNDING


def _is_best_so_far(hold_out: Mapping[str, ComparedTexts]) -> bool:
    """Whether the challenger is clearly better than the reference version, and worse nowhere."""
    sets = [texts.since_reference() for texts in hold_out.values()]
    return any(map(_are_clearly_better, sets)) and all(map(_is_not_lower, sets))


def _is_not_lower(texts: ComparedTexts) -> bool:
    figures, rows = _Figures(texts), np.arange(len(texts.codes))
    measured = (figures.macro_f1, figures.production_rate)
    return all(figure(1, rows) >= figure(0, rows) - _ROUNDING for figure in measured)


def _hold_out_checks(
    name: str, texts: ComparedTexts, allowed_fall: float, settings: GateSettings
) -> list[GateCheck]:
    figures = _Figures(texts)
    checks = [
        _check_not_below(GateFigure.MACRO_F1, name, figures, figures.macro_f1, allowed_fall),
        _check_not_below(
            GateFigure.PRODUCTION_RATE, name, figures, figures.production_rate, allowed_fall
        ),
    ]
    major = np.array([code[0] for code in texts.codes])
    for group in np.unique(major):
        rows = np.flatnonzero(major == group)
        if len(rows) >= _MIN_GROUP_TEXTS:
            checks.append(_check_group(name, str(group), figures, rows, settings))
    return [*checks, _check_calibration(name, figures, settings)]


def _check_calibration(texts: str, figures: _Figures, settings: GateSettings) -> GateCheck:
    """Fail where the calibration error rises by more than ``max_ece_rise`` and chance."""
    rows = np.arange(figures.n)
    before, after = (figures.calibration_error(model, rows) for model in (0, 1))
    # Of 150 texts, a model that is calibrated perfectly has an error of 0.08 by chance.
    low, high = interval(
        lambda drawn: figures.calibration_error(1, drawn) - figures.calibration_error(0, drawn),
        figures.n,
    )
    return GateCheck(
        GateFigure.CALIBRATION_ERROR,
        texts,
        figures.n,
        before,
        after,
        passed=min(after - before, low) <= settings.max_ece_rise + _ROUNDING,
        interval=(low, high),
        allowed=settings.max_ece_rise,
    )


def _check_group(
    texts: str, group: str, figures: _Figures, rows: np.ndarray, settings: GateSettings
) -> GateCheck:
    """Fail where the agreement falls by more than ``max_major_group_drop`` and chance."""
    max_drop = settings.max_major_group_drop
    before, after = figures.agreement(0, rows), figures.agreement(1, rows)
    # In a group of a hundred texts, three changed by rounding alone are three points.
    low, high = interval_of_change(*(hits[rows] for hits in figures.hits))
    return GateCheck(
        GateFigure.MAJOR_GROUP_AGREEMENT,
        texts,
        len(rows),
        before,
        after,
        passed=before - after <= max_drop + _ROUNDING or high >= -_ROUNDING,
        interval=(low, high),
        allowed=max_drop,
        major_group=group,
    )


def _learned_checks(learned: ComparedTexts) -> list[GateCheck]:
    """Fail where the challenger knows no more of what it was taught than the champion."""
    if not len(learned.codes):
        return []
    # Of few corrections often as many are right as before, though each has become more likely.
    figures = _Figures(learned)
    before, after = figures.log_likelihood(0), figures.log_likelihood(1)
    passed = after > before or bool(figures.hits[1].all())
    return [GateCheck(GateFigure.LOG_LIKELIHOOD, LEARNED, figures.n, before, after, passed)]


def _kept_out_checks(kept_out: ComparedTexts) -> list[GateCheck]:
    if len(kept_out.codes) < MIN_TEXTS:
        return []
    figures = _Figures(kept_out)
    bounds = interval_of_change(*figures.hits)
    measured = figures.agreement
    return [_check_not_below(GateFigure.AGREEMENT, KEPT_OUT, figures, measured, bounds=bounds)]


def _check_not_below(
    kind: GateFigure,
    texts: str,
    figures: _Figures,
    figure: Callable[[int, np.ndarray], float],
    allowed_fall: float = 0.0,
    bounds: tuple[float, float] | None = None,
) -> GateCheck:
    """Fail where the challenger (model 1) is below the champion (model 0) by more than chance.

    It may be lower by ``allowed_fall`` besides. ``bounds`` are the 95 % interval of the difference,
    by default that of drawn texts.
    """
    rows = np.arange(figures.n)
    low, high = bounds or interval(lambda drawn: figure(1, drawn) - figure(0, drawn), figures.n)
    return GateCheck(
        kind,
        texts,
        figures.n,
        figure(0, rows),
        figure(1, rows),
        passed=high >= -allowed_fall - _ROUNDING,
        interval=(low, high),
        allowed=allowed_fall,
    )
