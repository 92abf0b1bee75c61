"""Texts → calibrated probabilities of the 436 unit groups."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from core.settings import InferenceSettings
from inference.bundle import Bundle
from inference.onnx_session import OnnxSession


class Classifier:
    """One model version: its network and its n-gram model, put together by the calibration.

    Both read a text with its slips mended.
    """

    def __init__(self, session: OnnxSession, bundle: Bundle) -> None:
        self._session, self._lexicon, self._spelling = (
            session,
            bundle.ngram_model(),
            bundle.spelling(),
        )
        self._beside = ThreadPoolExecutor(1)
        self._temperature = bundle.manifest.temperature
        self._lexicon_weight = bundle.manifest.lexicon_weight
        self.version = bundle.manifest.version

    @property
    def provider(self) -> str:
        """Who computes now: ``cpu``, ``coreml`` or ``cuda``."""
        return self._session.provider

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(N, 436) float32; row i belongs to ``texts[i]`` and sums to 1, columns in ISCO order.

        Texts must be cleaned with ``core.text.join``; each is computed, repeated or not.
        """
        mended = [self._spelling.mend(text) for text in texts]
        logits = self._beside.submit(self._session.logits, mended)
        scores = self._lexicon.scores(mended)  # while the network computes
        return combine(logits.result(), scores, self._temperature, self._lexicon_weight)


def combine(
    logits: np.ndarray, scores: np.ndarray, temperature: float, lexicon_weight: float
) -> np.ndarray:
    """(N, 436) probabilities from the network's logits and the n-gram scores, both (N, 436)."""
    scaled = logits.astype(np.float64) / temperature + lexicon_weight * scores
    scaled -= scaled.max(axis=1, keepdims=True, initial=-np.inf)
    np.exp(scaled, out=scaled)
    scaled /= scaled.sum(axis=1, keepdims=True)
    return scaled.astype(np.float32)


def open_classifier(bundle: Bundle, settings: InferenceSettings) -> Classifier:
    """Load the model of ``bundle``; BundleError or SettingsError where that cannot be done."""
    return Classifier(OnnxSession(bundle, settings), bundle)
