"""Score codes by words and letter sequences: a linear model of low rank beside the network.

The network has learned meanings, this model spellings. A rare trade name that the network never
learned, a compound, or a typo in a long word still has letter sequences that point to a unit group.
On unseen texts the two make different errors, so their sum is better than either.

The features of a text are its words without accents, pairs of neighbouring words, and sequences of
two to five letters within a word and its borders, each known by a 32-bit hash. Each feature has a
vector. The vector of a text is the sum of its features' vectors, divided by the square root of
their number, so that a title and a paragraph weigh alike; its products with the weights of the unit
groups are the scores (Joulin, Grave, Bojanowski, Mikolov, "Bag of Tricks for Efficient Text
Classification", EACL 2017). Related words of different languages share letters, and get vectors
that are alike. The sum over a word is the same in every text, so it is computed once and cached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice, pairwise
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
    """F features with a vector of D numbers each, and the weights of the K unit groups.

    ``hashes`` (F,) uint32 ascending; the vector of feature i is ``scale * vectors[i]``, ``vectors``
    (F, D) int8; ``weights`` (D, K) and ``bias`` (K,) float32.
    """

    hashes: np.ndarray
    vectors: np.ndarray
    scale: float
    weights: np.ndarray
    bias: np.ndarray
    # (D,) unscaled vector of each word, the newest last.
    _word_sums: dict[str, np.ndarray] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def empty(cls, n_labels: int) -> NgramModel:
        """Return a model without features: every score is zero."""
        return cls(
            hashes=np.zeros(0, np.uint32),
            vectors=np.zeros((0, 1), np.int8),
            scale=1.0,
            weights=np.zeros((1, n_labels), np.float32),
            bias=np.zeros(n_labels, np.float32),
        )

    @classmethod
    def load(cls, path: Path) -> NgramModel:
        """Read what ``save`` wrote. Plain arrays only: nothing in the file can run."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(
                hashes=_unpack(arrays["hashes"]),
                vectors=arrays["vectors"],
                scale=float(arrays["scale"]),
                weights=arrays["weights"],
                bias=arrays["bias"],
            )

    def save(self, path: Path) -> None:
        """Write the arrays, compressed."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                hashes=_pack(self.hashes),
                vectors=self.vectors,
                scale=self.scale,
                weights=self.weights,
                bias=self.bias,
            )

    def scores(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, K) float32 scores of N cleaned texts, to be added to logits.

        A text's scores do not depend on the other texts.
        """
        return self.scores_of(self.text_vectors(texts))

    def scores_of(self, vectors: np.ndarray) -> np.ndarray:
        """Return (N, K) float32 scores of the texts with these ``vectors`` (N, D)."""
        scores = np.empty((len(vectors), len(self.bias)), np.float32)
        # One row at a time: a product of whole matrices may round a row otherwise, depending on
        # how many rows there are.
        for row, vector in enumerate(vectors):
            scores[row] = vector @ self.weights + self.bias
        return scores

    def text_vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, D) float32 vectors of N cleaned texts; each depends on its text alone."""
        vectors = np.empty((len(texts), self.vectors.shape[1]), np.float32)
        for part in slices(texts):
            vectors[part] = self._step_vectors(texts[part])
        return vectors

    def _step_vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, D) float32 vectors of one step of texts; words they share are summed once.

        The features' vectors are integers: their sums are exact in whatever order they are added.
        """
        parts = [list(words_of_parts(text)) for text in texts]
        pairs = [
            [pair_feature(first, second) for words in part for first, second in pairwise(words)]
            for part in parts
        ]
        n_features = [len(features) for features in pairs]
        sums = self._sums(pairs)
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
        return (sums * factors).astype(np.float32)

    def _cache_words(self, words: Iterable[str]) -> None:
        new_words = list({word: None for word in words if word not in self._word_sums})
        sums = self._sums([word_features(word) for word in new_words])
        # Copies: a view would keep the sums of all the words that were new with it.
        self._word_sums.update((word, sums[row].copy()) for row, word in enumerate(new_words))

    def _sums(self, feature_lists: Sequence[Sequence[int]]) -> np.ndarray:
        """Return (M, D) int32 sums of the unscaled vectors of each of M lists of features.

        int32 holds the sum of any text: 127 times the ten million features of two longest fields.
        """
        lists = np.repeat(
            np.arange(len(feature_lists)), [len(features) for features in feature_lists]
        )
        hashes = np.fromiter(chain.from_iterable(feature_lists), np.uint32, len(lists))
        rows = np.searchsorted(self.hashes, hashes)
        is_known = rows < len(self.hashes)
        is_known[is_known] = self.hashes[rows[is_known]] == hashes[is_known]
        used, starts = np.unique(lists[is_known], return_index=True)
        sums = np.zeros((len(feature_lists), self.vectors.shape[1]), np.int32)
        if len(used):
            sums[used] = np.add.reduceat(self.vectors[rows[is_known]], starts, dtype=np.int32)
        return sums


def _pack(numbers: np.ndarray) -> np.ndarray:
    """Return (4, N) uint8: the steps between ascending uint32, bytes of one rank together.

    They compress to two thirds that way.
    """
    steps = np.diff(numbers, prepend=np.uint32(0)).astype("<u4")
    return np.ascontiguousarray(steps.view(np.uint8).reshape(len(steps), 4).T)


def _unpack(packed: np.ndarray) -> np.ndarray:
    """Return (N,) uint32, the numbers that ``_pack`` was given."""
    return np.ascontiguousarray(packed.T).view("<u4").ravel().cumsum(dtype=np.uint32)
