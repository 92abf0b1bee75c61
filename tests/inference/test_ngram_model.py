"""The n-gram model: what it counts, what it learns, and that each text stands on its own."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.taxonomy import isco08
from core.text import EMPTY_TEXT, join
from inference.ngram_model import NgramModel, features


def test_words_pairs_and_letters_are_counted_and_unknown_is_no_word() -> None:
    assert features(EMPTY_TEXT) == []
    # "<cook>": 5 of two letters, 4 of three, 3 of four, 2 of five; and the word itself.
    assert len(features("cook | unknown")) == len(features("unknown | cook")) == 15
    both, apart = set(features("head cook | unknown")), set(features("head | cook"))
    assert len(both - apart) == 1  # the pair, which does not reach across the two answers


def _model_of(hashes: list[int]) -> NgramModel:
    """Return a model whose vectors and weights follow from the hashes, in two dimensions."""
    sorted_hashes = np.array(sorted(set(hashes)), np.uint32)
    vectors = np.stack([sorted_hashes % 200, sorted_hashes % 77], axis=1).astype(np.int16) - 100
    return NgramModel(
        hashes=sorted_hashes,
        vectors=vectors.astype(np.int8),
        scale=0.5,
        weights=np.stack([np.linspace(-1, 1, 436), np.linspace(0, 2, 436)]).astype(np.float32),
        bias=np.arange(436).astype(np.float32),
    )


@given(st.text(max_size=60), st.text(max_size=60))
def test_scores_are_the_sum_of_the_features_however_it_is_computed(title: str, duties: str) -> None:
    text = join(title, duties)
    text_features = features(text)
    model = _model_of(text_features)
    vector = np.zeros(2)
    for feature in text_features:
        vector += 0.5 * np.array([feature % 200 - 100, feature % 77 - 100])
    expected = vector / max(len(text_features), 1) ** 0.5 @ model.weights + model.bias
    # float32 keeps 24 bits; the largest term is below 50 * 800 ** 0.5 * 2.
    assert np.allclose(model.scores([text])[0], expected, rtol=1e-5, atol=1e-2)


def test_it_knows_the_titles_that_it_learned(ngram_model: NgramModel, texts: list[str]) -> None:
    best = ngram_model.scores(texts[:436]).argmax(axis=1)
    assert (best == np.arange(436)).mean() > 0.4  # of 436, each seen once


def test_what_is_said_again_makes_it_no_surer(ngram_model: NgramModel) -> None:
    said = "works on a ward and in a theatre"
    once, often = ngram_model.scores([join("nurse", said), join("nurse", f"{said} " * 30)])
    assert (once == often).all()


def test_a_typo_in_a_long_word_is_forgiven(ngram_model: NgramModel) -> None:
    best = isco08().units[ngram_model.scores(["vetrinarians | unknown"]).argmax()]
    assert best == "2250"


def test_a_text_scores_the_same_in_any_company(ngram_model: NgramModel, texts: list[str]) -> None:
    together = ngram_model.scores(texts)
    for row in (0, 17, len(texts) - 1):
        assert np.array_equal(ngram_model.scores([texts[row]])[0], together[row])


@pytest.mark.slow
def test_words_that_were_forgotten_score_the_same_again(
    ngram_model: NgramModel, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ngram_model.scores(texts)
    monkeypatch.setattr("inference.ngram_model._MAX_CACHED_WORDS", 12)
    monkeypatch.setattr("core.letters.text_bounds._MAX_SLICE_TEXTS", 7)
    assert np.array_equal(ngram_model.scores(texts), expected)
    assert np.array_equal(ngram_model.scores(texts[::-1])[::-1], expected)


def test_saved_and_loaded_it_is_the_same(
    ngram_model: NgramModel, texts: list[str], tmp_path: Path
) -> None:
    ngram_model.save(tmp_path / "ngram_model.npz")
    loaded = NgramModel.load((tmp_path / "ngram_model.npz").read_bytes())
    assert np.array_equal(loaded.scores(texts), ngram_model.scores(texts))


@pytest.mark.slow
@given(hashes=st.lists(st.integers(0, 2**32 - 1), min_size=1))
def test_any_model_is_saved_to_the_last_bit(hashes: list[int]) -> None:
    before = _model_of(hashes)
    with TemporaryDirectory() as folder:
        before.save(Path(folder) / "ngram_model.npz")
        after = NgramModel.load((Path(folder) / "ngram_model.npz").read_bytes())
    for name in ("hashes", "vectors", "scale", "weights", "bias"):
        saved, loaded = getattr(before, name), getattr(after, name)
        assert np.array_equal(saved, loaded) and np.asarray(saved).dtype == np.asarray(loaded).dtype


def test_one_that_knows_nothing_says_nothing(texts: list[str]) -> None:
    assert not NgramModel.empty(436).scores(texts).any()
