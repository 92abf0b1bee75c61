"""Every rule that decides what a text is used for: training, stopping, calibrating or measuring.

All rules go by the SHA-256 of a text or of a group, so that a text keeps its side from run to run:

=============================  ===================================================================
text                           rule
=============================  ===================================================================
bundled reference answer       ``part_of_answer``: one in nine measures, one in eighteen
                               calibrates; the commonest answers train
group of the user's records    ``is_in_own_hold_out``: the share ``training.gold_share`` measures
correction                     ``is_held_out_correction``: one in five measures the first training
                               after it, and trains later; the others train
every other record of theirs   ``assign_sides``: training, validation, calibration or test
=============================  ===================================================================

``choose_calibration_texts`` then says which of the texts for calibration are good enough for it,
and ``without_surplus`` which answers in other languages a nightly training leaves unused.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from hashlib import sha256

import numpy as np
import pandas as pd

SIDES = ("train", "validation", "calibration", "test")
TRAIN, CALIBRATION, HOLD_OUT = "train", "calibration", "hold_out"
"""The parts of the bundled reference answers."""
MAX_ANSWERS = {HOLD_OUT: 200, CALIBRATION: 60}
"""So many answers of each other language measure, and calibrate, a nightly training: where two
models differ on 3 in 100, those of 27 languages place a change to half a point (95 %)."""
MAX_OWN_ANSWERS = {HOLD_OUT: 8000, CALIBRATION: 2000}
"""So many of each of the user's languages, since every new model reads them anew: where two models
differ on 3 in 100, 8,000 place a change to 0.4 points (95 %)."""
_HELD_OUT_CORRECTIONS_ONE_IN = 5
# So many texts calibrate well enough; and fewer are enough if they are as new as what comes.
MIN_CALIBRATION_TEXTS = 1000
MIN_NEW_TEXTS = 500
_TRUSTED = 0.8  # weight of a record: below it more labels are wrong than a confidence of 0.9 allows


class Origin(StrEnum):
    """Where a text of a training comes from."""

    OWN = "own"
    """A record of the user: the split decides what it is used for."""
    BUNDLED = "bundled"
    """A bundled reference answer of the part ``train``, or the manual: it always trains."""
    CORRECTION = "correction"
    """A correction that is not held out: it always trains."""


def part_of_answer(text: str, *, is_common: bool = False) -> str:
    """Return the part of a cleaned reference answer: ``train``, ``calibration`` or ``hold_out``.

    Those of ``hold_out`` are the bundled hold-out set: the gate compares models on it. They are a
    third of those that measured before 28 November 2026, so that no earlier bundle was trained on
    them; the other two thirds train, since answers teach more than they measure. The commonest
    answers train, all of them: half of a survey would suffer from what they did not.
    """
    if is_common:
        return TRAIN
    number = _hash(text)
    if number % 9 == 0:
        return HOLD_OUT
    return CALIBRATION if number % 3 == 1 and number // 3 % 6 == 0 else TRAIN


def is_in_own_hold_out(text: str, group: str, share: float) -> bool:
    """Tell whether a record belongs to the hold-out set of the user's own records.

    A group is on one side as a whole; a record without a group (``""``) goes by its text.
    """
    return _short_hash(group or text) < share * 2**32


def is_held_out_correction(text: str) -> bool:
    """Tell whether the correction of this cleaned text is kept out of its first training."""
    return _short_hash(text) % _HELD_OUT_CORRECTIONS_ONE_IN == 0


def assign_sides(
    texts: pd.DataFrame, validation_share: float, test_share: float, seed: int
) -> pd.DataFrame:
    """Return distinct ``texts`` (``text, group, origin``) with a column ``side``.

    The hash of the group alone decides, against fixed thresholds: with the same ``seed`` and shares
    a text is on one side for ever, whatever else is in the data. Texts of one group (a concept with
    its synonyms) are on one side, so that validation, calibration and test contain only concepts
    that training has not seen. Half of ``validation_share`` becomes the calibration side: the
    temperature must not be fitted on the texts that decided when to stop.

    What is no record of the user is on the side ``train``.
    """
    positions = (
        groups_of(texts).map(lambda group: _short_hash(f"{seed}:{group}") / 2**32).to_numpy(float)
    )
    ends = np.cumsum([test_share, validation_share / 2, validation_share / 2])
    in_order = np.array(["test", "calibration", "validation", "train"])
    sides = in_order[np.searchsorted(ends, positions, side="right")]
    return texts.assign(side=np.where(texts["origin"] == Origin.OWN, sides, "train"))


def groups_of(texts: pd.DataFrame) -> pd.Series:
    """Return the group of each of ``texts``; one without a group is a group of its own."""
    return texts["group"].where(texts["group"] != "", "text:" + texts["text"])


def without_surplus(answers: pd.DataFrame, whole: Collection[str]) -> pd.DataFrame:
    """Return reference answers, of each language that is not ``whole`` at most ``MAX_ANSWERS``.

    ``answers`` has ``text, language, part``. Those that measure and calibrate are limited, of a
    ``whole`` language to ``MAX_OWN_ANSWERS``. The lowest hashes stay: when answers are added,
    nearly all of them measure as before.
    """
    in_order = answers.assign(hash=answers["text"].map(_short_hash)).sort_values("hash")
    ranks = in_order.groupby(["language", "part"]).cumcount().reindex(answers.index)
    is_whole = answers["language"].isin(whole)
    limits = answers["part"].map(MAX_ANSWERS)
    limits = limits.mask(is_whole, answers["part"].map(MAX_OWN_ANSWERS))
    return answers[~(ranks >= limits)]  # without a limit, as for training, all are kept


def choose_calibration_texts(own: pd.DataFrame, bundled: pd.DataFrame) -> pd.DataFrame:
    """Return the texts to calibrate on.

    Best are texts of concepts (``group``) that no training uses and whose labels can be trusted,
    because what will be coded is new as well: if there are enough of them, they alone are used. If
    there are few texts of any kind, the bundled reference answers are added.

    Parameters
    ----------
    own : the calibration side of the user's records, ``text, label, weight, group``.
    bundled : the calibration part of the bundled reference answers.
    """
    if not calibrates_alone(own):
        return pd.concat([own, bundled])
    new = own[_is_new(own)]
    return new if len(new) >= MIN_NEW_TEXTS else own


def calibrates_alone(own: pd.DataFrame) -> bool:
    """Tell whether the calibration side of the user's records is enough for a calibration.

    It is with ``MIN_NEW_TEXTS`` of concepts that no training uses and with trusted labels, or with
    ``MIN_CALIBRATION_TEXTS`` of any kind. A nightly training keeps the calibration of the model in
    service otherwise: the bundled reference answers are easier than what will be coded.
    """
    return int(_is_new(own).sum()) >= MIN_NEW_TEXTS or len(own) >= MIN_CALIBRATION_TEXTS


def _is_new(own: pd.DataFrame) -> pd.Series:
    return (own["group"] != "") & (own["weight"] >= _TRUSTED)


def _hash(value: str) -> int:
    return int.from_bytes(sha256(value.encode()).digest(), "big")


def _short_hash(value: str) -> int:
    """Return the first 32 bits of the SHA-256."""
    return _hash(value) >> 224
