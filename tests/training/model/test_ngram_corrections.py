"""The n-gram model learns corrections at night, and little else changes."""

from __future__ import annotations

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
    chosen = settings.fine_tune.model_copy(update={"ngram_epochs": 40, "ngram_learning_rate": 0.03})
    settings = settings.model_copy(update={"fine_tune": chosen})
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
    known = np.isin(taught.hashes, ngram_model.hashes)
    np.testing.assert_allclose(
        taught.scale * taught.vectors[known], ngram_model.scale * ngram_model.vectors, rtol=1e-6
    )


def test_without_epochs_or_without_a_weight_it_stays(ngram_model: NgramModel) -> None:
    settings = Settings()
    rows = set_of([])
    zeros = np.zeros((len(rows), len(isco08().units)))
    assert teach_ngram_model(ngram_model, rows, zeros, zeros, 0.0, settings) is ngram_model
    none = settings.fine_tune.model_copy(update={"ngram_epochs": 0})
    settings = settings.model_copy(update={"fine_tune": none})
    assert teach_ngram_model(ngram_model, rows, zeros, zeros, 1.0, settings) is ngram_model
