"""The answered texts as the model reads them, kept until another model reads: 2 kB each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.row_counts import Progress
from inference.classifier import Reading, steps_of
from inference.similar_corrections import similarity_vectors

Read = Callable[[Sequence[str]], Reading]
"""``Classifier.read``, of the version of the model that is in service."""


class AnswerTexts:
    """The probabilities and the similarity vectors of texts, by the text."""

    def __init__(self) -> None:
        self._probabilities: dict[str, np.ndarray] = {}
        self._vectors: dict[str, np.ndarray] = {}

    def keep(self, texts: Sequence[str], read: Read, progress: Progress) -> None:
        """Keep these texts and no others; ``read`` is called with those that are missing.

        ``progress`` is called with 0 after each step.
        """
        for text in self._probabilities.keys() - set(texts):
            del self._probabilities[text], self._vectors[text]
        for step in steps_of(self._missing(texts)):
            reading = read(step)
            self._probabilities.update(zip(step, reading.probabilities, strict=True))
            self._vectors.update(zip(step, similarity_vectors(reading), strict=True))
            progress(0)

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, 436) of the model alone, of texts that are kept."""
        return np.stack([self._probabilities[text] for text in texts])

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, D) int8, see ``similarity_vectors``, of texts that are kept."""
        return np.stack([self._vectors[text] for text in texts])

    def vectors_of(self, texts: Sequence[str], read: Read) -> np.ndarray:
        """Return (N, D) int8 of any texts; those that are missing are ``read``, and not kept."""
        new_texts = self._missing(texts)
        vectors = dict(self._vectors)
        if new_texts:
            vectors |= zip(new_texts, similarity_vectors(read(new_texts)), strict=True)
        return np.stack([vectors[text] for text in texts])

    def _missing(self, texts: Sequence[str]) -> list[str]:
        return [text for text in texts if text not in self._probabilities]
