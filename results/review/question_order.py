"""The order of the first questions: an answer counts for the texts that are like its own, too.

Texts are alike by the letter sequences that they share (``inference/ngram_model.features``), of
which rare ones weigh more (inverse document frequency; cosine). Each question is worth the expected
gain of its text and a share of that of every text like it. The best question comes first; what it
may teach is then taken off the others, so that one of a cluster is asked before the next cluster,
and its twins wait (greedy maximum of a submodular sum: Nemhauser, Wolsey, Fisher 1978).

Only the first texts by their own gain are put in this order, so that memory and time are bounded.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from inference.ngram_model import features

N_ORDERED = 2_000
"""So many texts are put in order, in half a second; the others follow by their own gain."""
_MAX_CHARS = 400
_ALIKE = 0.5
_TAUGHT = 0.8
# A sequence of letters in more texts than this share says nothing about what is alike.
_MOST_COMMON = 0.1
_MIN_COMMON = 20
_PAIRS_PER_BLOCK, _TEXTS_PER_BLOCK = 200_000, 64  # some 6 MB


class QuestionOrder:
    """The order of N texts, and what the first answers are expected to teach.

    ``places`` are the numbers of the texts in the order in which they are asked.
    """

    def __init__(self, texts: Sequence[str], gains: Sequence[float]) -> None:
        """Order texts by what is gained; ``gains`` are the expected ones, and not negative."""
        self._neighbors = _alike([text[:_MAX_CHARS] for text in texts])
        self.places = self._ordered(np.array(gains, float))

    def _ordered(self, left: np.ndarray) -> list[int]:
        def worth(place: int) -> float:
            others, shares = self._neighbors[place]
            return float(left[place] + shares @ left[others])

        # A question's worth only falls: the one that is first with its worth of now is the best.
        queue = [(-worth(place), place) for place in range(len(left))]
        heapq.heapify(queue)
        places: list[int] = []
        while queue:
            _, place = heapq.heappop(queue)
            now = -worth(place)
            if queue and (now, place) > queue[0]:
                heapq.heappush(queue, (now, place))
                continue
            places.append(place)
            others, shares = self._neighbors[place]
            left[place] = 0.0
            left[others] *= 1 - shares
        return places

    def n_taught(self, n_records: Sequence[int], n_answers: int) -> float:
        """Return how many records with other texts learn from the first answers, as expected.

        ``n_records`` are those of each text, in the order that the texts were given in.
        """
        untaught = np.array(n_records, float)
        answered = self.places[:n_answers]
        for place in answered:
            others, shares = self._neighbors[place]
            untaught[others] *= 1 - shares
        others = np.setdiff1d(np.arange(len(untaught)), answered)
        return float((np.array(n_records, float) - untaught)[others].sum())


def _alike(texts: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, for each text, the places of the texts like it and the share that each learns.

    The share grows from 0 at the lowest cosine that counts to 0.8 at equal sequences.
    """
    n_texts = len(texts)
    rows, numbers, counts = _text_features(texts)
    weight = np.log(n_texts / counts)
    weight[counts > max(_MIN_COMMON, _MOST_COMMON * n_texts)] = 0.0
    squares = np.bincount(rows, weight[numbers] ** 2, n_texts)
    norms = np.sqrt(np.where(squares, squares, 1.0))
    neighbors: list[tuple[np.ndarray, np.ndarray]] = []
    for first, shared in _shared_weights(n_texts, rows, numbers, counts, weight):
        cosines = shared / (norms * norms[first : first + len(shared), None])
        cosines[np.arange(len(shared)), np.arange(first, first + len(shared))] = 0.0
        text, others = np.nonzero(cosines > _ALIKE)
        shares = _TAUGHT * (cosines[text, others] - _ALIKE) / (1 - _ALIKE)
        ends = np.searchsorted(text, np.arange(1, len(shared)))
        neighbors += zip(np.split(others, ends), np.split(shares, ends), strict=True)
    return neighbors


def _text_features(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the P distinct pairs of a text and a feature, and the texts of each feature, (F,).

    The pairs are two arrays (P,), of the texts' places and of the features' numbers, sorted by the
    number and then by the place.
    """
    hashes = [features(text) for text in texts]
    lengths = [len(text_hashes) for text_hashes in hashes]
    flat = np.fromiter(chain.from_iterable(hashes), np.uint64, sum(lengths))
    places = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)
    pairs = np.sort(flat << np.uint64(32) | places)
    pairs = pairs[_is_first(pairs)]  # np.unique takes five times as long
    numbers = np.cumsum(_is_first(pairs >> np.uint64(32))) - 1
    rows = (pairs & np.uint64(0xFFFF_FFFF)).astype(np.intp)
    return rows, numbers, np.bincount(numbers)


def _is_first(ascending: np.ndarray) -> np.ndarray:
    """Return (N,) whether each of N numbers is the first of its value."""
    is_first = np.ones(len(ascending), bool)
    is_first[1:] = ascending[1:] != ascending[:-1]
    return is_first


def _shared_weights(
    n_texts: int, rows: np.ndarray, numbers: np.ndarray, counts: np.ndarray, weight: np.ndarray
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield blocks of texts: the place of the first, and (B, N) the weights that they share.

    That is the sum over the features that both texts have; the value of a text with itself is of no
    use. For the arguments see ``_text_features``.
    """
    starts = np.cumsum(counts) - counts
    # What only one text has is not shared.
    counted = np.flatnonzero((weight[numbers] > 0) & (counts[numbers] > 1))
    # By the text, then the feature: small numbers are sorted in one pass.
    small = rows[counted].astype(np.min_scalar_type(n_texts))
    counted = counted[np.argsort(small, kind="stable")]
    n_holders = counts[numbers[counted]]
    text_ends = np.searchsorted(rows[counted], np.arange(n_texts), side="right")
    pair_ends = np.concatenate([[0], np.cumsum(n_holders)])[text_ends]
    first = 0
    while first < n_texts:
        done = pair_ends[first - 1] if first else 0
        end = int(np.searchsorted(pair_ends, done + _PAIRS_PER_BLOCK))
        end = min(max(end, first + 1), first + _TEXTS_PER_BLOCK, n_texts)
        block = slice(text_ends[first - 1] if first else 0, text_ends[end - 1])
        own, n_each = counted[block], n_holders[block]
        before = starts[numbers[own]] - (np.cumsum(n_each) - n_each)
        holders = rows[np.repeat(before, n_each) + np.arange(n_each.sum())]
        cells = np.repeat((rows[own] - first) * n_texts, n_each) + holders
        products = np.repeat(weight[numbers[own]] ** 2, n_each)
        n_cells = (end - first) * n_texts
        yield first, np.bincount(cells, products, n_cells).reshape(-1, n_texts)
        first = end
