"""Score codes by words and letter sequences: a sparse linear model beside the network.

The network has learned meanings, this model spellings. A rare trade name that the network never
learned, a compound, or a typo in a long word still has letter sequences that point to a unit group.
On unseen texts the two make different errors, so their sum is better than either.

The features of a text are its words without accents, pairs of neighbouring words, and sequences of
two to five letters within a word and its borders, each known by a 32-bit hash. Its scores are the
sum of its features' weights, divided by the square root of their number, so that a title and a
paragraph weigh alike. The sum over a word is the same in every text, so it is computed once and
cached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path
from zlib import crc32

import numpy as np

from core.letters.accents import without_accents
from core.letters.text_bounds import slices
from core.text import SEPARATOR, UNKNOWN

_FEWEST_LETTERS, _MOST_LETTERS = 2, 5
_SEQUENCE = crc32(b"#")  # so that a sequence and an equal word have different hashes
_MAX_CACHED_WORDS = 16_384


def words_of_parts(text: str) -> Iterator[list[str]]:
    """Yield the words of the title, then those of the duties; of a missing part none.

    They are without accents, which people leave out.
    """
    for part in without_accents(text).split(SEPARATOR):
        yield [word for word in part.split() if word != UNKNOWN]


@lru_cache(maxsize=65_536)  # texts are many, words are few
def word_features(word: str) -> tuple[int, ...]:
    """Return hashes of the word and of its letter sequences, each as often as it occurs."""
    letters = [letter.encode() for letter in f"<{word}>"]
    hashes = [crc32(word.encode())]
    for start in range(len(letters)):
        sequence = _SEQUENCE  # the hash of a sequence continues that of the shorter one
        for n, letter in enumerate(letters[start : start + _MOST_LETTERS], start=1):
            sequence = crc32(letter, sequence)
            if n >= _FEWEST_LETTERS:
                hashes.append(sequence)
    return tuple(hashes)


def pair_feature(first: str, second: str) -> int:
    """Return the hash of two neighbouring words."""
    return crc32(f"{first} {second}".encode())


def features(text: str) -> list[int]:
    """Return the hashes of all features of a cleaned text, each as often as it occurs."""
    hashes: list[int] = []
    for words in words_of_parts(text):
        for word in words:
            hashes.extend(word_features(word))
        hashes.extend(pair_feature(first, second) for first, second in pairwise(words))
    return hashes


@dataclass(eq=False)
class NgramModel:
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
    # (K,) unscaled scores of each word, the newest last.
    _word_sums: dict[str, np.ndarray] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def empty(cls, n_labels: int) -> NgramModel:
        """Return a model without features: every score is zero."""
        return cls(
            hashes=np.zeros(0, np.uint32),
            starts=np.zeros(1, np.int64),
            columns=np.zeros(0, np.uint16),
            values=np.zeros(0, np.int8),
            scale=1.0,
            bias=np.zeros(n_labels, np.float32),
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
        """Return (N, K) float32 scores of N cleaned texts, to be added to logits.

        A text's scores do not depend on the other texts.
        """
        scores = np.empty((len(texts), len(self.bias)), np.float32)
        for part in slices(texts):
            scores[part] = self._scores(texts[part])
        return scores

    def _scores(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, K) scores of one step of texts; features they share are looked up once.

        The weights are integers: their sums are exact in whatever order they are added.
        """
        parts = [list(words_of_parts(text)) for text in texts]
        pairs = [
            [pair_feature(first, second) for words in part for first, second in pairwise(words)]
            for part in parts
        ]
        n_features = [len(features) for features in pairs]
        sums = list(self._sums(pairs))
        row_words = [
            (row, word) for row, part in enumerate(parts) for words in part for word in words
        ]
        for start in range(0, len(row_words), _MAX_CACHED_WORDS // 4):
            block = row_words[start : start + _MAX_CACHED_WORDS // 4]
            self._cache_words(word for _, word in block)
            for row, word in block:
                sums[row] += self._word_sums[word]
                n_features[row] += len(word_features(word))
            n_too_many = max(len(self._word_sums) - _MAX_CACHED_WORDS, 0)
            for word in list(islice(self._word_sums, n_too_many)):  # the oldest
                del self._word_sums[word]
        factors = [[self.scale / max(n, 1) ** 0.5] for n in n_features]  # (N, 1)
        return self.bias + np.stack(sums) * factors

    def _cache_words(self, words: Iterable[str]) -> None:
        new_words = list({word: None for word in words if word not in self._word_sums})
        sums = self._sums([word_features(word) for word in new_words])
        self._word_sums.update(zip(new_words, sums, strict=True))

    def _sums(self, feature_lists: Sequence[Sequence[int]]) -> np.ndarray:
        """Return (M, K) int32 sums of the unscaled weights of each of M lists of features.

        int32 holds the sum of any text: 127 times the ten million features of two longest fields.
        """
        arrays = [np.array(features, np.uint32) for features in feature_lists]
        lists = np.repeat(np.arange(len(arrays)), [len(features) for features in arrays])
        hashes = np.concatenate([np.zeros(0, np.uint32), *arrays])
        rows = np.searchsorted(self.hashes, hashes)
        is_known = rows < len(self.hashes)
        is_known[is_known] = self.hashes[rows[is_known]] == hashes[is_known]
        rows = rows[is_known]
        lists = lists[is_known]
        sizes = self.starts[rows + 1] - self.starts[rows]
        ends = np.cumsum(sizes)
        # Positions of all the features' weights, one feature's after the other's.
        positions = np.arange(ends[-1] if len(ends) else 0) + np.repeat(
            self.starts[rows] - ends + sizes, sizes
        )
        n_labels = len(self.bias)
        cells = np.repeat(lists * n_labels, sizes) + self.columns[positions]
        sums = np.bincount(cells, self.values[positions], minlength=len(arrays) * n_labels)
        return sums.reshape(len(arrays), n_labels).astype(np.int32)


def _pack(numbers: np.ndarray, kind: type[np.unsignedinteger]) -> np.ndarray:
    """Return (bytes of ``kind``, N) uint8: the steps between numbers, bytes of one rank together.

    They compress to two thirds that way. A step downwards wraps around, and back when unpacked.
    """
    numbers = numbers.astype(kind)
    steps = np.diff(numbers, prepend=kind(0)).astype(np.dtype(kind).newbyteorder("<"))
    return np.ascontiguousarray(steps.view(np.uint8).reshape(len(steps), steps.itemsize).T)


def _unpack(packed: np.ndarray, kind: type[np.unsignedinteger]) -> np.ndarray:
    """Return (N,) the numbers that ``_pack`` was given."""
    steps = np.ascontiguousarray(packed.T).view(np.dtype(kind).newbyteorder("<"))
    return steps.ravel().astype(kind).cumsum(dtype=kind)
