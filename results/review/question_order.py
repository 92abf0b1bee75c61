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
from collections.abc import Sequence
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
_NOBODY = np.zeros(0, np.intp)


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
    text_features = [np.unique(np.array(features(text), np.uint32)) for text in texts]
    lengths = [len(hashes) for hashes in text_features]
    flat = np.fromiter(chain.from_iterable(text_features), np.uint32, sum(lengths))
    rows = np.repeat(np.arange(len(texts)), lengths)
    _, numbers, counts = np.unique(flat, return_inverse=True, return_counts=True)
    weight = np.log(len(texts) / counts) if len(texts) else counts.astype(float)
    weight[counts > max(_MIN_COMMON, _MOST_COMMON * len(texts))] = 0.0
    squares = np.bincount(rows, weight[numbers] ** 2, len(texts))
    norms = np.sqrt(np.where(squares, squares, 1.0))
    by_feature = np.argsort(numbers, kind="stable")
    holders = np.split(rows[by_feature], np.cumsum(counts)[:-1])
    starts = np.cumsum([0, *lengths])
    neighbors = []
    for place in range(len(texts)):
        own = numbers[starts[place] : starts[place + 1]]
        own = own[weight[own] > 0]
        shared = np.concatenate([holders[number] for number in own] or [_NOBODY])
        products = np.repeat(weight[own] ** 2, counts[own])
        cosines = np.bincount(shared, products, len(texts)) / (norms * norms[place])
        cosines[place] = 0.0
        others = np.flatnonzero(cosines > _ALIKE)
        neighbors.append((others, _TAUGHT * (cosines[others] - _ALIKE) / (1 - _ALIKE)))
    return neighbors
