"""What a batch looks like from afar: groups, confidence, unseen texts, and other thresholds.

Counted chunk by chunk; of each distinct text 13 bytes are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.taxonomy import isco08
from inference.decision import Prediction
from inference.training_profile import TrainingProfile

N_BINS = 20
_OTHER_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
_N_DRAWS = 400
_MIN_MERGE = 100_000
_TEXT = np.dtype([("hash", np.int64), ("confidence", np.float32), ("is_seen", np.bool_)])


@dataclass(frozen=True)
class WhatIf:
    """What a threshold would do to this batch.

    ``n_autocoded`` records would have 4 digits without a person, those that coders decided before
    among them; ``n_review`` records would need a person, as ``n_texts`` distinct texts and the
    empty ones. ``expected_agreement`` of the machine's codes is what confidences like these came to
    on the calibration texts; NaN where nothing is known.
    """

    threshold: float
    is_set: bool
    n_autocoded: int
    expected_agreement: float
    n_review: int
    n_texts: int


@dataclass(frozen=True)
class Drift:
    """How far the groups of a batch lie from the training's.

    ``distance`` is the share of the records that would have to be in another group (total
    variation); up to ``by_chance`` it would be in 95 of 100 samples of the training of this size.
    """

    distance: float
    by_chance: float


class BatchStatistics:
    """Counts of one batch; ``training_profile`` is None where the bundle has none."""

    def __init__(self, training_profile: TrainingProfile | None, threshold: float) -> None:
        self.training_profile, self._threshold = training_profile, threshold
        self.n_records = self.n_by_model = 0
        self.bins = np.zeros(N_BINS, int)  # records by confidence, of those the model coded
        self._groups: Counter[str] = Counter()  # the first two digits of what was shown
        self._n_certain = self._n_unseen = 0
        self._thresholds = np.unique(np.array([*_OTHER_THRESHOLDS, threshold], np.float32))
        self._n_above = np.zeros(len(self._thresholds), int)
        self._agreeing_above = np.zeros(len(self._thresholds))
        self._merged, self._parts = np.zeros(0, _TEXT), [np.zeros(0, _TEXT)]

    def add(self, texts: Sequence[str], predictions: Sequence[Prediction]) -> np.ndarray:
        """Count one chunk, and return (N,) whether each text was in the training.

        Without a training profile none was.
        """
        self.n_records += len(predictions)
        self._groups.update(
            prediction.isco_code[:2] for prediction in predictions if prediction.isco_code
        )
        self._n_certain += sum(prediction.source == "correction" for prediction in predictions)
        is_seen = (
            self.training_profile.has_seen(texts)
            if self.training_profile is not None
            else np.zeros(len(texts), bool)
        )
        chosen = np.array([prediction.source == "model" for prediction in predictions], bool)
        found = np.empty(int(chosen.sum()), _TEXT)
        found["hash"] = [hash(text) for text, is_in in zip(texts, chosen, strict=True) if is_in]
        found["confidence"] = [
            prediction.confidence for prediction in predictions if prediction.source == "model"
        ]
        found["is_seen"] = is_seen[chosen]
        self._count(found)
        self._parts.append(found)
        if sum(map(len, self._parts)) > max(len(self._merged), _MIN_MERGE):
            self._merge()
        return is_seen

    def _merge(self) -> np.ndarray:
        """The distinct texts so far."""
        found = np.concatenate([self._merged, *self._parts])
        self._merged = found[np.unique(found["hash"], return_index=True)[1]]
        self._parts = []
        return self._merged

    def _count(self, found: np.ndarray) -> None:
        confidence = found["confidence"]
        self.n_by_model += len(found)
        self._n_unseen += int((~found["is_seen"]).sum())
        at = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
        self.bins += np.bincount(at, minlength=N_BINS)
        is_above = confidence[:, None] >= self._thresholds  # (N, T)
        self._n_above += is_above.sum(axis=0)
        if self.training_profile is not None:
            self._agreeing_above += self.training_profile.expected_agreement(confidence) @ is_above

    def what_ifs(self) -> list[WhatIf]:
        """One row per threshold, the lowest first; one of them is the threshold that is set."""
        rows, texts = [], self._merge()
        for at, threshold in enumerate(self._thresholds):
            n_above = int(self._n_above[at])
            is_known = self.training_profile is not None and n_above
            n_autocoded = n_above + self._n_certain
            rows.append(
                WhatIf(
                    threshold=float(threshold),
                    is_set=bool(threshold == np.float32(self._threshold)),
                    n_autocoded=n_autocoded,
                    expected_agreement=self._agreeing_above[at] / n_above if is_known else np.nan,
                    n_review=self.n_records - n_autocoded,
                    n_texts=int((texts["confidence"] < threshold).sum()),
                )
            )
        return rows

    def groups(self, digits: int) -> list[tuple[str, int, float]]:
        """(group of 1 or 2 digits, its records, its share of the training or NaN), in order."""
        counts: Counter[str] = Counter()
        for code, n in self._groups.items():
            counts[code[:digits]] += n
        shares = self._trained(digits)
        return [(code, counts[code], shares.get(code, np.nan)) for code in isco08().level(digits)]

    def drift(self, digits: int) -> Drift | None:
        """The distance to the training; None without a training profile or without codes."""
        rows = self.groups(digits)
        n, shares = sum(count for _, count, _ in rows), np.array([share for *_, share in rows])
        if not n or self.training_profile is None:
            return None
        draws = np.random.default_rng(0).multinomial(n, shares / shares.sum(), size=_N_DRAWS) / n
        by_chance = np.quantile(np.abs(draws - shares).sum(axis=1) / 2, 0.95)
        found = np.array([count for _, count, _ in rows]) / n
        return Drift(float(np.abs(found - shares).sum() / 2), float(by_chance))

    def _trained(self, digits: int) -> dict[str, float]:
        if self.training_profile is None:
            return {}
        shares: dict[str, float] = dict.fromkeys(isco08().level(digits), 0.0)
        for code, share in zip(isco08().units, self.training_profile.shares, strict=True):
            shares[code[:digits]] += float(share)
        return shares

    @property
    def unseen_rate(self) -> float:
        """Share of the records coded by the model whose text it was not trained on; NaN unknown."""
        is_known = self.training_profile is not None and self.n_by_model
        return self._n_unseen / self.n_by_model if is_known else np.nan

    def texts(self) -> tuple[int, float]:
        """Distinct texts that the model coded, and the share that it was not trained on."""
        texts = self._merge()
        is_known = self.training_profile is not None and len(texts)
        return len(texts), float((~texts["is_seen"]).mean()) if is_known else np.nan
