"""Find words that have one letter more than another word, or another letter in one place.

Each word is filed under the hashes of what is left of it when a place is blank. Hashes are sums
over the places, so that those of many words are computed at once: to look up every string that is
one letter away took thirty times as long.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_BASE = np.uint64(0x9E37_79B9_7F4A_7C15)
_PER_LETTER = np.uint64(0xC2B2_AE3D_27D4_EB4F)  # so that the number of places counts
_WORDS_PER_STEP = 4096


class LetterIndex:
    """N words by their letters but one; a letter takes 12 bytes."""

    def __init__(self, words: Sequence[str]) -> None:
        letters = _Letters(words)
        hashes = letters.with_a_blank()
        order = np.argsort(hashes)
        self._hashes = hashes[order]
        self._words = letters.word[order].astype(np.uint32)

    def find(self, words: Sequence[str]) -> list[list[int]]:
        """Return for each word the places of those with one letter more, or with another letter.

        Others may be among them, where two hashes are equal. No word is empty.
        """
        found: list[list[int]] = []
        for start in range(0, len(words), _WORDS_PER_STEP):
            found += self._find(words[start : start + _WORDS_PER_STEP])
        return found

    def _find(self, words: Sequence[str]) -> list[list[int]]:
        letters = _Letters(words)
        asked = np.concatenate([letters.with_a_blank(), *letters.with_a_blank_more()])
        word = np.concatenate([letters.word, letters.word, np.arange(len(words))])
        first = np.searchsorted(self._hashes, asked, side="left")
        n_found = np.searchsorted(self._hashes, asked, side="right") - first
        hits = np.flatnonzero(n_found)
        found: list[list[int]] = [[] for _ in words]
        for place, start, n in zip(word[hits], first[hits], n_found[hits], strict=True):
            found[place] += self._words[start : start + n].tolist()
        return found


class _Letters:
    """The L letters of N words as numbers, and the hashes of the words."""

    def __init__(self, words: Sequence[str]) -> None:
        self.n_letters = np.fromiter(map(len, words), np.intp, len(words))
        self.word = np.repeat(np.arange(len(words)), self.n_letters)
        starts = np.cumsum(self.n_letters) - self.n_letters
        places = np.arange(len(self.word)) - starts[self.word]
        powers = np.full(int(self.n_letters.max(initial=0)) + 1, _BASE).cumprod(dtype=np.uint64)
        codes = np.frombuffer("".join(words).encode("utf-32-le"), "<u4").astype(np.uint64)
        self._values = codes * powers[places]
        before = np.concatenate([np.zeros(1, np.uint64), self._values.cumsum(dtype=np.uint64)])
        self._sums = before[starts + self.n_letters] - before[starts]  # (N,)
        self._sums_before = before[:-1] - before[starts][self.word]  # (L,)

    def with_a_blank(self) -> np.ndarray:
        """Return (L,) the hash of each letter's word with a blank in its place."""
        return self._sums[self.word] - self._values + self._size(self.n_letters)[self.word]

    def with_a_blank_more(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the hashes with a blank before each letter, (L,), and behind the word, (N,)."""
        size = self._size(self.n_letters + 1)
        moved = (self._sums[self.word] - self._sums_before) * _BASE
        return self._sums_before + moved + size[self.word], self._sums + size

    @staticmethod
    def _size(n_letters: np.ndarray) -> np.ndarray:
        return n_letters.astype(np.uint64) * _PER_LETTER
