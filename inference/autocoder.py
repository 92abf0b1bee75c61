"""Texts → predictions in input order: each distinct text once, recent ones from a cache."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np

from core.isco_scores.derived_variables import DERIVED
from core.isco_titles.group_titles import ENGLISH, LANGUAGE
from core.non_answers.known_texts import NonAnswerKind, NonAnswers, built_in_non_answers
from core.non_answers.unheld_jobs import UnheldJobs, unheld_jobs_version
from core.own_tables.code_source import SOURCE_OF_NON_ANSWER
from core.row_counts import Progress, no_progress
from core.settings import DEFAULT_WANTED_AGREEMENT, DataSettings, InferenceSettings, Settings
from core.text import EMPTY_TEXT, preparation_version
from inference.bundle import Bundle
from inference.classifier import Classifier, open_classifier, steps_of
from inference.corrections_lookup import CorrectionsLookup
from inference.decision import (
    NO_PREDICTION,
    Floors,
    Prediction,
    decide,
    floor_settings,
    no_code,
    unheld,
)
from inference.office.calibrator import OfficeCalibrator
from inference.office.carried_calibration import carried_by
from inference.office.office_calibration import OfficeCalibration
from inference.prediction_cache import PredictionCache
from inference.similar_corrections import (
    SimilarCorrections,
    SimilarityRules,
    similarity_of,
    similarity_vectors,
)
from inference.spelling.typo_correction import SPELLING_VERSION
from inference.training_profile import TrainingProfile

PAD_CODES = "pad_codes"
"""The setting of a result that says whether short codes get zeros at their end."""
NEUTRALISE_FORMULAS = "neutralise_formulas"
"""The setting of a result that says whether cells of the input get a mark before a formula."""
_NO_THRESHOLD = 2.0  # no probability reaches it
_NO_ANSWERS = {kind: no_code(source) for kind, source in SOURCE_OF_NON_ANSWER.items()}


class Autocoder:
    """A classifier with the rules for its codes, and a cache of the texts coded last."""

    def __init__(
        self,
        classifier: Classifier,
        corrections_lookup: CorrectionsLookup,
        *,
        inference: InferenceSettings,
        similarity: SimilarityRules,
        office: OfficeCalibrator,
        non_answers: NonAnswers,
    ) -> None:
        """Combine a classifier with the rules for its codes.

        Parameters
        ----------
        corrections_lookup : what coders decided; it may be replaced between two calls of ``code``.
        inference : the fallback with its floors, see ``inference.decision.decide``, and how many
            texts the cache holds, which keeps them across files.
        similarity : how much corrections of similar texts count.
        office : keeps the calibration.
        non_answers : the texts that get no code. A text that names a job which the person does
            not have gets candidates but no code.
        """
        self.classifier = classifier
        self.corrections_lookup = corrections_lookup
        self.version = classifier.version
        self._fallback = inference.fallback
        self._floors = Floors(*floor_settings(inference).values())
        self._office = office
        self._non_answers = non_answers
        self._unheld_jobs = UnheldJobs(non_answers)
        self._cache = PredictionCache(inference.cache_texts)
        self._similar = SimilarCorrections(similarity)
        self._learned_lookup: CorrectionsLookup | None = None

    def code(self, texts: Sequence[str], progress: Progress = no_progress) -> list[Prediction]:
        """Return one Prediction per text, in order; equal texts get the same object.

        ``progress`` is called after each step with how many more of ``texts`` are done.
        """
        self.learn_corrections(progress)
        n_copies = Counter(texts)  # in order of first appearance
        predictions: dict[str, Prediction] = {}
        for text in n_copies:
            prediction = (
                self.corrections_lookup.find(text)
                or self._cache.get(text)
                or self._without_code(text)
            )
            if prediction is not None:
                predictions[text] = prediction
        progress(sum(n_copies[text] for text in predictions))
        new_texts = [text for text in n_copies if text not in predictions]
        for step in steps_of(new_texts):
            for text, prediction in zip(step, self._compute(step), strict=True):
                predictions[text] = prediction
                self._cache.put(text, prediction)
            progress(sum(n_copies[text] for text in step))
        return [predictions[text] for text in texts]

    @property
    def calibration(self) -> OfficeCalibration:
        """The calibration in force, with the corrections that ``learn_corrections`` took in."""
        return self._office.calibration

    @property
    def training_profile(self) -> TrainingProfile:
        """What the model learned from; see ``OfficeCalibrator``."""
        return self._office.training_profile

    def learn_corrections(self, progress: Progress = no_progress) -> None:
        """Let new corrections teach similar texts, and calibrate the confidence.

        What the cache has is no longer right then. ``code`` calls it. ``progress`` is called with 0
        now and then: the process is alive.
        """
        lookup = self.corrections_lookup
        if self._learned_lookup is lookup:
            return

        def vectors_of(texts: Sequence[str]) -> np.ndarray:
            progress(0)
            return self._office.texts.vectors_of(texts, self.classifier.read)

        self._office.read(lookup.answers, self.classifier.read, progress)
        self._similar.learn(lookup.teaching, vectors_of)
        self._office.calibrate(self._similar)
        self._cache.clear()
        self._learned_lookup = lookup

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, 436) float32 of the model alone, with the calibration in force.

        ``texts`` are cleaned; no correction of them or of similar ones changes the order.
        """
        self.learn_corrections()
        return self.calibration.applied_to(self.classifier.probabilities(texts))

    def _compute(self, texts: Sequence[str]) -> list[Prediction]:
        """Return the predictions of texts that are answers."""
        return [
            unheld(prediction) if self._unheld_jobs.names(text) else prediction
            for text, prediction in zip(texts, self._predict(texts), strict=True)
        ]

    def _predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return the predictions of the model and of the corrections that are similar."""
        reading = self.classifier.read(texts)
        alone = self.calibration.applied_to(reading.probabilities)
        if not self._similar:
            return self._decide(alone)
        neighbors = self._similar.nearest(similarity_vectors(reading))
        threshold = self.calibration.threshold
        predictions = self._decide(self._similar.blend(alone, neighbors, threshold))
        return [
            self._similar.named(prediction, probabilities, voters)
            for prediction, probabilities, voters in zip(predictions, alone, neighbors, strict=True)
        ]

    def probabilities_beside(
        self,
        texts: Sequence[str],
        is_left_out: Callable[[str], bool],
        progress: Progress,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return what others say of texts that somebody coded: (N, 436) twice.

        The first are the probabilities of the model, the second those together with the similar
        corrections, however sure these make them, but for the corrections that are left out.
        """
        self.learn_corrections(progress)
        reading = self.classifier.read(texts)
        if not self._similar:
            return reading.probabilities, reading.probabilities
        similar = self._similar.without(is_left_out)
        neighbors = similar.nearest(similarity_vectors(reading))
        return reading.probabilities, similar.blend(reading.probabilities, neighbors, _NO_THRESHOLD)

    def _decide(self, probabilities: np.ndarray) -> list[Prediction]:
        return decide(probabilities, self.calibration.threshold, self._fallback, self._floors)

    def n_truncated(self, texts: Sequence[str]) -> int:
        """Return how many of ``texts`` are longer than the network reads."""
        n_copies = Counter(texts)
        are_truncated = self.classifier.are_truncated(list(n_copies))
        return sum(
            n
            for n, is_truncated in zip(n_copies.values(), are_truncated, strict=True)
            if is_truncated
        )

    def _without_code(self, text: str) -> Prediction | None:
        """Return the prediction of a text that is empty or no answer; None for an answer."""
        if text == EMPTY_TEXT:
            return NO_PREDICTION
        kind = self._non_answers.find(text)
        return _NO_ANSWERS[kind] if kind is not None else None


