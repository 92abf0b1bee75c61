"""Statistics of a batch: groups, confidence, unseen texts, and what other thresholds would do.

Counted chunk by chunk; of each distinct text a few bytes are kept (``DistinctTexts``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from core.own_tables.code_source import NON_ANSWERS, CodeSource
from core.taxonomy import MINOR, UNIT, isco08
from inference.decision import Prediction
from inference.office.share_interval import Z_95
from inference.training_profile import TrainingProfile
from results.reporting.distinct_texts import DistinctTexts

N_BINS = 20
_OTHER_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
_N_DRAWS = 400
_MINOR_EDGES = (0.0, 0.3, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True)
class WhatIf:
    """What a threshold would do to this batch.

    ``is_set``: it is in force; ``is_wanted``: it is the one for the wanted agreement.
    ``n_autocoded`` records would have 4 digits without a person; records that coders corrected
    before are among them. ``n_review`` records would need a person, as ``n_texts`` distinct texts
    and the empty ones; records that hold no answer need none. ``expected_agreement_rate`` of the
    model's codes is that of calibration texts with such confidences, ``interval`` its 95 %
    interval; they are NaN if they are not known.
    """

    threshold: float
    is_set: bool
    is_wanted: bool
    n_autocoded: int
    expected_agreement_rate: float
    interval: tuple[float, float]
    n_review: int
    n_texts: int


@dataclass(frozen=True)
class Drift:
    """The distance between the groups of a batch and those of the training.

    ``distance`` is the share of the records that would have to be in another group (total
    variation distance). ``by_chance`` is its 95 % quantile in samples of the training of this size.
    """

    distance: float
    by_chance: float


class MinorBand(NamedTuple):
    """The records with a code of 3 digits whose ``minor_confidence`` is from ``low`` to ``high``.

    ``expected_rate`` is the share of right codes among them that the model expects: the mean of
    ``minor_confidence``. It is NaN without records.
    """

    low: float
    high: float
    n_records: int
    expected_rate: float


class GroupShare(NamedTuple):
    """A group, its records in the batch, and its share of the training."""

    code: str
    n_records: int
    training_share: float


class BatchStatistics:
    """Counts of one batch.

    ``threshold`` is in force, ``wanted_threshold`` is the one for the wanted agreement, if it is
    known.
    """

    def __init__(
        self,
        training_profile: TrainingProfile,
        threshold: float,
        wanted_threshold: float | None = None,
    ) -> None:
        self.training_profile = training_profile
        self.n_records = 0
        self.n_by_model = 0
        self.bins = np.zeros(N_BINS, int)  # records by confidence, of those the model coded
        self._threshold = threshold
        self._wanted_threshold = threshold if wanted_threshold is None else wanted_threshold
        self._is_wanted_known = wanted_threshold is not None
        self._groups: Counter[str] = Counter()  # by the first two digits of the code
        self._n_corrected = 0  # to a unit group
        self._n_decided = 0  # by coders, in any way
        self._n_non_answers = 0
        self._n_unseen = 0
        thresholds = [*_OTHER_THRESHOLDS, threshold, self._wanted_threshold]
        # np.unique would load numpy.ma, which takes as long as the whole report.
        self._thresholds = np.array(sorted(set(map(np.float32, thresholds))))
        self._n_above = np.zeros(len(self._thresholds), int)
        n_parts = len(training_profile.confidences)
        self._part_weights_above = np.zeros((len(self._thresholds), n_parts))
        self._minor_bands = np.zeros((len(_MINOR_EDGES) - 1, 2))  # records, sum of confidences
        self._texts = DistinctTexts()

    def add(self, texts: Sequence[str], predictions: Sequence[Prediction]) -> np.ndarray:
        """Count one chunk, and return (N,) whether each text was in the training."""
        self.n_records += len(predictions)
        self._groups.update(
            prediction.isco_code[:2] for prediction in predictions if prediction.isco_code
        )
        sources = [prediction.source for prediction in predictions]
        self._n_decided += sources.count(CodeSource.CORRECTION)
        self._n_decided += sources.count(CodeSource.NOT_CODABLE)
        self._n_corrected += sum(
            prediction.source == CodeSource.CORRECTION and len(prediction.isco_code) == UNIT
            for prediction in predictions
        )
        is_seen = self.training_profile.has_seen(texts)
        self._n_non_answers += sum(source in NON_ANSWERS for source in sources)
        chosen = [place for place, one in enumerate(predictions) if one.is_by_model]
        coded = [predictions[place] for place in chosen]
        self._count(coded)
        self._n_unseen += int((~is_seen[chosen]).sum())
        self._texts.add([texts[place] for place in chosen], coded, is_seen[chosen])
        self._count_minors(predictions)
        return is_seen

    def _count(self, coded: Sequence[Prediction]) -> None:
        """Count the records that the model coded, by their confidence."""
        self.n_by_model += len(coded)
        confidence = np.array([prediction.confidence for prediction in coded], np.float32)
        bins = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
        self.bins += np.bincount(bins, minlength=N_BINS)
        reach = np.array([prediction.reach for prediction in coded], np.float32)
        is_above = reach[:, None] >= self._thresholds  # (N, T)
        self._n_above += is_above.sum(axis=0)
        self._part_weights_above += is_above.T @ self.training_profile.part_weights(reach)

    def what_ifs(self) -> list[WhatIf]:
        """Return a row per threshold, the lowest first; one of them is the threshold that is set.

        Source of the expected agreement: ``TrainingProfile``.
        """
        rows = []
        for index, threshold in enumerate(self._thresholds):
            n_above = int(self._n_above[index])
            n_autocoded = n_above + self._n_corrected
            rate, interval = self._expected_agreement(index)
            rows.append(
                WhatIf(
                    threshold=float(threshold),
                    is_set=bool(threshold == np.float32(self._threshold)),
                    is_wanted=self._is_wanted_known
                    and bool(threshold == np.float32(self._wanted_threshold)),
                    n_autocoded=n_autocoded,
                    expected_agreement_rate=rate,
                    interval=interval,
                    n_review=self.n_records - self._n_non_answers - n_above - self._n_decided,
                    n_texts=self._texts.n_below(threshold),
                )
            )
        return rows

    def _expected_agreement(self, index: int) -> tuple[float, tuple[float, float]]:
        """Return the expected agreement above a threshold, and its interval.

        The interval is wide for two reasons: each part has few calibration texts, and this file
        has few distinct texts, or a few that most records have: these are right or wrong together.
        """
        profile, n_above = self.training_profile, self._n_above[index]
        if not len(profile.confidences) or not n_above:
            return np.nan, (np.nan, np.nan)
        weights = self._part_weights_above[index] / n_above
        n_each = profile.n_calibration / len(profile.agreements)
        rate = float(weights @ profile.agreements)
        # Two texts more in each part, one of them right: where all were right, that is not sure.
        shrunk = (profile.agreements * n_each + 1) / (n_each + 2)
        variance = float(weights**2 @ (shrunk * (1 - shrunk)) / n_each)
        expected = float(weights @ shrunk)
        n_effective = self._texts.n_effective_above(self._thresholds[index])
        variance += expected * (1 - expected) / n_effective
        margin = Z_95 * variance**0.5
        return rate, (max(rate - margin, 0.0), min(rate + margin, 1.0))

    def _count_minors(self, predictions: Sequence[Prediction]) -> None:
        confidences = [
            prediction.minor_confidence
            for prediction in predictions
            if prediction.is_fallback and len(prediction.isco_code) == MINOR
        ]
        for column, weights in enumerate((None, confidences)):
            self._minor_bands[:, column] += np.histogram(
                confidences, _MINOR_EDGES, weights=weights
            )[0]

    def minor_bands(self) -> list[MinorBand]:
        """Return the codes of 3 digits by ``minor_confidence``, the surest first."""
        edges = pairwise(_MINOR_EDGES)
        bands = [
            MinorBand(low, high, int(n), total / n if n else np.nan)
            for (low, high), (n, total) in zip(edges, self._minor_bands, strict=True)
        ]
        return bands[::-1]

    def groups(self, digits: int) -> list[GroupShare]:
        """Return the groups of a level (1 or 2 digits), in code order."""
        counts: Counter[str] = Counter()
        for code, n in self._groups.items():
            counts[code[:digits]] += n
        shares = self._training_shares(digits)
        return [GroupShare(code, counts[code], shares[code]) for code in isco08().level(digits)]

    def drift(self, digits: int) -> Drift | None:
        """Return the distance to the training; None without codes."""
        groups = self.groups(digits)
        n_records = sum(group.n_records for group in groups)
        if not n_records:
            return None
        training = np.array([group.training_share for group in groups])
        batch = np.array([group.n_records for group in groups]) / n_records
        draws = np.random.default_rng(0).multinomial(
            n_records, training / training.sum(), size=_N_DRAWS
        )
        distances = np.abs(draws / n_records - training).sum(axis=1) / 2
        by_chance = np.quantile(distances, 0.95)
        return Drift(float(np.abs(batch - training).sum() / 2), float(by_chance))

    def _training_shares(self, digits: int) -> dict[str, float]:
        shares: dict[str, float] = dict.fromkeys(isco08().level(digits), 0.0)
        for code, share in zip(isco08().units, self.training_profile.shares, strict=True):
            shares[code[:digits]] += float(share)
        return shares

    @property
    def unseen_rate(self) -> float:
        """Share of the records coded by the model whose text was in no training; NaN of none."""
        return self._n_unseen / self.n_by_model if self.n_by_model else np.nan

    @property
    def n_texts(self) -> int:
        """The number of distinct texts that the model coded."""
        return len(self._texts)

    @property
    def unseen_text_rate(self) -> float:
        """Share of the distinct texts that were in no training; NaN of none."""
        return self._texts.unseen_rate
