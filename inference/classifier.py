"""Texts → calibrated probabilities of the 436 unit groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inference.bundle import Bundle
from inference.session import Session
from isco.settings import InferenceSettings


class Classifier:
    """One model version: its session and its temperature."""

    def __init__(self, session: Session, temperature: float, version: str) -> None:
        self._session, self._temperature, self.version = session, temperature, version

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(N, 436) float32; row i belongs to ``texts[i]`` and sums to 1, columns in ISCO order.

        Texts must be cleaned with ``isco.text.join``; each is computed, repeated or not.
        """
        scaled = self._session.logits(texts).astype(np.float64) / self._temperature
        scaled -= scaled.max(axis=1, keepdims=True, initial=-np.inf)
        np.exp(scaled, out=scaled)
        scaled /= scaled.sum(axis=1, keepdims=True)
        return scaled.astype(np.float32)


def open_classifier(bundle: Bundle, settings: InferenceSettings) -> Classifier:
    """Load the model of ``bundle``; BundleError or SettingsError where that cannot be done."""
    session = Session(bundle, settings)
    return Classifier(session, bundle.manifest.temperature, bundle.manifest.version)
