"""A text that similar corrections decide is not held to what the model answered before."""

from __future__ import annotations

import numpy as np
import pandas as pd

from inference.classifier import Reading
from inference.similar_corrections import FITTED_RULES
from training.dataset.overruled import overruled_texts


def test_a_correction_overrules_what_is_like_it_and_says_otherwise() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(6, 436)).astype(np.float32)
    vectors = rng.normal(size=(6, 96)).astype(np.float32)
    # The first four are alike, the others are not.
    logits[1:4], vectors[1:4] = logits[0], vectors[0]
    texts = pd.DataFrame(
        [
            ("chef", "5120", True),
            ("chef at sea", "", False),
            ("head chef", "3434", False),
            ("ship's cook", "5120", False),
            ("nurse", "", False),
            ("welder", "7212", False),
        ],
        columns=["text", "label", "is_correction"],
    )
    reading = Reading(np.zeros((6, 436), np.float32), logits, vectors)
    found = overruled_texts(texts, reading, FITTED_RULES)
    assert list(texts.loc[found, "text"]) == ["chef at sea", "head chef"]
