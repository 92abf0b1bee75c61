"""What a new model does better and what worse: on your texts, by group, and on others'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from training.dataset.dataset_parts import BUNDLED_HOLD_OUT, OTHER_LANGUAGES
from training.evaluation.gate import ComparedTexts
from training.evaluation.intervals import interval_of_change


@dataclass(frozen=True)
class TextChange:
    """How many of ``n`` texts the champion had right, and how many the challenger has.

    ``n_lost`` were right before and are wrong now. ``interval`` is the 95 % interval of the change
    of the share, between -1 and 1.
    """

    n: int
    n_before: int
    n_now: int
    n_lost: int
    interval: tuple[float, float]


@dataclass(frozen=True)
class TextChanges:
    """The changes on your texts that neither model was taught, on those taught, on those of others.

    Yours are the corrections that were kept out, and your own records that measure. Those of
    others are the bundled hold-out answers.
    """

    yours: TextChange
    taught: TextChange
    others: TextChange


def text_changes(
    hold_out: Mapping[str, ComparedTexts], learned: ComparedTexts, kept_out: ComparedTexts
) -> TextChanges:
    """Return what changed from the champion to the challenger; for the arguments see the gate."""
    bundled = (BUNDLED_HOLD_OUT, OTHER_LANGUAGES)
    own = [texts for name, texts in hold_out.items() if name not in bundled]
    others = [texts for name, texts in hold_out.items() if name in bundled]
    return TextChanges(_change(kept_out, *own), _change(learned), _change(*others))


def learned_by_group(learned: ComparedTexts, n_groups: int) -> list[dict[str, str | int]]:
    """Return the unit groups with most learned corrections: how many, and how many were right.

    Each has ``code``, ``n``, ``n_before`` right by the champion, ``n_now`` by the challenger.
    """
    before, now = learned.hits
    right = pd.DataFrame({"code": learned.codes, "n": 1, "n_before": before, "n_now": now})
    by_group = right.groupby("code", as_index=False).sum()
    largest = by_group.sort_values("n", ascending=False, kind="stable")[:n_groups]
    counts: list[Any] = largest.to_dict("records")
    return counts


def _change(*parts: ComparedTexts) -> TextChange:
    hits = [np.zeros((2, 0), bool), *(texts.hits for texts in parts)]
    before, now = np.concatenate(hits, axis=1)
    return TextChange(
        n=len(before),
        n_before=int(before.sum()),
        n_now=int(now.sum()),
        n_lost=int((before & ~now).sum()),
        interval=interval_of_change(before, now),
    )
