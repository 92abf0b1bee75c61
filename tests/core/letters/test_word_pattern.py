"""The pattern of words finds what a plain list of them finds, the longest first."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from core.letters.word_pattern import any_of

WORDS = st.lists(st.text("ab.'", min_size=1, max_size=4), min_size=1, max_size=8)


@given(WORDS, st.text("ab.' ", max_size=30))
def test_the_longest_word_is_found(words: list[str], text: str) -> None:
    plain = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    assert re.findall(any_of(words), text) == re.findall(plain, text)


def test_the_same_words_make_the_same_pattern() -> None:
    assert any_of(["per", "p.a", "an"]) == any_of(["an", "p.a", "per", "an"])
