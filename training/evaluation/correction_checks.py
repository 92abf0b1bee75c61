"""Whether a file of corrections is what coders write: checked before anything is trained on it.

A shifted column, a broken export, or a coder who is wrong by method would be learned as well as
anything else, and a hold-out set that nobody corrected hardly shows it. The model in service shows
it at once.

Processors add up in different orders, so two probabilities that are nearly equal may change places
between two machines. The checks therefore never ask which of two near-ties is the larger.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, mannwhitneyu

from core.taxonomy import unit_index
from training.evaluation.gate import MIN_TEXTS, ComparedTexts, GateCheck

N_LIKELIEST = 10
_CHANCE = 0.025
# Two probabilities within 5 % of each other are a near-tie: between the kernels of two processors
# those of likely codes differ by up to 4.4 % (``benchmarks/results/kernels.md``).
_NEAR_TIE = 0.05


@dataclass(frozen=True)
class CorrectionsCheck(GateCheck):
    """A share of the hold-out set (``champion``), and the same of a file (``challenger``).

    Both are of the model in service: there is no other one yet.
    """

    @property
    def words(self) -> str:
        """The check in a sentence."""
        return f"{self.name}: {self.challenger:.1%} found, {self.champion:.1%} usual; {self.limit}"


def check_corrections_file(
    name: str, corrections: ComparedTexts, hold_out: ComparedTexts
) -> list[CorrectionsCheck]:
    """Check the new corrections of the file ``name``; the probabilities are the champion's.

    - *plausible corrections*: coders correct to a code that was among the model's ten likeliest far
      more often than not. Corrected texts are harder than others: half of the share on the hold-out
      set is required, less what chance explains.
    - *confirmed where sure*: where the model was surer, coders confirm it more often, not less. The
      figure is the probability that a confirmed code had the higher confidence than one that was
      corrected (the area under the ROC curve; Mann and Whitney 1947). A coder who writes down only
      what was wrong confirms nothing: with fewer than 20 of either kind nothing is required.

    In each check the champion's figure is that of the hold-out set, the challenger's that of the
    corrections.
    """
    return [
        _check_among_likeliest(name, corrections, hold_out),
        _check_confirmed_where_sure(name, corrections, hold_out),
    ]


def _check_among_likeliest(
    name: str, corrections: ComparedTexts, hold_out: ComparedTexts
) -> CorrectionsCheck:
    usual_share = float(_share_among_likeliest(hold_out).mean())
    among_likeliest = _share_among_likeliest(corrections)
    n = len(among_likeliest)
    limit = (
        f"share of the codes, {n:,} in all, that are among the {N_LIKELIEST} most probable ones of "
        "the model in service: expected at least half of what is usual, unless by chance"
    )
    highest_share = _upper_limit(float(among_likeliest.sum()), n)
    passed = n < MIN_TEXTS or highest_share >= usual_share / 2
    share = float(among_likeliest.mean())
    return CorrectionsCheck(f"plausible corrections, {name}", usual_share, share, limit, passed)


def _check_confirmed_where_sure(
    name: str, corrections: ComparedTexts, hold_out: ComparedTexts
) -> CorrectionsCheck:
    usual_area, _ = _surer_when_confirmed(hold_out)
    area, p_value = _surer_when_confirmed(corrections)
    limit = (
        f"of the codes, {len(corrections.codes):,} in all, how often the model in service is surer "
        "where one confirms it than where one contradicts it: expected at least 50 %, as where "
        "confidence says nothing, unless by chance"
    )
    return CorrectionsCheck(
        f"confirmed where sure, {name}", usual_area, area, limit, p_value >= _CHANCE
    )


def _surer_when_confirmed(texts: ComparedTexts) -> tuple[float, float]:
    """Return the area under the curve, and the probability of one as small where it is chance.

    Confidences are compared on a grid of near-ties: what falls together counts half.
    """
    confidence = np.rint(np.log(texts.champion.max(axis=1)) / _NEAR_TIE)
    confirmed = texts.champion.argmax(axis=1) == unit_index(texts.codes)
    n_confirmed = int(confirmed.sum())
    n_contradicted = len(confirmed) - n_confirmed
    if min(n_confirmed, n_contradicted) < MIN_TEXTS:
        return 0.5, 1.0
    test = mannwhitneyu(confidence[confirmed], confidence[~confirmed], alternative="less")
    return float(test.statistic) / (n_confirmed * n_contradicted), float(test.pvalue)


def _share_among_likeliest(texts: ComparedTexts) -> np.ndarray:
    """Return (N,) how far each right code is among the ``N_LIKELIEST`` likeliest, 0 to 1.

    Where near-ties straddle the last place, each of them has its share of the places left.
    """
    probabilities = texts.champion
    own = np.take_along_axis(probabilities, np.array(unit_index(texts.codes))[:, None], axis=1)
    n_above = (probabilities > own * (1 + _NEAR_TIE)).sum(axis=1)
    n_near = (probabilities >= own / (1 + _NEAR_TIE)).sum(axis=1) - n_above  # itself included
    return np.clip((N_LIKELIEST - n_above) / n_near, 0.0, 1.0)


def _upper_limit(n_hits: float, n: int) -> float:
    """Return the upper 97.5 % limit of a share (Clopper and Pearson 1934); hits may be parts."""
    return float(beta.ppf(1 - _CHANCE, n_hits + 1, n - n_hits)) if n_hits < n else 1.0
