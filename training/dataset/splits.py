"""Training, validation, calibration and test texts, without leaks.

Texts are distinct before they come here, and texts of one group (a concept with its synonyms) stay
on one side, so that validation, calibration and test ask for things that training has not seen.
Each code gives the stated share of its groups; a code with fewer than three groups stays wholly in
training and is untested.

The order within a code is that of a hash, test first and training last: when records are added the
sides grow towards training, and nothing that was trained on comes to be tested on.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pandas as pd

SIDES = ("train", "validation", "calibration", "test")
_MIN_GROUPS = 3


def split(
    records: pd.DataFrame, validation_share: float, test_share: float, seed: int
) -> tuple[pd.DataFrame, list[str]]:
    """Add a column ``side`` to distinct ``records`` (text, label, group).

    Half of ``validation_share`` becomes the calibration side: the temperature must not be fitted on
    the texts that chose when to stop.

    Returns the records and the codes that stayed wholly in training, in code order.
    """
    # A record without a group is a group of its own.
    unit = records["group"].where(records["group"] != "", "text:" + records["text"])
    unit = unit + "\n" + records["label"]
    side_of: dict[str, str] = {}
    untested: list[str] = []
    shares = test_share, validation_share / 2, validation_share / 2
    for label, units in unit.groupby(records["label"]):
        names = sorted(units.unique(), key=lambda name: sha256(f"{seed}:{name}".encode()).digest())
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
