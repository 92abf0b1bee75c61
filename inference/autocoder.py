"""Texts → predictions: each distinct text once, recent ones from memory, in input order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from core.settings import Settings
from core.text import EMPTY_TEXT
from inference.bundle import Bundle
from inference.classifier import Classifier, open_classifier
from inference.corrections_lookup import CorrectionsLookup
from inference.decision import EMPTY, Fallback, Prediction, decide
from inference.prediction_cache import PredictionCache
from inference.training_profile import TrainingProfile

# So many texts go through the model between two calls of the progress callback. Among more texts
# more have the same length: 8,192 answers make 436 batches in steps of 512, 187 in these.
_TEXTS_PER_STEP = 2048


class Autocoder:
    """A classifier with its threshold, and a bounded memory of the texts it coded last."""

    def __init__(
        self,
        classifier: Classifier,
        corrections_lookup: CorrectionsLookup,
        *,
        threshold: float,
        fallback: Fallback,
        cache_texts: int,
        training_profile: TrainingProfile | None = None,
    ) -> None:
        """``memory``: what coders decided; it may be exchanged between two calls of ``code``.
        ``cache_texts``: how many recent texts are remembered across files. ``training_profile``:
        what the model learned from, where its bundle says so.
        """
        self.classifier, self._threshold, self._fallback = classifier, threshold, fallback
        self.corrections_lookup, self.training_profile = corrections_lookup, training_profile
        self._recent = PredictionCache(cache_texts)
        self.version = classifier.version

    def code(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda n_done: None
    ) -> list[Prediction]:
        """One Prediction per text, in order; equal texts get the same object.

        ``progress`` is told, step by step, how many more of ``texts`` are done.
        """
        copies = Counter(texts)  # in order of first appearance
        predictions = {
            text: prediction for text in copies if (prediction := self._recent.get(text))
        }
        corrected = {
            text: prediction
            for text in copies
            if (prediction := self.corrections_lookup.find(text))
        }
        predictions.update(corrected)
        if EMPTY_TEXT in copies:
            predictions[EMPTY_TEXT] = EMPTY
        progress(sum(copies[text] for text in predictions))
        new = [text for text in copies if text not in predictions]
        for start in range(0, len(new), _TEXTS_PER_STEP):
            step = new[start : start + _TEXTS_PER_STEP]
            probabilities = self.classifier.probabilities(step)
            for text, prediction in zip(
                step, decide(probabilities, self._threshold, self._fallback), strict=True
            ):
                predictions[text] = prediction
                self._recent.put(text, prediction)
            progress(sum(copies[text] for text in step))
        return [predictions[text] for text in texts]


def settings_that_matter(
    settings: Settings, corrections_lookup: CorrectionsLookup
) -> dict[str, Any]:
    """What besides the model changes the codes: part of a result's identity and of its receipt."""
    return {
        "corrections": corrections_lookup.version,
        "confidence_threshold": settings.model.confidence_threshold,
        "fallback": settings.inference.fallback,
    }


def open_autocoder(
    bundle: Bundle, settings: Settings, corrections_lookup: CorrectionsLookup | None = None
) -> Autocoder:
    """Load ``bundle`` as ``settings`` say, with ``memory`` or else the corrections on disk."""
    if corrections_lookup is None:
        corrections_lookup = CorrectionsLookup.load(
            settings.data.corrections_dir, settings.data.columns
        )
    return Autocoder(
        open_classifier(bundle, settings.inference),
        corrections_lookup,
        threshold=settings.model.confidence_threshold,
        fallback=settings.inference.fallback,
        cache_texts=settings.inference.cache_texts,
        training_profile=bundle.training_profile(),
    )
