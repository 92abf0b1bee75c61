"""The trained vectors as they ship: turned, in few levels, without those that say nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from inference.ngram_model import NgramModel
from training.model.ngram_trainer import fit_ngram_model, round_vectors

HASHES = np.arange(2_000, dtype=np.uint32)


def made(seed: int, n_dimensions: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors, of which most of the variance is in two directions, and weights."""
    rng = np.random.default_rng(seed)
    sizes = 1 / (1 + np.arange(n_dimensions)) ** 2
    mixed = rng.normal(size=(n_dimensions, n_dimensions))
    vectors = (rng.normal(size=(len(HASHES), n_dimensions)) * sizes) @ mixed
    return vectors.astype(np.float32), rng.normal(size=(n_dimensions, 436)).astype(np.float32)


def added(model: NgramModel) -> np.ndarray:
    """Return what each feature adds to the scores, but for what it adds to all alike."""
    scores = model.scale * (np.asarray(model.vectors) @ model.weights)
    return scores - scores.mean(axis=1, keepdims=True)


def test_a_feature_that_says_nothing_is_left_out() -> None:
    vectors, weights = made(0)
    vectors[[3, 7]] *= 1e-3
    vectors[11] = 0.0
    model = round_vectors(HASHES, vectors, weights, np.zeros(436, np.float32))
    left_out = sorted(set(HASHES.tolist()) - set(model.hashes.tolist()))
    assert {3, 7, 11} <= set(left_out)
    assert np.asarray(model.vectors).any(axis=1).all()


def test_of_texts_without_a_common_feature_nothing_is_learned() -> None:
    """Short titles in Chinese letters may have none."""
    texts = [f"{letter} | unknown" for letter in "甲乙丙丁戊己庚辛壬癸"]
    train = pd.DataFrame({"text": texts, "label": "2221", "weight": 1.0, "language": "zh"})
    model = fit_ngram_model(train.assign(forms=""), seed=0)
    assert len(model.hashes) == 0 and not model.scores(texts).any()


def test_a_model_that_learned_nothing_adds_nothing() -> None:
    vectors, weights = made(0)
    model = round_vectors(HASHES, vectors, weights * 0, np.zeros(436, np.float32))
    assert len(model.hashes) == 0
    assert not model.scores(["nurse | unknown"]).any()


def test_turning_keeps_the_scores_and_puts_the_variance_first() -> None:
    vectors, weights = made(1)
    model = round_vectors(HASHES, vectors, weights, np.zeros(436, np.float32))
    exact = vectors[model.hashes] @ weights
    exact -= exact.mean(axis=1, keepdims=True)
    errors = np.linalg.norm(added(model) - exact, axis=1)
    # Each of D numbers is off by half a step at most, and the components are of one length.
    length = np.linalg.norm(model.weights[0])
    assert errors.max() <= model.scale * length * (weights.shape[0] ** 0.5 / 2) * (1 + 1e-4)
    squares = (np.asarray(model.vectors, float) ** 2).mean(axis=0)
    assert (np.diff(squares) <= 0).all()
    assert np.isclose(np.linalg.norm(model.weights), np.linalg.norm(weights), rtol=0.01)


def test_lessons_find_finer_levels_in_int8() -> None:
    vectors, weights = made(2)
    vectors[5] *= 1_000
    model = round_vectors(HASHES, vectors, weights, np.zeros(436, np.float32))
    assert np.abs(np.asarray(model.vectors)).max() <= 12
