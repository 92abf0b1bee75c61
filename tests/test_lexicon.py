"""The lexicon: what it counts, what it learns, and that each text stands on its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inference.lexicon import Lexicon, features
from isco.taxonomy import isco08
from isco.text import EMPTY_TEXT, join


def test_words_pairs_and_letters_are_counted_and_unknown_is_no_word() -> None:
    def n(text: str) -> int:
        return len(features(text)[0])

    assert n(EMPTY_TEXT) == 0
    # "<cook>": 5 of two letters, 4 of three, 3 of four, 2 of five; and the word itself.
    assert n("cook | unknown") == n("unknown | cook") == 15
    both, apart = set(features("head cook | unknown")[0]), set(features("head | cook")[0])
    assert len(both - apart) == 1  # the pair, which does not reach across the two answers


@given(st.text(max_size=60), st.text(max_size=60))
def test_features_are_sorted_distinct_and_of_length_one(title: str, duties: str) -> None:
    hashes, weights = features(join(title, duties))
    assert (np.diff(hashes.astype(np.int64)) > 0).all()
    if len(hashes):
        assert np.isclose(np.square(weights).sum(), 1)


def test_it_knows_the_titles_that_it_learned(lexicon: Lexicon, texts: list[str]) -> None:
    best = lexicon.scores(texts[:436]).argmax(axis=1)
    assert (best == np.arange(436)).mean() > 0.4  # of 436, each seen once


def test_a_typo_in_a_long_word_is_forgiven(lexicon: Lexicon) -> None:
    best = isco08().units[lexicon.scores(["vetrinarians | unknown"]).argmax()]
    assert best == "2250"


def test_a_text_scores_the_same_in_any_company(lexicon: Lexicon, texts: list[str]) -> None:
    together = lexicon.scores(texts)
    for row in (0, 17, len(texts) - 1):
        assert np.array_equal(lexicon.scores([texts[row]])[0], together[row])


def test_saved_and_loaded_it_is_the_same(
    lexicon: Lexicon, texts: list[str], tmp_path: Path
) -> None:
    lexicon.save(tmp_path / "lexicon.npz")
    loaded = Lexicon.load(tmp_path / "lexicon.npz")
    assert np.array_equal(loaded.scores(texts), lexicon.scores(texts))
    lexicon.save(tmp_path / "again.npz")


def test_one_that_knows_nothing_says_nothing(texts: list[str]) -> None:
    assert not Lexicon.empty(436).scores(texts).any()
