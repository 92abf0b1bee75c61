"""What words and letter sequences say about a code: a sparse linear model beside the network.

The network knows meanings; the lexicon knows spellings. A rare trade name that the network never
learned, a compound, a typo within a long word: its letter sequences still point to a unit group. On
texts that neither has seen the two are wrong on different ones, so their sum is better than either.

The features of a text are its words, pairs of neighbouring words, and sequences of two to five
letters within a word and its borders, told apart by a 32-bit hash. Its scores are the sum of its
features' weights, divided by the square root of their number: a title and a paragraph weigh alike.
The sum over a word is the same wherever it stands, so it is computed once and remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np

from isco.text import SEPARATOR, UNKNOWN

_LETTERS = range(2, 6)
_REMEMBERED_WORDS = 16_384


def answers(text: str) -> Iterator[list[str]]:
    """The words of the title and those of the duties; of a missing one none."""
    for part in text.split(SEPARATOR):
        yield [word for word in part.split() if word != UNKNOWN]


@lru_cache(maxsize=65_536)  # texts are many, words are few
def word_features(word: str) -> tuple[int, ...]:
    """Hashes of the word itself and of its letter sequences, each as often as it occurs."""
    padded = f"<{word}>"
    sequences = (
        padded[start : start + n] for n in _LETTERS for start in range(len(padded) - n + 1)
    )
    return crc32(word.encode()), *(crc32(f"#{sequence}".encode()) for sequence in sequences)


def pair_feature(first: str, second: str) -> int:
    """Hash of two neighbouring words."""
    return crc32(f"{first} {second}".encode())


def features(text: str) -> list[int]:
    """The hashes of all features of a cleaned text, each as often as it occurs."""
    found: list[int] = []
    for words in answers(text):
        for word in words:
            found.extend(word_features(word))
        found.extend(pair_feature(a, b) for a, b in pairwise(words))
    return found


class Lexicon:
    """F features with weights for some of the K unit groups each, in compressed rows.

    ``hashes`` (F,) uint32 ascending; the weights of feature i are ``scale * values[starts[i] :
    starts[i + 1]]`` (int8) for the unit groups ``columns[…]`` (uint16); ``bias`` (K,) float32.
    """

    def __init__(
        self,
        hashes: np.ndarray,
        starts: np.ndarray,
        columns: np.ndarray,
        values: np.ndarray,
        scale: float,
        bias: np.ndarray,
    ) -> None:
        self.hashes, self.starts, self.columns, self.values = hashes, starts, columns, values
        self.scale, self.bias = scale, bias
        self._word = lru_cache(maxsize=_REMEMBERED_WORDS)(self._sum_of_word)

    @classmethod
    def empty(cls, n_labels: int) -> Lexicon:
        """A lexicon without features: every score is zero."""
        nothing = np.zeros(0)
        return cls(
            nothing.astype(np.uint32),
            np.zeros(1, np.int64),
            nothing.astype(np.uint16),
            nothing.astype(np.int8),
            1.0,
            np.zeros(n_labels, np.float32),
        )

    @classmethod
    def load(cls, path: Path) -> Lexicon:
        """Read what ``save`` wrote. Plain arrays only: nothing in the file can run."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(
                hashes=_unpack(arrays["hashes"], np.uint32),
                starts=_unpack(arrays["starts"], np.uint32).astype(np.int64),
                columns=_unpack(arrays["columns"], np.uint16),
                values=arrays["values"],
                scale=float(arrays["scale"]),
                bias=arrays["bias"],
            )

    def save(self, path: Path) -> None:
        """Write the arrays, compressed."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                hashes=_pack(self.hashes, np.uint32),
                starts=_pack(self.starts, np.uint32),
                columns=_pack(self.columns, np.uint16),
                values=self.values,
                scale=self.scale,
                bias=self.bias,
            )

    def scores(self, texts: Sequence[str]) -> np.ndarray:
        """(N, K) float32 scores of N cleaned texts, to be added to logits; each text on its own."""
        out = np.empty((len(texts), len(self.bias)), np.float32)
        for row, text in enumerate(texts):
            total, pairs, n = np.zeros(len(self.bias)), [], 0
            for words in answers(text):
                for word in words:
                    total += self._word(word)
                    n += len(word_features(word))
                pairs += [pair_feature(a, b) for a, b in pairwise(words)]
            if pairs:
                total += self._sum(pairs)
            out[row] = self.bias + total * (self.scale / max(n + len(pairs), 1) ** 0.5)
        return out

    def _sum_of_word(self, word: str) -> np.ndarray:
        """(K,) sum of the unscaled weights of a word's features."""
        return self._sum(word_features(word)).astype(np.float32)

    def _sum(self, found: Sequence[int]) -> np.ndarray:
        """(K,) float64 sum of the unscaled weights of some features: integers, so it is exact."""
        wanted = np.array(found, np.uint32)
        at = np.searchsorted(self.hashes, wanted)
        inside = at < len(self.hashes)
        at, wanted = at[inside], wanted[inside]
        at = at[self.hashes[at] == wanted]
        sizes = self.starts[at + 1] - self.starts[at]
        ends = np.cumsum(sizes)
        # Positions of all the features' weights, one feature's after the other's.
        where = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
            self.starts[at] - ends + sizes, sizes
        )
        return np.bincount(self.columns[where], self.values[where], minlength=len(self.bias))


def _pack(numbers: np.ndarray, kind: type[np.unsignedinteger]) -> np.ndarray:
    """(bytes of ``kind``, N) uint8: the steps from number to number, bytes of one rank together.

    So they compress to two thirds. A step downwards wraps around, and back when unpacked.
    """
    numbers = numbers.astype(kind)
    steps = np.diff(numbers, prepend=kind(0)).astype(np.dtype(kind).newbyteorder("<"))
    return np.ascontiguousarray(steps.view(np.uint8).reshape(len(steps), steps.itemsize).T)


def _unpack(packed: np.ndarray, kind: type[np.unsignedinteger]) -> np.ndarray:
    """(N,) the numbers that ``_pack`` was given."""
    steps = np.ascontiguousarray(packed.T).view(np.dtype(kind).newbyteorder("<"))
    return steps.ravel().astype(kind).cumsum(dtype=kind)