def non_answers_of(data: DataSettings) -> NonAnswers:
    """Return the texts that get no code: those of the program, and those of the settings."""
    return _non_answers_with(data.non_answers.not_stated, data.non_answers.not_working)


@lru_cache(maxsize=1)  # each file asks for them, and the settings of a process stay
def _non_answers_with(not_stated: tuple[str, ...], not_working: tuple[str, ...]) -> NonAnswers:
    return built_in_non_answers().extended(
        {NonAnswerKind.NOT_STATED: not_stated, NonAnswerKind.NOT_WORKING: not_working}
    )


def result_settings(settings: Settings, corrections_lookup: CorrectionsLookup) -> dict[str, Any]:
    """Return what besides the model changes the codes: a part of a result's id and receipt."""
    values = {
        "corrections": corrections_lookup.version,
        "confidence_threshold": settings.model.confidence_threshold,
        "fallback": settings.inference.fallback,
        **floor_settings(settings.inference),
        "non_answers": non_answers_of(settings.data).version,
        "unheld_jobs": unheld_jobs_version(),
        "text_preparation": preparation_version(),
        "spelling": SPELLING_VERSION,
        PAD_CODES: settings.output.pad_codes,
        NEUTRALISE_FORMULAS: settings.output.neutralise_formulas,
    }
    answers = corrections_lookup.answers
    if answers.are_enough:  # results without them keep the ids that they had
        values["answers"] = answers.version
    # A threshold that a training carried over needs no answers, and is raised for an agreement.
    if answers.are_enough or settings.output.wanted_agreement != DEFAULT_WANTED_AGREEMENT:
        values["wanted_agreement"] = settings.output.wanted_agreement
    if settings.output.language != ENGLISH:  # results in English keep the ids that they had
        values[LANGUAGE] = settings.output.language
    if settings.output.derived:
        values[DERIVED] = list(settings.output.derived)
    return values


def open_autocoder(
    bundle: Bundle, settings: Settings, corrections_lookup: CorrectionsLookup | None = None
) -> Autocoder:
    """Load ``bundle`` as ``settings`` say.

    Without ``corrections_lookup`` the corrections on disk are read. Raises BundleError or
    SettingsError where the model cannot be loaded, InputError for a damaged corrections file.
    """
    with ThreadPoolExecutor(1) as executor:
        classifier = executor.submit(open_classifier, bundle, settings.inference)
        if corrections_lookup is None:
            data = settings.data
            corrections_lookup = CorrectionsLookup.load(data.corrections_dir, data)
        office = OfficeCalibrator(
            settings.model.confidence_threshold,
            settings.output.wanted_agreement,
            bundle.training_profile(),
            bundle.learned_files(),
            carried_by(bundle),
        )
        non_answers = non_answers_of(settings.data)
        return Autocoder(
            classifier.result(),
            corrections_lookup,
            inference=settings.inference,
            non_answers=non_answers,
            similarity=similarity_of(bundle),
            office=office,
        )
