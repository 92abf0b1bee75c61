"""What words and letter sequences say about a code: a sparse linear model beside the network.

The network knows meanings; the lexicon knows spellings. A rare trade name that the network never
learned, a compound, a typo within a long word: its letter sequences still point to a unit group. On
texts that neither has seen the two are wrong on different ones, so their sum is better than either.

A text's features are its words, pairs of neighbouring words, and sequences of two to five letters
within a word and its borders, each weighted ``1 + log(count)``, the text's whole divided by its
Euclidean length. Features are told apart by a 32-bit hash; one that training did not see is as if
it were not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np

from isco.text import SEPARATOR, UNKNOWN

_LETTERS = range(2, 6)


def features(text: str) -> tuple[np.ndarray, np.ndarray]:
    """(hashes uint32, weights float64) of a cleaned text's features, in order of their hashes."""
    counts = Counter(crc32(feature.encode()) for feature in _spelled(text))
    hashes = np.fromiter(sorted(counts), np.uint32, len(counts))
    weights = 1 + np.log([counts[h] for h in hashes.tolist()])
    return hashes, weights / max(float(np.sqrt(np.square(weights).sum())), 1e-9)


def _spelled(text: str) -> Iterator[str]:
    for part in text.split(SEPARATOR):
        words = [word for word in part.split() if word != UNKNOWN]
        yield from words
        yield from (f"{a} {b}" for a, b in pairwise(words))
        for word in words:
            padded = f"<{word}>"
            for n in _LETTERS:
                for start in range(len(padded) - n + 1):
                    yield "#" + padded[start : start + n]


@dataclass(frozen=True)
class Lexicon:
    """F features with weights for some of the K unit groups each, in compressed rows.

    ``hashes`` (F,) uint32 ascending; the weights of feature i are ``scale * values[starts[i] :
    starts[i + 1]]`` (int8) for the unit groups ``columns[…]`` (uint16); ``bias`` (K,) float32.
    """

    hashes: np.ndarray
    starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    scale: float
    bias: np.ndarray

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
            values = {name: arrays[name] for name in arrays.files}
        return cls(**{**values, "scale": float(values["scale"])})

    def save(self, path: Path) -> None:
        """Write the arrays, compressed."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                hashes=self.hashes,
                starts=self.starts,
                columns=self.columns,
                values=self.values,
                scale=self.scale,
                bias=self.bias,
            )

    def scores(self, texts: Sequence[str]) -> np.ndarray:
        """(N, K) float32 scores of N cleaned texts, to be added to logits; each text on its own."""
        out = np.tile(self.bias, (len(texts), 1))
        if not len(self.hashes):
            return out
        for row, text in enumerate(texts):
            hashes, weights = features(text)
            at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
            known = self.hashes[at] == hashes
            at, weights = at[known], weights[known]
            sizes = self.starts[at + 1] - self.starts[at]
            # Positions of all the features' weights, one feature's after the other's.
            ends = np.cumsum(sizes)
            where = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
                self.starts[at] - ends + sizes, sizes
            )
            shares = np.repeat(weights * self.scale, sizes) * self.values[where]
            out[row] += np.bincount(self.columns[where], shares, minlength=len(self.bias))
        return out.astype(np.float32)
