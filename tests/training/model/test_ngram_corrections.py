"""The n-gram model learns corrections at night, and little else changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import softmax

from core.settings import Settings
from core.taxonomy import isco08, unit_index
from inference.ngram_model import NgramModel, features
from training.model.ngram_corrections import teach_ngram_model

CODES = {
    "zorblax polisher | unknown": "7511",
    "head zorblax polisher | unknown": "7511",
    "quindle keeper | unknown": "5164",
    "night quindle keeper | unknown": "5164",
}


def set_of(known: list[str]) -> pd.DataFrame:
    """Return the corrections, and ``known`` texts without a label."""
    corrections = pd.DataFrame({"text": [*CODES], "label": [*CODES.values()], "weight": 2.0})
    others = pd.DataFrame({"text": known, "label": "", "weight": 0.0})
    return pd.concat(
        [corrections.assign(is_correction=True), others.assign(is_correction=False)],
        ignore_index=True,
    )


def served(model: NgramModel, texts: list[str]) -> np.ndarray:
    return softmax(model.scores(texts).astype(np.float64), axis=1)


def test_corrections_and_texts_like_them_are_learned_and_others_stay(
    ngram_model: NgramModel, texts: list[str], tmp_path: Path
) -> None:
    settings = Settings()
    settings = settings.with_values("fine_tune", ngram_epochs=40, ngram_learning_rate=0.03)
    known = texts[:200]
    rows = set_of(known)
    parent = served(ngram_model, list(rows["text"]))
    network = np.zeros_like(parent)
    taught = teach_ngram_model(ngram_model, rows, network, parent, 1.0, settings)

    def right(model: NgramModel, codes: dict[str, str]) -> np.ndarray:
        return model.scores([*codes]).argmax(axis=1) == unit_index([*codes.values()])

    near = {"zorblax polisher part-time | unknown": "7511", "zorblx polisher | unknown": "7511"}
    assert not right(ngram_model, CODES | near).any()
    assert right(taught, CODES | near).all()
    before, after = (served(model, known) for model in (ngram_model, taught))
    assert (before.argmax(axis=1) == after.argmax(axis=1)).mean() > 0.95

    own = {feature for text in CODES for feature in features(text)}
    other = ~np.isin(ngram_model.hashes, np.array([*own], np.uint32))
    assert other.any() and own <= set(taught.hashes.tolist())
    at = np.searchsorted(taught.hashes, ngram_model.hashes[other])
    np.testing.assert_allclose(
        taught.scale * taught.vectors[at], ngram_model.scale * ngram_model.vectors[other], rtol=1e-6
    )

    taught.save(tmp_path / "ngram_model.npz")
    loaded = NgramModel.load((tmp_path / "ngram_model.npz").read_bytes())
    assert np.array_equal(loaded.scores(known), taught.scores(known))
    again = teach_ngram_model(taught, rows, network, parent, 1.0, settings)
    assert again.scale == taught.scale  # the steps are as small as int8 allows already


def test_the_loss_is_that_of_the_sum_with_the_network(ngram_model: NgramModel) -> None:
    """What the network knows already, the n-gram model need not learn."""
    settings = Settings()
    rows = set_of([])
    network = np.zeros((len(rows), len(isco08().units)))
    network[np.arange(len(rows)), unit_index(list(rows["label"]))] = 50.0
    parent = np.full_like(network, 1 / network.shape[1])
    taught = teach_ngram_model(ngram_model, rows, network, parent, 1.0, settings)
    of_known = np.searchsorted(taught.hashes, ngram_model.hashes)
    np.testing.assert_allclose(vectors_of(taught)[of_known], vectors_of(ngram_model), rtol=1e-6)


def vectors_of(model: NgramModel) -> np.ndarray:
    """Return the vectors of all features, (N, D) float64; those of a file are packed."""
    return model.scale * model.vectors[np.arange(len(model.hashes))].astype(np.float64)


def moved(ngram_model: NgramModel, probability: float, n_epochs: int, rate: float) -> float:
    """Return how far a night moves the vectors, if the network has every correction right.

    ``probability`` is that of the right group, by the network.
    """
    settings = Settings()
    change = {"ngram_epochs": n_epochs, "ngram_learning_rate": rate}
    settings = settings.with_values("fine_tune", **change)
    rows = set_of([])
    others = len(isco08().units) - 1
    network = np.full((len(rows), others + 1), np.log((1 - probability) / others))
    network[np.arange(len(rows)), unit_index(list(rows["label"]))] = np.log(probability)
    model = replace(
        ngram_model,
        weights=np.full_like(ngram_model.weights, 1e-3),
        bias=np.zeros_like(ngram_model.bias),
    )
    model.weights[:, unit_index(list(rows["label"]))] *= 2  # else no vector has a slope
    taught = teach_ngram_model(model, rows, network, np.exp(network), 1.0, settings)
    own = np.searchsorted(taught.hashes, model.hashes)
    return float(np.abs(vectors_of(taught)[own] - vectors_of(model)).max())


def test_a_correction_that_is_likely_enough_teaches_no_more(ngram_model: NgramModel) -> None:
    assert moved(ngram_model, 0.95, 5, 0.03) < 1e-6


def test_the_night_ends_once_nothing_is_wrong(ngram_model: NgramModel) -> None:
    """A step moves a number by the learning rate at most, and an epoch is one step here."""
    assert 0 < moved(ngram_model, 0.5, 40, 0.03) < 0.03 + ngram_model.scale


def test_without_epochs_or_without_a_weight_it_stays(ngram_model: NgramModel) -> None:
    settings = Settings()
    rows = set_of([])
    zeros = np.zeros((len(rows), len(isco08().units)))
    assert teach_ngram_model(ngram_model, rows, zeros, zeros, 0.0, settings) is ngram_model
    settings = settings.with_values("fine_tune", ngram_epochs=0)
    assert teach_ngram_model(ngram_model, rows, zeros, zeros, 1.0, settings) is ngram_model


def test_what_is_smaller_than_a_step_of_int8_is_learned(
    ngram_model: NgramModel, texts: list[str]
) -> None:
    vectors = np.asarray(ngram_model.vectors).copy()
    vectors[0, 0] = 127  # so that a night has no smaller steps than the model
    coarse = replace(ngram_model, vectors=vectors)
    rows = set_of(texts[:200])
    parent = served(coarse, list(rows["text"]))
    settings = Settings()
    settings = settings.with_values("fine_tune", ngram_epochs=40, ngram_learning_rate=3e-3)
    taught = teach_ngram_model(coarse, rows, np.zeros_like(parent), parent, 1.0, settings)
    assert taught.scale == coarse.scale
    units = unit_index([*CODES.values()])
    before, after = (model.scores([*CODES])[range(len(CODES)), units] for model in (coarse, taught))
    assert (after > before).all()
    assert (taught.scores([*CODES]).argmax(axis=1) == units).all()
