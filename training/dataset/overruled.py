"""Which texts of a nightly training the corrections overrule.

A night repeats known texts, and holds the new model to the old answers on texts without a label, so
that nothing is forgotten. Among them are texts like the corrected ones: an archive is full of them.
Held to the old answer they would teach the contrary of the corrections. They are those that similar
corrections already decide in service (``inference/similar_corrections.py``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.taxonomy import isco08
from inference.classifier import Reading
from inference.similar_corrections import SimilarCorrections, SimilarityRules, similarity_vectors


def overruled_texts(texts: pd.DataFrame, reading: Reading, rules: SimilarityRules) -> np.ndarray:
    """Return (N,) bool: which texts have a similar correction that overrules them.

    It overrules every text without a label, and one with another label than the vote of the
    similar corrections. ``texts`` has ``text, label, is_correction``; ``reading`` is what the model
    in service makes of them.
    """
    is_correction = texts["is_correction"].to_numpy(bool)
    taught = texts[is_correction]
    vectors = similarity_vectors(reading)
    row_of = dict(zip(taught["text"], np.flatnonzero(is_correction), strict=True))
    similar = SimilarCorrections(rules)
    similar.learn(
        dict(zip(taught["text"], taught["label"], strict=True)),
        lambda new: vectors[[row_of[text] for text in new]],
    )
    is_overruled = np.zeros(len(texts), bool)
    others = np.flatnonzero(~is_correction)
    labels = texts["label"].to_numpy(str)
    for row, voters in zip(others, similar.nearest(vectors[others]), strict=True):
        if len(voters.rows):
            voted = isco08().units[int(similar.votes(voters).argmax())]
            is_overruled[row] = labels[row] != voted
    return is_overruled
