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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path
from zlib import crc32

import numpy as np

from core.letters.accents import without_accents
from core.letters.text_bounds import slices
from core.text import SEPARATOR, UNKNOWN
from inference.arrays.array_file import read_arrays, write_arrays
from inference.arrays.ascending import pack_ascending, unpack_ascending
from inference.arrays.packed_rows import PackedRows

_FEWEST_LETTERS, _MOST_LETTERS = 2, 5
_SEQUENCE = crc32(b"#")  # so that a sequence and an equal word have different hashes
_MAX_CACHED_WORDS = 16_384


def words_of_parts(text: str) -> Iterator[list[str]]:
    """Yield the words of the title, then those of the duties, each once; of a missing part none.

    They are without accents, which people leave out. What is said again is no further evidence.
    """
    for part in without_accents(text).split(SEPARATOR):
        yield list(dict.fromkeys(word for word in part.split() if word != UNKNOWN))


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
    """Return the hashes of all features of a cleaned text, each as often as its words have it."""
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
    vectors: np.ndarray | PackedRows
    scale: float
    weights: np.ndarray
    bias: np.ndarray
    # Words that were met: each has a row in the unscaled sums, (M, D) int32, and in the counts.
    _word_rows: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    _word_sums: np.ndarray = field(init=False, repr=False)
    _word_counts: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Memory that nothing was written to takes no place.
        self._word_sums = np.empty((_MAX_CACHED_WORDS, self.vectors.shape[1]), np.int32)
        self._word_counts = np.empty(_MAX_CACHED_WORDS, np.intp)

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
    def load(cls, content: bytes) -> NgramModel:
        """Read what ``save`` wrote into a file."""
        arrays = read_arrays(content)
        hashes, weights = unpack_ascending(arrays["hashes"]), arrays["weights"]
        shape = (len(hashes), len(weights))
        return cls(
            hashes=hashes,
            vectors=PackedRows(arrays["frames"], arrays["frame_sizes"], shape),
            scale=float(arrays["scale"]),
            weights=weights,
            bias=arrays["bias"],
        )

    def save(self, path: Path) -> None:
        """Write the arrays into an ``.npz`` file."""
        packed = PackedRows.pack(np.asarray(self.vectors))
        arrays = {
            "hashes": pack_ascending(self.hashes),
            "frames": packed.blocks,
            "frame_sizes": packed.sizes,
            "scale": np.array(self.scale),
            "weights": self.weights,
            "bias": self.bias,
        }
        write_arrays(path, arrays, are_packed=["frames"])

    def unpack(self) -> None:
        """Unpack all rows: before many texts come, there is time for it."""
        if isinstance(self.vectors, PackedRows):
            self.vectors.unpack()

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
        n_features = np.array([len(hashes) for hashes in pairs], np.intp)
        sums = self._sums(pairs)
        words = [word for part in parts for words in part for word in words]
        text_of_word = np.repeat(np.arange(len(texts)), [sum(map(len, part)) for part in parts])
        n_in_block = _MAX_CACHED_WORDS // 4  # the cache has place for the words of a block
        for start in range(0, len(words), n_in_block):
            block = slice(start, start + n_in_block)
            rows = self._rows_of(words[block])
            used, starts = _runs(text_of_word[block])
            sums[used] += np.add.reduceat(self._word_sums[rows], starts)
            n_features[used] += np.add.reduceat(self._word_counts[rows], starts)
        factors = [[self.scale / max(n, 1) ** 0.5] for n in n_features.tolist()]  # (N, 1)
        return (sums * factors).astype(np.float32)

    def _rows_of(self, words: Sequence[str]) -> list[int]:
        """Return where the sums of these words are; those that were not known are computed."""
        known = self._word_rows
        new_words = list(dict.fromkeys(word for word in words if word not in known))
        if len(known) + len(new_words) > _MAX_CACHED_WORDS:
            known.clear()
            new_words = list(dict.fromkeys(words))
        if new_words:
            hashes = [word_features(word) for word in new_words]
            rows = slice(len(known), len(known) + len(new_words))
            self._word_sums[rows] = self._sums(hashes)
            self._word_counts[rows] = [len(word_hashes) for word_hashes in hashes]
            known.update(zip(new_words, range(rows.start, rows.stop), strict=True))
        return [known[word] for word in words]

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
        used, starts = _runs(lists[is_known])
        sums = np.zeros((len(feature_lists), self.vectors.shape[1]), np.int32)
        if len(used):
            sums[used] = np.add.reduceat(self.vectors[rows[is_known]], starts, dtype=np.int32)
        return sums


def _runs(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different ones of ascending whole numbers from 0 on, and where each starts."""
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    return numbers[starts], starts
