"""Texts that name no occupation, with codes drawn at random: a model learns not to be sure of them.

Every text that a model is trained on names an occupation, so it would find one in "nine" and in "I
need a lawyer", too. Texts that name none, each under several random codes, teach it to spread its
probability (outlier exposure: Hendrycks, Mazeika, Dietterich, ICLR 2019, arXiv 1812.04606).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from core.taxonomy import isco08
from core.text import join
from training.dataset.splits import HOLD_OUT, part_of_answer

_FILE = Path(__file__).with_name("no_occupation.csv")
_N_CODES = 4  # random codes of each text: none gets more than a quarter of its probability
_WEIGHT = 0.5  # of each code, so an epoch draws a text twice
_joined = cache(join)  # those that train and those that measure are read one after the other


def read_no_occupation(languages: Collection[str], *, held_out: bool = False) -> pd.DataFrame:
    """Return the ``text`` and ``language`` of the texts that train, or of those that measure.

    ``part_of_answer`` decides by the text, as for the bundled answers: one in nine measures.
    ``languages`` are ISO 639-1; a text that two of them share belongs to the first one.
    """
    rows = pd.read_csv(_FILE, dtype=str, keep_default_na=False)[["text", "language"]]
    rows = rows[rows["language"].isin(set(languages))]
    rows["text"] = rows["text"].map(_joined)
    is_held_out = rows["text"].map(part_of_answer) == HOLD_OUT
    return rows[is_held_out == held_out].drop_duplicates("text", ignore_index=True)


def with_no_occupation(train: pd.DataFrame, languages: Collection[str], seed: int) -> pd.DataFrame:
    """Return ``train`` (``text, label, weight, language, forms``) and the texts without occupation.

    A text that trains under a code of its own is an answer: it is left out.
    """
    texts = read_no_occupation(languages)
    texts = texts[~texts["text"].isin(set(train["text"]))]
    rng = np.random.default_rng(seed)
    units = np.array(isco08().units)
    codes = [list(rng.choice(units, size=_N_CODES, replace=False)) for _ in range(len(texts))]
    added = texts.assign(label=pd.Series(codes, texts.index), weight=_WEIGHT, forms="").explode(
        "label"
    )
    return pd.concat([train, added], ignore_index=True)
