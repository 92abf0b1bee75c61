"""Compute calibrated probabilities of the 436 unit groups from texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from core.letters.text_bounds import MAX_CHARS, bounded
from core.non_answers.stated_text import stated_text
from core.settings import InferenceSettings
from core.text import UNKNOWN
from inference.bundle import Bundle, Manifest
from inference.ngram_model import NgramModel
from inference.onnx_session import OnnxSession
from inference.spelling.typo_correction import Spelling

# A larger step has more texts of equal length: 8,192 answers make 436 batches in steps of 512, 187
# in these.
_TEXTS_PER_STEP = 2048


def steps_of(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield so many texts at a time as go through the model between two calls of a progress."""
    for start in range(0, len(texts), _TEXTS_PER_STEP):
        yield texts[start : start + _TEXTS_PER_STEP]


@dataclass(frozen=True)
class Reading:
    """What a model makes of N texts; row i belongs to text i.

    ``probabilities`` (N, 436) float32 in ISCO order, each row sums to 1; ``logits`` (N, 436) of the
    network and ``ngram_vectors`` (N, D) of the n-gram model: texts that the model takes for alike
    have both alike.
    """

    probabilities: np.ndarray
    logits: np.ndarray
    ngram_vectors: np.ndarray

    def at(self, rows: np.ndarray) -> Reading:
        """Return what it makes of the texts at ``rows`` alone."""
        return Reading(self.probabilities[rows], self.logits[rows], self.ngram_vectors[rows])


class Classifier:
    """One version of the model: a network and an n-gram model, combined by the calibration.

    Both read a text without duties that say nothing, and after its typos were corrected. Where a
    word may be a typo or not, they read its text both ways.
    """

    def __init__(
        self,
        session: OnnxSession,
        ngram_model: NgramModel,
        spelling: Spelling,
        manifest: Manifest,
    ) -> None:
        self._session = session
        self._ngram_model = ngram_model
        self._spelling = spelling
        self._executor = ThreadPoolExecutor(1)
        self._temperature = manifest.temperature
        self._ngram_weight = manifest.ngram_weight
        self.version = manifest.version

    @property
    def provider(self) -> str:
        """The provider that computes now, by its name in the settings."""
        return self._session.provider

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, 436) float32; row i belongs to ``texts[i]`` and sums to 1, in ISCO order.

        Texts must be cleaned with ``core.text.join``; each is computed, repeated or not.
        """
        return self.read(texts).probabilities

    def read(self, texts: Sequence[str]) -> Reading:
        """Return the probabilities of cleaned ``texts``, and what they were computed from.

        Those of a text that is read in two ways are the mean of both.
        """
        answered = _as_answered(texts)
        known = np.flatnonzero(self._spelling.are_known(answered))
        network = self._executor.submit(self._session.logits, [answered[row] for row in known])
        readings = self._spelling.readings(answered)  # while the network computes
        texts_read = readings.all_texts
        # np.setdiff1d would load numpy.ma, which takes as long as the network for one text.
        others = np.delete(np.arange(len(texts_read)), known)
        of_others = self._executor.submit(self._session.logits, [texts_read[row] for row in others])
        vectors = self._ngram_model.text_vectors(texts_read)
        scores = self._ngram_model.scores_of(vectors)
        logits = np.empty_like(scores)
        logits[known], logits[others] = network.result(), of_others.result()
        probabilities = combine(logits, scores, self._temperature, self._ngram_weight)
        n = len(texts)
        return Reading(readings.mean(probabilities), logits[:n], vectors[:n])

    def know_a_word(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N,) bool: whether the model has learned a word of each cleaned text.

        Words of one or two letters are in too many languages to count.
        """
        return np.array(
            [
                any(len(word) > 2 and word != UNKNOWN and word in self._spelling for word in words)
                for words in map(str.split, texts)
            ],
            bool,
        )

    def unpack(self) -> None:
        """Unpack the whole n-gram model, of which a single text needs little."""
        self._ngram_model.unpack()

    def are_truncated(self, texts: Sequence[str]) -> list[bool]:
        """Return for each text whether it is longer than the network reads."""
        are_cut = self._session.are_truncated(self._spelling.correct_all(_as_answered(texts)))
        return [
            is_cut or len(text) > MAX_CHARS for text, is_cut in zip(texts, are_cut, strict=True)
        ]


def _as_answered(texts: Sequence[str]) -> list[str]:
    """Return the texts without duties that say nothing, and no longer than any model reads."""
    return [bounded(stated_text(text)) for text in texts]


def combine(
    logits: np.ndarray, scores: np.ndarray, temperature: float, ngram_weight: float
) -> np.ndarray:
    """Return (N, 436) probabilities from the network's logits and the n-gram scores, both (N, 436).

    The logits are divided by ``temperature``, the scores multiplied by ``ngram_weight``.
    """
    scaled = logits.astype(np.float64) / temperature + ngram_weight * scores
    scaled -= scaled.max(axis=1, keepdims=True, initial=-np.inf)
    np.exp(scaled, out=scaled)
    scaled /= scaled.sum(axis=1, keepdims=True)
    return scaled.astype(np.float32)


def open_classifier(bundle: Bundle, settings: InferenceSettings) -> Classifier:
    """Load the model of ``bundle``; raises BundleError or SettingsError where that fails."""
    with ThreadPoolExecutor(2) as executor:  # most of the time neither needs the interpreter
        session = executor.submit(OnnxSession, bundle, settings)
        ngram_model = executor.submit(bundle.ngram_model)
        spelling = bundle.spelling()
        return Classifier(session.result(), ngram_model.result(), spelling, bundle.manifest)
