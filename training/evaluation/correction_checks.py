"""Whether a file of corrections is what coders write: asked before anything is trained on it.

A shifted column, a broken export, or a person who is wrong by method would be learned as well as
anything else, and gold answers that nobody corrected hardly show it. Against the model in service
they show at once.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import binomtest, mannwhitneyu

from training.evaluation.gate import MIN_TEXTS, Check, Measured, indices

N_CHECKED = 10
_CHANCE = 0.025


def check_plausible(name: str, corrections: Measured, gold: Measured) -> list[Check]:
    """Two checks of the new corrections of file ``name``; all ``Measured`` are of the champion.

    - *plausible corrections*: coders correct to a code that was among the model's ten likeliest far
      more often than not. Corrected texts are harder than others: half of the share on the gold
      texts is asked for, less what chance explains.
    - *confirmed where sure*: where the model was surer, coders confirm it more often, not less. The
      figure is the probability that a confirmed code had the higher confidence than one that was
      corrected (the area under the ROC curve; Mann and Whitney 1947). Who writes down only what was
      wrong confirms nothing: of fewer than 20 of either kind nothing is asked.

    In each ``Check`` the champion's figure is that of the gold texts, the challenger's that of the
    corrections.
    """
    return [
        _among_candidates(name, corrections, gold),
        _confirmed_where_sure(name, corrections, gold),
    ]


def _among_candidates(name: str, corrections: Measured, gold: Measured) -> Check:
    usual = float(_among_first(gold).mean())
    among = _among_first(corrections)
    likely = binomtest(int(among.sum()), len(among)).proportion_ci(0.95).high
    limit = (
        f"share of {len(among)} codes that were among the first {N_CHECKED} of the model in "
        f"service: expected at least half of the gold set's {usual:.3f}, unless by chance"
    )
    passed = len(among) < MIN_TEXTS or bool(likely >= usual / 2)
    return Check(f"plausible corrections, {name}", usual, float(among.mean()), limit, passed)


def _confirmed_where_sure(name: str, corrections: Measured, gold: Measured) -> Check:
    usual, _ = _surer_when_confirmed(gold)
    found, by_chance = _surer_when_confirmed(corrections)
    limit = (
        f"of {len(corrections.codes)} codes, how often one that confirms the model in service was "
        "given with more confidence than one that contradicts it: expected at least 0.5, as where "
        "confidence says nothing, unless by chance"
    )
    return Check(f"confirmed where sure, {name}", usual, found, limit, by_chance >= _CHANCE)


def _surer_when_confirmed(texts: Measured) -> tuple[float, float]:
    """The area under the curve, and the probability of one as small where confidence is void."""
    confidence = texts.champion.max(axis=1)
    confirmed = texts.champion.argmax(axis=1) == indices(texts.codes)
    sizes = int(confirmed.sum()), int((~confirmed).sum())
    if min(sizes) < MIN_TEXTS:
        return 0.5, 1.0
    test = mannwhitneyu(confidence[confirmed], confidence[~confirmed], alternative="less")
    return float(test.statistic) / (sizes[0] * sizes[1]), float(test.pvalue)


def _among_first(texts: Measured) -> np.ndarray:
    order = np.argsort(-texts.champion, axis=1, kind="stable")[:, :N_CHECKED]
    return (order == indices(texts.codes)[:, None]).any(axis=1)
