"""What words and letter sequences say about a code: a sparse linear model beside the network.

The network knows meanings; the n-gram model knows spellings. A rare trade name that the network
never learned, a compound, a typo within a long word: its letter sequences still point to a unit
group. On texts that neither has seen the two are wrong on different ones, so their sum is better
than either.

The features of a text are its words, pairs of neighbouring words, and sequences of two to five
letters within a word and its borders, told apart by a 32-bit hash. Its scores are the sum of its
features' weights, divided by the square root of their number: a title and a paragraph weigh alike.
The sum over a word is the same wherever it stands, so it is computed once and remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path
from zlib import crc32

import numpy as np

from core.text import SEPARATOR, UNKNOWN

_FEWEST_LETTERS, _MOST_LETTERS = 2, 5
_SEQUENCE = crc32(b"#")  # so that a sequence is no word
_REMEMBERED_WORDS = 16_384
_TEXTS_PER_STEP = 512


def answers(text: str) -> Iterator[list[str]]:
    """The words of the title and those of the duties; of a missing one none."""
    for part in text.split(SEPARATOR):
        yield [word for word in part.split() if word != UNKNOWN]


@lru_cache(maxsize=65_536)  # texts are many, words are few
def word_features(word: str) -> tuple[int, ...]:
    """Hashes of the word itself and of its letter sequences, each as often as it occurs."""
    letters = [letter.encode() for letter in f"<{word}>"]
    found = [crc32(word.encode())]
    for start in range(len(letters)):
        hashed = _SEQUENCE  # and letter by letter: the hash of a sequence goes on from the shorter
        for n, letter in enumerate(letters[start : start + _MOST_LETTERS], start=1):
            hashed = crc32(letter, hashed)
            if n >= _FEWEST_LETTERS:
                found.append(hashed)
    return tuple(found)


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


class NgramModel:
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
        self._words: dict[str, np.ndarray] = {}  # (K,) of each, the newest last

    @classmethod
    def empty(cls, n_labels: int) -> NgramModel:
        """A n-gram model without features: every score is zero."""
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
    def load(cls, path: Path) -> NgramModel:
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
        for start in range(0, len(texts), _TEXTS_PER_STEP):
            step = texts[start : start + _TEXTS_PER_STEP]
            out[start : start + len(step)] = self._scores(step)
        return out

    def _scores(self, texts: Sequence[str]) -> np.ndarray:
        """(N, K) scores of so few texts that what they have in common is looked up at once.

        The weights are integers, and their sums exact in whatever order they are added.
        """
        parts = [list(answers(text)) for text in texts]
        pairs = [[pair_feature(*p) for words in found for p in pairwise(words)] for found in parts]
        n_features = [len(found) for found in pairs]
        sums = list(self._sums(pairs))
        said = [(row, word) for row, found in enumerate(parts) for words in found for word in words]
        for start in range(0, len(said), _REMEMBERED_WORDS // 4):
            block = said[start : start + _REMEMBERED_WORDS // 4]
            new = list({word: None for _, word in block if word not in self._words})
            self._words.update(zip(new, self._sums([*map(word_features, new)]), strict=True))
            for row, word in block:
                sums[row] += self._words[word]
                n_features[row] += len(word_features(word))
            n_too_many = max(len(self._words) - _REMEMBERED_WORDS, 0)
            for word in list(islice(self._words, n_too_many)):  # those that came first
                del self._words[word]
        factors = [[self.scale / max(n, 1) ** 0.5] for n in n_features]  # (N, 1)
        return self.bias + np.stack(sums) * factors

    def _sums(self, found: Sequence[Sequence[int]]) -> np.ndarray:
        """(M, K) int32 sums of the unscaled weights of M times some features.

        They hold the sum of any text: 127 times the ten million features of two longest fields.
        """
        each = [np.array(features, np.uint32) for features in found]
        owners = np.repeat(np.arange(len(each)), [len(features) for features in each])
        wanted = np.concatenate([np.zeros(0, np.uint32), *each])
        at = np.searchsorted(self.hashes, wanted)
        inside = at < len(self.hashes)
        at, wanted, owners = at[inside], wanted[inside], owners[inside]
        is_known = self.hashes[at] == wanted
        at, owners = at[is_known], owners[is_known]
        sizes = self.starts[at + 1] - self.starts[at]
        ends = np.cumsum(sizes)
        # Positions of all the features' weights, one feature's after the other's.
        where = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
            self.starts[at] - ends + sizes, sizes
        )
        n_labels = len(self.bias)
        cells = np.repeat(owners * n_labels, sizes) + self.columns[where]
        sums = np.bincount(cells, self.values[where], minlength=len(each) * n_labels)
        return sums.reshape(len(each), n_labels).astype(np.int32)


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
