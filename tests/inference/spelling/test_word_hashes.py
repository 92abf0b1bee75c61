"""A set of words keeps its words, and takes next to no other word for one of them."""

from __future__ import annotations

import pytest

from inference.spelling.word_hashes import WordHashes


@pytest.mark.parametrize("n_words", [0, 1, 2, 100_000])
def test_a_set_of_words_comes_back_as_it_was(n_words: int) -> None:
    words = [f"word{number}" for number in range(n_words)]
    packed = WordHashes.of(words).to_bytes()
    read = WordHashes.from_bytes(packed)
    assert read.to_bytes() == packed
    assert n_words * 0.9999 <= len(read) <= n_words
    assert all(word in read for word in words[::1000])


def test_few_other_words_are_taken_for_its_own() -> None:
    words = WordHashes.of(f"word{number}" for number in range(100_000))
    assert sum(f"other{number}" in words for number in range(10_000)) < 10
