"""Which hold-out answers an office codes by rules of its own: the gate leaves them out.

The hold-out answers have the codes of ISCO-08 as everybody reads it. An office that codes every
secretary 4120 gets them wrong on purpose, and a model that has learned the rule would be refused
for it. So no answer measures that similar corrections decide otherwise: the same answers that a
night does not replay (``training/dataset/overruled.py``).

That holds for corrections alone that were in doubt and that a person has confirmed. Others overrule
nothing here: a coder who errs by method, and whom nobody has noticed, must not say what is
measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from inference.classifier import Reading
from inference.similar_corrections import SimilarityRules
from training.dataset.dataset_parts import BUNDLED_HOLD_OUT, OTHER_LANGUAGES
from training.dataset.overruled import overruled_texts
from training.evaluation.gate import ComparedTexts


def without_overruled(
    compared: Mapping[str, ComparedTexts],
    hold_out: Mapping[str, pd.DataFrame],
    confirmed: pd.DataFrame,
    rules: SimilarityRules,
    read: Callable[[Sequence[str]], Reading],
) -> tuple[dict[str, ComparedTexts], dict[str, int]]:
    """Return the hold-out sets without what confirmed corrections overrule, and how many those are.

    Parameters
    ----------
    compared : the hold-out sets by name, with both models' probabilities.
    hold_out : ``text, label`` of the same texts, in the same order.
    confirmed : ``text, label`` of the corrections that a person has confirmed; may be empty.
    rules : those of the champion.
    read : returns what the champion makes of texts.

    Returns
    -------
    The sets, and the number of overruled answers of each set that has any. Own records are never
    left out: they have the code of their last correction.
    """
    sets: dict[str, ComparedTexts] = dict(compared)
    n_overruled: dict[str, int] = {}
    if not len(confirmed):
        return sets, n_overruled
    corrections = confirmed[["text", "label"]].assign(is_correction=True)
    for name in compared:
        if name not in (BUNDLED_HOLD_OUT, OTHER_LANGUAGES):
            continue
        answers = hold_out[name][["text", "label"]].assign(is_correction=False)
        together = pd.concat([corrections, answers], ignore_index=True)
        reading = read(list(together["text"]))
        is_kept = ~overruled_texts(together, reading, rules)[len(corrections) :]
        if not is_kept.all():
            sets[name] = sets[name].at(np.flatnonzero(is_kept))
            n_overruled[name] = int((~is_kept).sum())
    return sets, n_overruled
