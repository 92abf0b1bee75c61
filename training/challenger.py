"""The result of a training before it is exported, and its calibration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from core.taxonomy import unit_index
from exporters.parity import checkpoint_logits
from inference.bundle import Bundle
from inference.classifier import combine
from inference.ngram_model import NgramModel
from inference.spelling.typo_correction import Spelling
from training.evaluation.calibration import (
    agreement_by_confidence,
    fit_calibration,
    follow_temperature,
    threshold_for,
)
from training.evaluation.metrics import AGREEMENT


@dataclass(frozen=True)
class Parent:
    """The model that a nightly training starts from.

    ``calibration_logits`` (N, 436) are its logits of the calibration texts. They are given if those
    texts are easier than what will be coded: then the challenger keeps the parent's calibration, as
    far as its logits are like the parent's.
    """

    bundle: Bundle
    calibration_logits: np.ndarray | None


@dataclass(frozen=True)
class Challenger:
    """The result of a training: what is exported if the gate lets it pass.

    ``languages`` (ISO 639-1) are those of its training texts. ``learned`` (``text, label, weight,
    language``) are the texts with a label that it was trained on, with their typos. ``parent`` is
    None after a full training.
    """

    model: RobertaForSequenceClassification
    tokenizer: PreTrainedTokenizerBase
    ngram_model: NgramModel
    spelling: Spelling
    max_tokens: int
    languages: list[str]
    learned: pd.DataFrame
    parent: Parent | None = None

    def probabilities(
        self, texts: Iterable[str], temperature: float, ngram_weight: float
    ) -> np.ndarray:
        """Return (N, 436) float32, as they would be served without quantisation."""
        readings = self.spelling.readings(texts)
        logits, scores = self.predict(readings.all_texts)
        return readings.mean(combine(logits, scores, temperature, ngram_weight))

    def predict(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return of texts without typos what the network, before quantisation, and n-grams say.

        Both are (N, 436): logits, and scores.
        """
        logits = checkpoint_logits(self.model, self.tokenizer, texts, self.max_tokens)
        return logits, self.ngram_model.scores(texts)


@dataclass(frozen=True)
class Calibration:
    """How logits and n-gram scores become probabilities, and how reliable those are.

    ``threshold`` is the threshold for the agreement aimed at, as ``threshold_for`` returns it.
    ``confidences`` and ``agreements`` (B,) of B parts of the ``n_texts`` calibration texts say how
    often a confidence is right; see ``inference/training_profile.py``.
    """

    temperature: float
    ngram_weight: float
    threshold: dict[str, float | list[float]]
    confidences: np.ndarray
    agreements: np.ndarray
    n_texts: int


def calibrate(challenger: Challenger, texts: pd.DataFrame) -> Calibration:
    """Fit the calibration on the calibration ``texts`` (``text, label, weight``).

    If the texts are easier than what will be coded (see ``Parent``), the parent's calibration is
    followed instead, and its reliability is kept.
    """
    right = np.array(unit_index(texts["label"]), np.intp)
    weights = texts["weight"].to_numpy(float)
    readings = challenger.spelling.readings(texts["text"])
    of_all = challenger.predict(readings.all_texts)
    logits, scores = (said[: len(texts)] for said in of_all)
    parent = challenger.parent
    if parent is None or parent.calibration_logits is None:
        temperature, ngram_weight = fit_calibration(logits, scores, right, weights)
    else:
        ngram_weight = parent.bundle.manifest.ngram_weight
        parent_scores = parent.bundle.ngram_model().scores(readings.texts)
        temperature = follow_temperature(
            parent.bundle.manifest.temperature,
            (parent.calibration_logits, ngram_weight * parent_scores),
            (logits, ngram_weight * scores),
            right,
            weights,
        )
    probabilities = readings.mean(combine(*of_all, temperature, ngram_weight))
    if parent is None or parent.calibration_logits is None:
        confidences, agreements = agreement_by_confidence(probabilities, right, weights)
        n_texts = len(texts)
    else:
        profile = parent.bundle.training_profile()
        confidences, agreements = profile.confidences, profile.agreements
        n_texts = profile.n_calibration
    threshold = threshold_for(AGREEMENT, probabilities, right)
    return Calibration(temperature, ngram_weight, threshold, confidences, agreements, n_texts)
