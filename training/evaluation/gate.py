"""Champion against challenger: promote, or say why not.

Both are measured on the same texts that neither was trained on. A figure may fall by chance; it
must not fall by more than chance: a check fails where the whole 95 % interval of the paired
difference lies on the wrong side (``training/evaluation/intervals.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from core.settings import GateSettings
from core.taxonomy import isco08, unit_index
from training.evaluation.intervals import interval
from training.evaluation.metrics import (
    AGREEMENT,
    expected_calibration_error,
    macro_f1,
    production_rate,
)

MIN_TEXTS = 20  # fewer say nothing
_MIN_GROUP_TEXTS = 50
# 0.80 - 0.78 is a little more than 0.02 in float64: what is allowed must not hang on that.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Check:
    """One figure of both models. ``limit`` says in words what would have been accepted."""

    name: str
    champion: float
    challenger: float
    limit: str
    passed: bool


@dataclass(frozen=True)
class GateResult:
    """All checks, in the order they were made; promoted where none failed."""

    checks: list[Check] = field(default_factory=list)

    @property
    def promoted(self) -> bool:
        """Whether the challenger takes over."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> list[str]:
        """One sentence for each check that failed."""
        return [
            f"{c.name}: {c.champion:.3f} before, {c.challenger:.3f} now; {c.limit}"
            for c in self.checks
            if not c.passed
        ]


@dataclass(frozen=True)
class Measured:
    """N texts with their right codes, and both models' probabilities (N, 436) of them."""

    codes: Sequence[str]
    champion: np.ndarray
    challenger: np.ndarray


def learned_by_group(taught: Measured, n_groups: int) -> list[dict[str, str | int]]:
    """The unit groups with most learned corrections: how many, and how many were right.

    Returns ``code``, ``n``, ``n_before`` right by the champion, ``n_now`` by the challenger.
    """
    units, codes = np.array(isco08().units), np.array(taught.codes, str)
    before = units[taught.champion.argmax(axis=1)] == codes
    now = units[taught.challenger.argmax(axis=1)] == codes
    found, sizes = np.unique(codes, return_counts=True)
    return [
        {
            "code": str(code),
            "n": int((codes == code).sum()),
            "n_before": int(before[codes == code].sum()),
            "n_now": int(now[codes == code].sum()),
        }
        for code in found[np.argsort(-sizes, kind="stable")][:n_groups]
    ]


def judge(
    gold: dict[str, Measured], taught: Measured, held_out: Measured, settings: GateSettings
) -> GateResult:
    """Compare on every gold set by its name, and on the corrections: learned ones and kept ones."""
    checks = []
    for name, texts in gold.items():
        checks += _gold_checks(name, texts, settings)
    checks += _correction_checks(taught, held_out)
    return GateResult(checks)


def indices(codes: Sequence[str]) -> np.ndarray:
    """(N,) indices of unit groups, as in the columns of probabilities."""
    return np.array(unit_index(codes), np.intp)


def _gold_checks(name: str, texts: Measured, settings: GateSettings) -> list[Check]:
    right = indices(texts.codes)
    best = [p.argmax(axis=1) for p in (texts.champion, texts.challenger)]
    confidence = [p.max(axis=1) for p in (texts.champion, texts.challenger)]
    hits = [b == right for b in best]

    def f1(model: int, rows: np.ndarray) -> float:
        return macro_f1(best[model][rows], right[rows])

    def rate(model: int, rows: np.ndarray) -> float:
        return production_rate(confidence[model][rows], hits[model][rows], AGREEMENT)

    checks = [
        _not_below(f"macro-F1, {name}", f1, len(right)),
        _not_below(f"production rate at 95 %, {name}", rate, len(right)),
    ]
    major = np.array([code[0] for code in texts.codes])
    for group in np.unique(major):
        rows = major == group
        if rows.sum() < _MIN_GROUP_TEXTS:
            continue
        group_hits = [hit[rows] for hit in hits]
        before, after = (float(hit.mean()) for hit in group_hits)
        # In a group of a hundred texts, three changed by rounding alone are three points.
        change = group_hits[1].astype(float) - group_hits[0]
        _, high = interval(partial(_mean, change), len(change))
        allowed = settings.max_major_group_drop
        limit = f"may fall by at most {allowed}, or by chance (up to {high:+.3f} on other texts)"
        passed = before - after <= allowed + _ROUNDING or high >= -_ROUNDING
        title = f"top-1 in major group {group}, {name}"
        checks.append(Check(title, before, after, limit, passed))
    errors = [expected_calibration_error(c, h) for c, h in zip(confidence, hits, strict=True)]
    passed = errors[1] - errors[0] <= settings.max_ece_rise + _ROUNDING
    limit = f"may rise by at most {settings.max_ece_rise}"
    return [*checks, Check(f"calibration error, {name}", errors[0], errors[1], limit, passed)]


def _mean(values: np.ndarray, rows: np.ndarray) -> float:
    return float(values[rows].mean())


def _correction_checks(taught: Measured, held_out: Measured) -> list[Check]:
    checks = []
    for name, texts in (("learned corrections", taught), ("corrections kept out", held_out)):
        if not len(texts.codes):
            continue
        right = indices(texts.codes)
        hits = [p.argmax(axis=1) == right for p in (texts.champion, texts.challenger)]
        before, after = (float(hit.mean()) for hit in hits)
        if name == "learned corrections":
            passed, limit = after > before or before == 1.0, "must rise"
            checks.append(Check(f"agreement on {name}", before, after, limit, passed))
        elif len(right) >= MIN_TEXTS:

            def agreement(model: int, rows: np.ndarray, hits: list = hits) -> float:
                return float(hits[model][rows].mean())

            checks.append(_not_below(f"agreement on {name}", agreement, len(right)))
    return checks


def _not_below(name: str, figure: Callable[[int, np.ndarray], float], n: int) -> Check:
    """Fails where the challenger (model 1) is below the champion (model 0) by more than chance."""
    everything = np.arange(n)
    low, high = interval(lambda rows: figure(1, rows) - figure(0, rows), n)
    limit = (
        f"must not fall by more than chance (95 % of the differences: {low:+.4f} to {high:+.4f})"
    )
    return Check(name, figure(0, everything), figure(1, everything), limit, high >= -_ROUNDING)
