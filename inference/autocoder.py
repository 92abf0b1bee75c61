"""Texts → codings: each distinct text once, recent ones from memory, in input order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from core.settings import Settings
from core.text import EMPTY_TEXT
from inference.bundle import Bundle
from inference.classifier import Classifier, open_classifier
from inference.corrections_lookup import Memory
from inference.decision import EMPTY, Coding, Fallback, decide
from inference.prediction_cache import Recent
from inference.training_profile import Baseline

# So many texts go through the model between two calls of the progress callback. Among more texts
# more have the same length: 8,192 answers make 436 batches in steps of 512, 187 in these.
_TEXTS_PER_STEP = 2048


class Autocoder:
    """A classifier with its threshold, and a bounded memory of the texts it coded last."""

    def __init__(
        self,
        classifier: Classifier,
        memory: Memory,
        *,
        threshold: float,
        fallback: Fallback,
        cache_texts: int,
        baseline: Baseline | None = None,
    ) -> None:
        """``memory``: what coders decided; it may be exchanged between two calls of ``code``.
        ``cache_texts``: how many recent texts are remembered across files. ``baseline``: what the
        model learned from, where its bundle says so.
        """
        self.classifier, self._threshold, self._fallback = classifier, threshold, fallback
        self.memory, self.baseline = memory, baseline
        self._recent = Recent(cache_texts)
        self.version = classifier.version

    def code(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda n_done: None
    ) -> list[Coding]:
        """One Coding per text, in order; equal texts get the same object.

        ``progress`` is told, step by step, how many more of ``texts`` are done.
        """
        copies = Counter(texts)  # in order of first appearance
        codings = {text: coding for text in copies if (coding := self._recent.get(text))}
        corrected = {text: coding for text in copies if (coding := self.memory.lookup(text))}
        codings.update(corrected)
        if EMPTY_TEXT in copies:
            codings[EMPTY_TEXT] = EMPTY
        progress(sum(copies[text] for text in codings))
        new = [text for text in copies if text not in codings]
        for start in range(0, len(new), _TEXTS_PER_STEP):
            step = new[start : start + _TEXTS_PER_STEP]
            probabilities = self.classifier.probabilities(step)
            for text, coding in zip(
                step, decide(probabilities, self._threshold, self._fallback), strict=True
            ):
                codings[text] = coding
                self._recent.put(text, coding)
            progress(sum(copies[text] for text in step))
        return [codings[text] for text in texts]


def settings_that_matter(settings: Settings, memory: Memory) -> dict[str, Any]:
    """What besides the model changes the codes: part of a result's identity and of its receipt."""
    return {
        "corrections": memory.version,
        "confidence_threshold": settings.model.confidence_threshold,
        "fallback": settings.inference.fallback,
    }


def open_autocoder(bundle: Bundle, settings: Settings, memory: Memory | None = None) -> Autocoder:
    """Load ``bundle`` as ``settings`` say, with ``memory`` or else the corrections on disk."""
    if memory is None:
        memory = Memory.load(settings.data.corrections_dir, settings.data.columns)
    return Autocoder(
        open_classifier(bundle, settings.inference),
        memory,
        threshold=settings.model.confidence_threshold,
        fallback=settings.inference.fallback,
        cache_texts=settings.inference.cache_texts,
        baseline=bundle.baseline(),
    )
