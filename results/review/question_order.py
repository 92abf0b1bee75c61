"""The order of the first questions: an answer counts for the texts that are like its own, too.

Texts are alike by the letter sequences that they share (``inference/ngram_model.py``), of
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
            if place not in self._neighbors:  # as most are
                return float(left[place])
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
            left[place] = 0.0
            self._teach(place, left)
        return places

    def _teach(self, place: int, left: np.ndarray) -> None:
        """Take off ``left`` (N,) what the answer to one text teaches about those like it."""
        if place in self._neighbors:
            others, shares = self._neighbors[place]
            left[others] *= 1 - shares

    def n_taught(self, n_records: Sequence[int], n_answers: int) -> float:
        """Return how many records with other texts learn from the first answers, as expected.

        ``n_records`` are those of each text, in the order that the texts were given in.
        """
        untaught = np.array(n_records, float)
        answered = self.places[:n_answers]
        for place in answered:
            self._teach(place, untaught)
        is_other = np.ones(len(untaught), bool)
        is_other[answered] = False
        return float((np.array(n_records, float) - untaught)[is_other].sum())


def _alike(texts: Sequence[str]) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Return, for each text that others are like, their places and the share that each learns.

    The share grows from 0 at the lowest cosine that counts to 0.8 at equal sequences.
    """
    n_texts = len(texts)
    rows, numbers, counts = _text_features(texts)
    weight = np.log(n_texts / counts)
    weight[counts > max(_MIN_COMMON, _MOST_COMMON * n_texts)] = 0.0
    squares = np.bincount(rows, weight[numbers] ** 2, n_texts)
    norms = np.sqrt(np.where(squares, squares, 1.0))
    found = [(np.zeros(0, np.intp), np.zeros(0, np.intp))]
    cosines = [np.zeros(0)]
    for start, shared in _shared_weights(n_texts, rows, numbers, counts, weight):
        lowest = _ALIKE * norms.min() * norms[start : start + len(shared), None]
        first, second = np.nonzero(shared > lowest)  # few, so that little is left to divide
        cosine = shared[first, second] / (norms[second] * norms[start + first])
        is_alike = cosine > _ALIKE
        found.append((start + first[is_alike], second[is_alike]))
        cosines.append(cosine[is_alike])
    first, second = map(np.concatenate, zip(*found, strict=True))
    shares = _TAUGHT * (np.concatenate(cosines) - _ALIKE) / (1 - _ALIKE)
    text, others = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.lexsort((others, text))
    alike, starts = np.unique(text[order], return_index=True)
    parts = (np.split(part[order], starts[1:]) for part in (others, np.tile(shares, 2)))
    return dict(zip(alike.tolist(), zip(*parts, strict=True), strict=False))


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

    That is the sum over the features that both texts have, for the texts behind each alone: it is
    the same the other way round. For the arguments see ``_text_features``.
    """
    ends = np.cumsum(counts)
    # What only one text has is not shared.
    counted = np.flatnonzero((weight[numbers] > 0) & (counts[numbers] > 1))
    # By the text, then the feature: small numbers are sorted in one pass.
    small = rows[counted].astype(np.min_scalar_type(n_texts))
    counted = counted[np.argsort(small, kind="stable")]
    n_holders = ends[numbers[counted]] - counted - 1
    text_ends = np.searchsorted(rows[counted], np.arange(n_texts), side="right")
    pair_ends = np.concatenate([[0], np.cumsum(n_holders)])[text_ends]
    first = 0
    while first < n_texts:
        done = pair_ends[first - 1] if first else 0
        end = int(np.searchsorted(pair_ends, done + _PAIRS_PER_BLOCK))
        end = min(max(end, first + 1), first + _TEXTS_PER_BLOCK, n_texts)
        block = slice(text_ends[first - 1] if first else 0, text_ends[end - 1])
        own, n_each = counted[block], n_holders[block]
        before = own + 1 - (np.cumsum(n_each) - n_each)
        holders = rows[np.repeat(before, n_each) + np.arange(n_each.sum())]
        cells = np.repeat((rows[own] - first) * n_texts, n_each) + holders
        products = np.repeat(weight[numbers[own]] ** 2, n_each)
        n_cells = (end - first) * n_texts
        yield first, np.bincount(cells, products, n_cells).reshape(-1, n_texts)
        first = end
