"""Slips of the keyboard put right before the model reads them: "niquiry agent" → "inquiry agent".

A model sees a word as the pieces it has learned; one wrong letter makes other pieces of it. A word
that the training texts do not have, one slip away from one that they do, is read as that. What is
published stays as it was typed.
"""

from __future__ import annotations

import gzip
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from core.text import UNKNOWN

_MIN_TEXTS = 2  # a word of one text alone may be a slip itself
_MIN_LETTERS = 5  # shorter words are one slip away from too many others
_MAX_LETTERS = 30  # longer ones are no words, and have thousands of neighbours
_MAX_WORDS = 128  # the network reads no further
_REMEMBERED_WORDS = 65_536


class Spelling:
    """The words that a model has learned, the most frequent first."""

    def __init__(self, words: Iterable[str]) -> None:
        self._rank = {word: rank for rank, word in enumerate(words)}
        self._mend_word = lru_cache(maxsize=_REMEMBERED_WORDS)(self._nearest)

    @classmethod
    def learn(cls, texts: Iterable[str]) -> Spelling:
        """The words of cleaned texts that at least two of them have."""
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

    def mend(self, text: str) -> str:
        """The cleaned ``text``, a word of five letters or more that nobody knows mended where one
        slip explains it: a letter dropped, added, replaced, or swapped with the next. Of several
        words that it could be, those of the same letters first (the commonest slips are a swapped
        and a doubled one), then the most frequent; with none it stays.
        """
        words = text.split()
        return " ".join([*map(self._mend_word, words[:_MAX_WORDS]), *words[_MAX_WORDS:]])

    def _nearest(self, word: str) -> str:
        rank = self._rank
        if word in rank or word == UNKNOWN or not _MIN_LETTERS <= len(word) <= _MAX_LETTERS:
            return word
        if not (rank and word.isascii() and word.isalpha()):
            return word
        letters = set(word)
        return min(
            (known for known in _one_slip_away(word) if known in rank),
            key=lambda known: (set(known) != letters, rank[known]),
            default=word,
        )


def _one_slip_away(word: str) -> Iterator[str]:
    """Every string that one slip could have turned into ``word`` (Damerau 1964)."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        for letter in string.ascii_lowercase:
            yield before + letter + after
            yield before + letter + after[1:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
