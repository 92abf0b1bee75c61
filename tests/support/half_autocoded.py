"""A threshold at which a model of random weights autocodes some titles and asks of others."""

from __future__ import annotations

from core.settings import Settings
from inference.autocoder import Autocoder


def with_half_autocoded(settings: Settings, autocoder: Autocoder, titles: list[str]) -> Settings:
    """Return settings with the threshold that half of the titles reach."""
    predictions = autocoder.code([f"{title} | unknown" for title in titles])
    middle = sorted(prediction.confidence for prediction in predictions)[len(predictions) // 2]
    return settings.with_values("model", confidence_threshold=middle)
