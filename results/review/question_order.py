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
"""So many texts are put in order; the others follow by their own gain."""
_ALIKE = 0.5
_TAUGHT = 0.8
# A sequence of letters in more texts than this share says nothing about what is alike.
_MOST_COMMON = 0.1
_MIN_COMMON = 20


def question_order(texts: Sequence[str], gains: Sequence[float]) -> list[int]:
    """Return the places of N texts in the order in which they are asked.

    Parameters
    ----------
    gains : the expected gain of each text, which is not negative.
    """
    neighbours = alike(texts)
    left = np.asarray(gains, float).copy()

    def worth(place: int) -> float:
        others, weights = neighbours[place]
        return float(left[place] + weights @ left[others])

    # A question's worth only falls: the one that is first with its worth of now is the best.
    queue = [(-worth(place), place) for place in range(len(texts))]
    heapq.heapify(queue)
    order: list[int] = []
    while queue:
        _, place = heapq.heappop(queue)
        now = -worth(place)
        if queue and (now, place) > queue[0]:
            heapq.heappush(queue, (now, place))
            continue
        order.append(place)
        others, weights = neighbours[place]
        left[place] = 0.0
        left[others] *= 1 - weights
    return order


def alike(texts: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, for each text, the places of the texts like it and the share that each learns.

    The share grows from 0 at the lowest cosine that counts to 0.8 at equal sequences.
    """
    text_features = [np.unique(np.array(features(text), np.uint32)) for text in texts]
    lengths = [len(found) for found in text_features]
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
    found = []
    for place in range(len(texts)):
        own = [n for n in numbers[starts[place] : starts[place + 1]] if weight[n]]
        cosines = np.zeros(len(texts))
        for number in own:
            cosines[holders[number]] += weight[number] ** 2
        cosines /= norms * norms[place]
        cosines[place] = 0.0
        others = np.flatnonzero(cosines > _ALIKE)
        found.append((others, _TAUGHT * (cosines[others] - _ALIKE) / (1 - _ALIKE)))
    return found
