"""The trained vectors as they ship: in few levels, without those that say nothing."""

from __future__ import annotations

import numpy as np

from training.model.ngram_trainer import round_vectors


def test_a_feature_that_says_nothing_is_left_out() -> None:
    hashes = np.array([3, 5, 9], np.uint32)
    vectors = np.array([[3.0, -1.0], [0.01, -0.02], [0.0, 2.0]])
    model = round_vectors(hashes, vectors, np.zeros((2, 436)), np.zeros(436))
    assert model.hashes.tolist() == [3, 9]
    assert np.asarray(model.vectors).tolist() == [[3, -1], [0, 2]]
