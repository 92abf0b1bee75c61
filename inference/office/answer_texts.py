"""The answered texts as the model reads them, kept until another model reads: 2 kB each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from inference.classifier import Reading
from inference.similar_corrections import similarity_vectors


class AnswerTexts:
    """The probabilities and the similarity vectors of texts, by the text."""

    def __init__(self) -> None:
        self._probabilities: dict[str, np.ndarray] = {}
        self._vectors: dict[str, np.ndarray] = {}

    def keep(self, texts: Sequence[str]) -> None:
        """Forget all texts but these."""
        for text in self._probabilities.keys() - set(texts):
            del self._probabilities[text], self._vectors[text]

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Return those of ``texts`` that were not read yet."""
        return [text for text in texts if text not in self._probabilities]

    def add(self, texts: Sequence[str], reading: Reading) -> None:
        """Keep what the model makes of N ``texts``."""
        self._probabilities.update(zip(texts, reading.probabilities, strict=True))
        self._vectors.update(zip(texts, similarity_vectors(reading), strict=True))

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, 436) of the model alone, of texts that were added."""
        return np.stack([self._probabilities[text] for text in texts])

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, D) int8, see ``similarity_vectors``, of texts that were added."""
        return np.stack([self._vectors[text] for text in texts])

    def vectors_of(
        self, texts: Sequence[str], read: Callable[[Sequence[str]], Reading]
    ) -> np.ndarray:
        """Return (N, D) int8 of any texts; those that are missing are ``read``, and not kept."""
        new_texts = self.missing(texts)
        vectors = dict(self._vectors)
        if new_texts:
            vectors |= zip(new_texts, similarity_vectors(read(new_texts)), strict=True)
        return np.stack([vectors[text] for text in texts])
