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


@given(st.text(max_size=60), st.text(max_size=60))
def test_scores_are_the_sum_of_the_features_however_it_is_computed(title: str, duties: str) -> None:
    text = join(title, duties)
    text_features = features(text)
    hashes = np.array(sorted(set(text_features)), np.uint32)
    values = (hashes % 200).astype(np.int16) - 100
    ngram_model = NgramModel(
        hashes=hashes,
        starts=np.arange(len(hashes) + 1),
        columns=(hashes % 436).astype(np.uint16),
        values=values.astype(np.int8),
        scale=0.5,
        bias=np.zeros(436, np.float32),
    )
    expected = np.zeros(436)
    for feature in text_features:
        expected[feature % 436] += 0.5 * (feature % 200 - 100) / len(text_features) ** 0.5
    assert np.allclose(ngram_model.scores([text])[0], expected, atol=1e-4)


def test_it_knows_the_titles_that_it_learned(ngram_model: NgramModel, texts: list[str]) -> None:
    best = ngram_model.scores(texts[:436]).argmax(axis=1)
    assert (best == np.arange(436)).mean() > 0.4  # of 436, each seen once


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
    ngram_model.save(tmp_path / "lexicon.npz")
    loaded = NgramModel.load(tmp_path / "lexicon.npz")
    assert np.array_equal(loaded.scores(texts), ngram_model.scores(texts))


@pytest.mark.slow
@given(rows=st.dictionaries(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 435), max_size=4)))
def test_any_lexicon_is_saved_to_the_last_bit(rows: dict[int, list[int]]) -> None:
    hashes = sorted(rows)
    columns = [column for feature in hashes for column in rows[feature]]
    before = NgramModel(
        np.array(hashes, np.uint32),
        np.cumsum([0, *(len(rows[feature]) for feature in hashes)]),
        np.array(columns, np.uint16),
        np.arange(len(columns)).astype(np.int8),
        0.25,
        np.zeros(436, np.float32),
    )
    with TemporaryDirectory() as folder:
        before.save(Path(folder) / "lexicon.npz")
        after = NgramModel.load(Path(folder) / "lexicon.npz")
    for name in ("hashes", "starts", "columns", "values", "scale", "bias"):
        saved, loaded = getattr(before, name), getattr(after, name)
        assert np.array_equal(saved, loaded) and np.asarray(saved).dtype == np.asarray(loaded).dtype


def test_one_that_knows_nothing_says_nothing(texts: list[str]) -> None:
    assert not NgramModel.empty(436).scores(texts).any()
