"""Corrections teach texts that are like them, from the moment they arrive and without training.

Two texts are as like as the model takes them: the mean of the cosine of the network's logits and
that of the n-gram vectors (``inference/ngram_model.py``). The first knows meanings, the second
spellings; together they find near-duplicates ("senior nurse, part-time" after "senior nurse", a
typo, another employer), and leave other texts alone. Both are there once a text is coded.

A text's nearest corrections vote, those that are more alike count more. The probabilities become
``(1 - share) * model + share * vote``. The share grows with the cosine of the nearest one
(``SimilarityRules``, fitted with ``benchmarks/offices.py``): the sum is calibrated, and a
correction that contradicts the model lowers the confidence. Corrections alone autocode nothing: the
confidence stays below the threshold unless the model alone reaches it with the same code.

Vectors are rounded to 8 bits, so that all products are sums of integers below 2**24: they are exact
in float32 in any order, and a text gets the same neighbours in any batch and on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np

from core.corrections.decisions import decision_key
from core.errors import BundleError
from core.own_tables.code_source import CodeSource
from core.taxonomy import isco08, unit_index
from inference.bundle import REMEDY, Bundle
from inference.classifier import Reading, steps_of
from inference.decision import Prediction, SimilarCorrection

N_SHOWN = 3
"""How many similar corrections a prediction names."""
_N_VOTERS = 10  # those behind them count for next to nothing
_STEPS = 127  # a part of a vector has this length
_PRODUCT_OF_EQUALS = 2 * _STEPS**2  # of two vectors whose cosine is 1
_TEXTS_PER_BLOCK, _CORRECTIONS_PER_BLOCK = 512, 8192  # 16 MB of products


@dataclass(frozen=True)
class SimilarityRules:
    """How much similar corrections count beside one version of the model.

    The share of the vote is ``1 / (1 + exp(-(offset + slope * (cosine - 1))))`` of the nearest
    correction. One at ``cosine`` counts ``exp(sharpness * (cosine - nearest))`` in the vote.
    Corrections below ``min_cosine`` do not count.
    """

    offset: float
    slope: float
    sharpness: float
    min_cosine: float

    def share(self, cosines: np.ndarray) -> np.ndarray:
        """Return the share of the vote for the cosines of the nearest corrections, (N,)."""
        shares = 1 / (1 + np.exp(-(self.offset + self.slope * (cosines - 1))))
        return np.where(cosines >= self.min_cosine, shares, 0.0)


def similarity_of(bundle: Bundle) -> SimilarityRules:
    """Return the rules of a bundle. Raises BundleError where it states others."""
    try:
        return SimilarityRules(**bundle.manifest.similarity)
    except TypeError as error:
        raise BundleError(
            f"the manifest of {str(bundle.path)!r}: similarity: {error}; {REMEDY}"
        ) from None


def similarity_vectors(reading: Reading) -> np.ndarray:
    """Return (N, D) int8 vectors of the texts of a reading.

    The product of two of them is ``_PRODUCT_OF_EQUALS`` times the mean of both cosines.
    """
    logits = reading.logits.astype(np.float64)
    logits -= logits.mean(axis=1, keepdims=True)  # what all groups have more tells none of them
    return np.hstack([_rounded(logits), _rounded(reading.ngram_vectors.astype(np.float64))])


def _rounded(vectors: np.ndarray) -> np.ndarray:
    """Return (N, D) int8: vectors of length 127, or zeros for one without a direction."""
    # A row at a time: the sum over a row must not depend on how many rows there are.
    lengths = np.array([np.sqrt(row @ row) for row in vectors]).reshape(-1, 1)
    return np.rint(vectors * (_STEPS / np.maximum(lengths, 1e-12))).astype(np.int8)


FITTED_RULES = SimilarityRules(offset=4.16, slope=19.6, sharpness=30.0, min_cosine=0.61)
"""Fitted on the bundled model: ``benchmarks/results/learning.md`` has the figures."""


@dataclass(frozen=True)
class Neighbors:
    """The voters of one text: rows of corrections and their cosines, the nearest first."""

    rows: np.ndarray
    cosines: np.ndarray


_NOBODY = Neighbors(np.zeros(0, np.intp), np.zeros(0))


class SimilarCorrections:
    """The corrections that teach, and their vectors: M corrections take 0.6 kB each."""

    def __init__(self, rules: SimilarityRules) -> None:
        self.rules = rules
        self._texts: list[str] = []
        self._units = np.zeros(0, np.intp)
        self._vectors = np.zeros((0, 0), np.int8)

    def __len__(self) -> int:
        return len(self._texts)

    def learn(
        self, codes: Mapping[str, str], vectors_of: Callable[[Sequence[str]], np.ndarray]
    ) -> None:
        """Hold these corrections (cleaned text → unit group), and no others.

        ``vectors_of`` returns the ``similarity_vectors`` of texts; it is asked for new texts only.
        """
        rows = {text: row for row, text in enumerate(self._texts)}
        new_texts = [text for text in codes if text not in rows]
        blocks = [self._vectors] if rows else []
        blocks += map(vectors_of, steps_of(new_texts))
        rows |= {text: len(rows) + number for number, text in enumerate(new_texts)}
        self._texts = list(codes)
        self._units = np.array(unit_index(codes.values()), np.intp)
        if codes:
            self._vectors = np.concatenate(blocks)[[rows[text] for text in codes]]

    def without(self, is_left_out: Callable[[str], bool]) -> SimilarCorrections:
        """Return the same corrections but those whose text is left out."""
        rows = [row for row, text in enumerate(self._texts) if not is_left_out(text)]
        others = SimilarCorrections(self.rules)
        others._texts = [self._texts[row] for row in rows]
        others._units, others._vectors = self._units[rows], self._vectors[rows]
        return others

    def nearest(self, vectors: np.ndarray) -> list[Neighbors]:
        """Return the voters of N texts with these ``vectors`` (N, D), see ``similarity_vectors``.

        Of two corrections that are equally near the later one comes first.
        """
        return [
            voters
            for start in range(0, len(vectors), _TEXTS_PER_BLOCK)
            for voters in self._nearest_of_block(vectors[start : start + _TEXTS_PER_BLOCK])
        ]

    def nearest_others(self, texts: Sequence[str], vectors: np.ndarray) -> list[Neighbors]:
        """Return the voters of N ``texts`` as ``nearest`` does, without their own corrections.

        The correction of another wording that the same decision is about is their own, too.
        """
        key_of = cache(decision_key)
        others = []
        for text, voters in zip(texts, self.nearest(vectors), strict=True):
            is_other = np.array(
                [key_of(self._texts[row]) != key_of(text) for row in voters.rows], bool
            )
            others.append(Neighbors(voters.rows[is_other], voters.cosines[is_other]))
        return others

    def _nearest_of_block(self, vectors: np.ndarray) -> list[Neighbors]:
        texts = vectors.astype(np.float32)
        least = self.rules.min_cosine * _PRODUCT_OF_EQUALS
        near_texts, near_rows, near_products = [], [], []
        for start in range(0, len(self._texts), _CORRECTIONS_PER_BLOCK):
            block = self._vectors[start : start + _CORRECTIONS_PER_BLOCK].astype(np.float32)
            products = texts @ block.T
            is_near = products >= least
            for crowded in np.flatnonzero(is_near.sum(axis=1) > _N_VOTERS):
                last_voter = np.partition(products[crowded], -_N_VOTERS)[-_N_VOTERS]
                is_near[crowded] = products[crowded] >= last_voter
            text, row = np.nonzero(is_near)
            near_texts.append(text)
            near_rows.append(row + start)
            near_products.append(products[text, row])
        if not near_texts:
            return [_NOBODY] * len(vectors)
        text, row, product = (
            np.concatenate(parts) for parts in (near_texts, near_rows, near_products)
        )
        order = np.lexsort((-row, -product, text))
        row, cosines = row[order], product[order].astype(np.float64) / _PRODUCT_OF_EQUALS
        starts = np.searchsorted(text[order], np.arange(len(vectors) + 1))
        return [
            Neighbors(row[start:end][:_N_VOTERS], cosines[start:end][:_N_VOTERS])
            for start, end in pairwise(starts)
        ]

    def votes(self, voters: Neighbors) -> np.ndarray:
        """Return (436,) the shares of the unit groups in the vote of one text's corrections."""
        weights = np.exp(self.rules.sharpness * (voters.cosines - voters.cosines[0]))
        votes = np.bincount(self._units[voters.rows], weights, minlength=len(isco08().units))
        return np.asarray(votes / votes.sum())

    def blend(
        self, probabilities: np.ndarray, neighbors: Sequence[Neighbors], threshold: float
    ) -> np.ndarray:
        """Return the ``probabilities`` (N, 436) with the votes of the texts' ``neighbors``.

        A code is below ``threshold`` unless the model alone gives it as much.
        """
        blended = probabilities.copy()
        for row, voters in enumerate(neighbors):
            if len(voters.rows):
                share = float(self.rules.share(voters.cosines[:1])[0])
                blended[row] = _mixed(probabilities[row], self.votes(voters), share, threshold)
        return blended

    def named(
        self, prediction: Prediction, probabilities: np.ndarray, voters: Neighbors
    ) -> Prediction:
        """Return a prediction that names its similar corrections, and says if they decided.

        ``probabilities`` (436,) are those of the model alone.
        """
        if not len(voters.rows):
            return prediction
        source, units = prediction.source, isco08().units
        model_code = units[int(probabilities.argmax())]
        if source == CodeSource.MODEL and prediction.candidates[0][0] != model_code:
            source = CodeSource.SIMILAR_CORRECTION
        similar = tuple(
            SimilarCorrection(self._texts[row], units[self._units[row]], float(cosine))
            for row, cosine in zip(voters.rows[:N_SHOWN], voters.cosines, strict=False)
        )
        return replace(prediction, source=source, similar=similar)


def _mixed(model: np.ndarray, votes: np.ndarray, share: float, threshold: float) -> np.ndarray:
    """Return (436,) float32 of which the votes have the ``share``, or less.

    They have less where a group that the model gives less than ``threshold`` would reach it.
    """
    exact, limit = model.astype(np.float64), np.float32(threshold)
    mixed = (1 - share) * exact + share * votes
    best = int(mixed.argmax())
    if np.float32(mixed[best]) < limit or model[best] >= limit:
        return mixed.astype(np.float32)
    highest = float(np.nextafter(limit, np.float32(0)))
    share = (highest - exact[best]) / (votes[best] - exact[best])
    mixed = (1 - share) * exact + share * votes
    mixed[best] = highest  # what rounding changed
    return mixed.astype(np.float32)
