"""Words that are one letter away, found by what is left without the letter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inference.spelling.letter_index import LetterIndex

WORDS = st.lists(st.text("abé愛𝒳", min_size=1, max_size=5), unique=True, max_size=20)


def is_one_letter_away(word: str, other: str) -> bool:
    """Whether ``other`` has one letter more than ``word``, or another one in one place."""
    without_one = [other[:n] + other[n + 1 :] for n in range(len(other))]
    replaced = [a != b for a, b in zip(word, other, strict=False)]
    return word in without_one or (len(word) == len(other) and sum(replaced) == 1)


@given(WORDS, WORDS)
def test_exactly_the_words_that_are_one_letter_away_are_found(
    known: list[str], asked: list[str]
) -> None:
    for word, places in zip(asked, LetterIndex(known).find(asked), strict=True):
        found = {known[place] for place in places} - {word}
        assert found == {other for other in known if is_one_letter_away(word, other)}


def test_an_index_of_no_words_finds_none() -> None:
    assert LetterIndex([]).find(["word"]) == [[]]
    assert LetterIndex(["word"]).find([]) == []
