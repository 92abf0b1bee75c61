"""Correct typos before the model reads a text: "niquiry agent" → "inquiry agent".

A model reads a word as the pieces that it has learned, and one wrong letter changes the pieces. A
word that the training texts do not have, one typo away from a word that they have, is read as that
word. The results show the text as it was typed.
"""

from __future__ import annotations

import gzip
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from core.text import UNKNOWN

_MIN_TEXTS = 2  # a word of only one text may be a typo itself
_MIN_LETTERS = 5  # shorter words are one typo away from too many others
_MAX_LETTERS = 30  # longer ones are not words, and have thousands of neighbours
_MAX_WORDS = 128  # the network reads no more
_MAX_CACHED_WORDS = 65_536


class Spelling:
    """The words that a model has learned, the most frequent first."""

    def __init__(self, words: Iterable[str]) -> None:
        self._rank = {word: rank for rank, word in enumerate(words)}
        self._correct_word = lru_cache(maxsize=_MAX_CACHED_WORDS)(self._nearest)

    @classmethod
    def learn(cls, texts: Iterable[str]) -> Spelling:
        """Return the words that at least two of the cleaned texts have."""
        counts = Counter(word for text in texts for word in set(text.split()) if word.isalpha())
        common = [(-n, word) for word, n in counts.items() if n >= _MIN_TEXTS]
        return cls(word for _, word in sorted(common))

    @classmethod
    def load(cls, path: Path) -> Spelling:
        """Read what ``save`` wrote: one word a line."""
        return cls(gzip.decompress(path.read_bytes()).decode().splitlines())

    def save(self, path: Path) -> None:
        """Write the words, compressed; the same words give the same bytes."""
        path.write_bytes(gzip.compress("\n".join(self._rank).encode(), mtime=0))

    def correct(self, text: str) -> str:
        """Return the cleaned ``text`` with its typos corrected.

        An unknown word of five letters or more is replaced by a known one that is one typo away: a
        letter dropped, added, replaced, or swapped with the next. Of several such words, those of
        the same letters come first (the most common typos are a swapped and a doubled letter), then
        the most frequent one. A word without such a neighbour stays.
        """
        words = text.split()
        corrected = [self._correct_word(word) for word in words[:_MAX_WORDS]]
        return " ".join(corrected + words[_MAX_WORDS:])

    def _nearest(self, word: str) -> str:
        rank = self._rank
        if word in rank or word == UNKNOWN or not _MIN_LETTERS <= len(word) <= _MAX_LETTERS:
            return word
        if not (rank and word.isascii() and word.isalpha()):
            return word
        letters = set(word)
        return min(
            (neighbor for neighbor in _one_typo_away(word) if neighbor in rank),
            key=lambda neighbor: (set(neighbor) != letters, rank[neighbor]),
            default=word,
        )


def _one_typo_away(word: str) -> Iterator[str]:
    """Yield every string that one typo could have turned into ``word``.

    Source: Damerau, Communications of the ACM 7 (1964).
    """
    for position in range(len(word) + 1):
        before = word[:position]
        after = word[position:]
        for letter in string.ascii_lowercase:
            yield before + letter + after
            yield before + letter + after[1:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
