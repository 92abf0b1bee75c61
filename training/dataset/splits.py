"""Every rule that decides what a text is used for: training, stopping, calibrating or measuring.

All rules go by the SHA-256 of a text or of a group, so that a text keeps its side from run to run:

=============================  ===================================================================
text                           rule
=============================  ===================================================================
bundled reference answer       ``part_of_answer``: one in three measures, one in eighteen calibrates
group of the user's records    ``is_in_own_hold_out``: the share ``training.gold_share`` measures
correction                     ``is_held_out_correction``: one in five measures
every other record             ``assign_sides``: training, validation, calibration or test
=============================  ===================================================================

``choose_calibration_texts`` then says which of the texts for calibration are good enough for it.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pandas as pd

SIDES = ("train", "validation", "calibration", "test")
TRAIN, CALIBRATION, HOLD_OUT = "train", "calibration", "hold_out"
"""The parts of the bundled reference answers."""
_HELD_OUT_CORRECTIONS_ONE_IN = 5
_MIN_GROUPS = 3
# So many texts calibrate well enough; and fewer are enough if they are as new as what comes.
_MIN_CALIBRATION_TEXTS = 1000
_MIN_NEW_TEXTS = 500
_TRUSTED = 0.8  # weight of a record: below it more labels are wrong than a confidence of 0.9 allows


def part_of_answer(text: str) -> str:
    """Return the part of a cleaned reference answer: ``train``, ``calibration`` or ``hold_out``.

    Those of ``hold_out`` are the bundled hold-out set: the gate compares models on it.
    """
    number = _hash(text)
    if number % 3 == 0:
        return HOLD_OUT
    return CALIBRATION if number % 3 == 1 and number // 3 % 6 == 0 else TRAIN


def is_in_own_hold_out(text: str, group: str, share: float) -> bool:
    """Tell whether a record belongs to the hold-out set of the user's own records.

    A group is on one side as a whole; a record without a group (``""``) goes by its text.
    """
    return _short_hash(group or text) < share * 2**32


def is_held_out_correction(text: str) -> bool:
    """Tell whether the correction of this cleaned text is kept out of training, to measure on."""
    return _short_hash(text) % _HELD_OUT_CORRECTIONS_ONE_IN == 0


def assign_sides(
    records: pd.DataFrame, validation_share: float, test_share: float, seed: int
) -> tuple[pd.DataFrame, list[str]]:
    """Add a column ``side`` to distinct ``records`` (``text, label, group``).

    Texts of one group (a concept with its synonyms) are on one side, so that validation,
    calibration and test contain only concepts that training has not seen. Each code gives the
    stated shares of its groups. A code with fewer than three groups stays wholly in training and
    is untested. Half of ``validation_share`` becomes the calibration side: the temperature must not
    be fitted on the texts that decided when to stop.

    The order of the groups of a code is that of a hash, test first and training last: when records
    are added, most texts keep their side, but not all. A group with two codes is one for each.

    Returns
    -------
    The records with their side, and the codes that stayed wholly in training, in code order.
    """
    # A record without a group is a group of its own.
    unit = records["group"].where(records["group"] != "", "text:" + records["text"])
    unit = unit + "\n" + records["label"]
    side_of: dict[str, str] = {}
    untested: list[str] = []
    shares = test_share, validation_share / 2, validation_share / 2
    for label, units in unit.groupby(records["label"]):
        names = sorted(units.unique(), key=lambda name: _hash(f"{seed}:{name}"))
        if len(names) < _MIN_GROUPS:
            untested.append(str(label))
            continue
        # Random rounding, fixed for a code, keeps the shares right on average for few groups.
        rng = np.random.default_rng([seed, int(str(label))])
        n_test, n_calibration, n_validation = (
            int(len(names) * share + rng.random()) for share in shares
        )
        sides = ["test"] * n_test + ["calibration"] * n_calibration
        sides += ["validation"] * n_validation
        side_of.update(zip(names[: len(names) - 1], sides, strict=False))
    return records.assign(side=unit.map(side_of).fillna("train")), untested


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
    new = own[(own["group"] != "") & (own["weight"] >= _TRUSTED)]
    if len(new) >= _MIN_NEW_TEXTS:
        return new
    return pd.concat([own, bundled]) if len(own) < _MIN_CALIBRATION_TEXTS else own


def _hash(value: str) -> int:
    return int.from_bytes(sha256(value.encode()).digest(), "big")


def _short_hash(value: str) -> int:
    """Return the first 32 bits of the SHA-256."""
    return _hash(value) >> 224
