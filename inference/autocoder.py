"""Texts → predictions in input order: each distinct text once, recent ones from a cache."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from core.settings import Settings
from core.text import EMPTY_TEXT
from inference.bundle import Bundle
from inference.classifier import Classifier, open_classifier
from inference.corrections_lookup import CorrectionsLookup
from inference.decision import NO_PREDICTION, Fallback, Prediction, decide
from inference.prediction_cache import PredictionCache
from inference.training_profile import TrainingProfile

# This many texts go through the model between two calls of the progress callback. A larger step has
# more texts of equal length: 8,192 answers make 436 batches in steps of 512, 187 in these.
_TEXTS_PER_STEP = 2048


class Autocoder:
    """A classifier with its threshold, the corrections, and a cache of the texts coded last."""

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
        """Combine a classifier with the rules for its codes.

        Parameters
        ----------
        corrections_lookup : what coders decided; it may be replaced between two calls of ``code``.
        threshold, fallback : see ``inference.decision.decide``.
        cache_texts : how many texts the cache holds; they are kept across files.
        training_profile : what the model learned from, where its bundle has it.
        """
        self.classifier = classifier
        self.corrections_lookup = corrections_lookup
        self.training_profile = training_profile
        self.version = classifier.version
        self._threshold = threshold
        self._fallback = fallback
        self._cache = PredictionCache(cache_texts)

    def code(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda n_done: None
    ) -> list[Prediction]:
        """Return one Prediction per text, in order; equal texts get the same object.

        ``progress`` is called after each step with how many more of ``texts`` are done.
        """
        n_copies = Counter(texts)  # in order of first appearance
        predictions: dict[str, Prediction] = {}
        for text in n_copies:
            prediction = self.corrections_lookup.find(text) or self._cache.get(text)
            if prediction is not None:
                predictions[text] = prediction
        if EMPTY_TEXT in n_copies:
            predictions[EMPTY_TEXT] = NO_PREDICTION
        progress(sum(n_copies[text] for text in predictions))
        new_texts = [text for text in n_copies if text not in predictions]
        for start in range(0, len(new_texts), _TEXTS_PER_STEP):
            step = new_texts[start : start + _TEXTS_PER_STEP]
            probabilities = self.classifier.probabilities(step)
            for text, prediction in zip(
                step, decide(probabilities, self._threshold, self._fallback), strict=True
            ):
                predictions[text] = prediction
                self._cache.put(text, prediction)
            progress(sum(n_copies[text] for text in step))
        return [predictions[text] for text in texts]

    def n_truncated(self, texts: Sequence[str]) -> int:
        """Return how many of ``texts`` are longer than the network reads."""
        n_copies = Counter(texts)
        are_truncated = self.classifier.are_truncated(list(n_copies))
        return sum(
            n
            for n, is_truncated in zip(n_copies.values(), are_truncated, strict=True)
            if is_truncated
        )


def result_settings(settings: Settings, corrections_lookup: CorrectionsLookup) -> dict[str, Any]:
    """Return what besides the model changes the codes: a part of a result's id and receipt."""
    return {
        "corrections": corrections_lookup.version,
        "confidence_threshold": settings.model.confidence_threshold,
        "fallback": settings.inference.fallback,
    }


def open_autocoder(
    bundle: Bundle, settings: Settings, corrections_lookup: CorrectionsLookup | None = None
) -> Autocoder:
    """Load ``bundle`` as ``settings`` say.

    Without ``corrections_lookup`` the corrections on disk are read. Raises BundleError or
    SettingsError where the model cannot be loaded, InputError for a damaged corrections file.
    """
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
