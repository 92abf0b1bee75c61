"""Keeps the calibration of an office up to date while corrections come in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.corrections.office_answers import OfficeAnswers
from core.row_counts import Progress
from inference.office.answer_texts import AnswerTexts, Read
from inference.office.carried_calibration import CarriedCalibration
from inference.office.exponent_fit import prior_after
from inference.office.office_calibration import OfficeCalibration, bundle_calibration
from inference.office.office_fit import fit_office
from inference.similar_corrections import SimilarCorrections
from inference.training_profile import TrainingProfile


class OfficeCalibrator:
    """The calibration of one version of the model; first that of its bundle.

    ``texts`` are the answered texts as this version reads them.
    """

    def __init__(
        self,
        threshold: float,
        wanted_agreement: float,
        training_profile: TrainingProfile,
        learned_files: frozenset[str] = frozenset(),
        carried: CarriedCalibration | None = None,
    ) -> None:
        """Begin without answers.

        Parameters
        ----------
        threshold : the one that is set.
        wanted_agreement : the share of the autocoded codes on which coders are to agree.
        training_profile : what the model learned from.
        learned_files : the corrections files that the model has learned, by name.
        carried : the calibration that its training carried over from the version before.
        """
        self._set_threshold = threshold
        self._wanted_agreement = wanted_agreement
        self._bundle_profile = training_profile
        self._learned_files = learned_files
        self._carried = carried
        self.texts = AnswerTexts()
        self._answers = OfficeAnswers()
        self._n_learned = 0
        self.calibration: OfficeCalibration = self._without_answers()

    @property
    def training_profile(self) -> TrainingProfile:
        """What the model learned from.

        How often a confidence is right the answers of the office say, if they calibrate.
        """
        calibration = self.calibration
        if not calibration.n_behind:
            return self._bundle_profile
        return replace(
            self._bundle_profile,
            confidences=np.array(calibration.confidences),
            agreements=np.array(calibration.agreements),
            n_calibration=calibration.n_behind,
        )

    def read(self, answers: OfficeAnswers, read: Read, progress: Progress) -> None:
        """Let the model ``read`` the answers that count, if there are enough to calibrate.

        ``progress`` is called with 0 now and then.
        """
        is_learned = self._are_learned(answers)
        self._answers, self._n_learned = answers.without(is_learned), int(is_learned.sum())
        self.texts.keep(self._answers.texts if self._answers.are_enough else (), read, progress)

    def calibrate(self, similar: SimilarCorrections) -> None:
        """Fit the calibration to the answers that were read, beside the ``similar`` corrections."""
        self.calibration, texts = self._without_answers(), self._answers.texts
        if not self._answers.are_enough:
            return
        neighbors = similar.nearest_others(texts, self.texts.vectors(texts))
        alone = self.texts.probabilities(texts)
        prior = prior_after(self._carried)
        self.calibration = fit_office(
            self.calibration, self._answers, alone, neighbors, similar, prior
        )

    def _are_learned(self, answers: OfficeAnswers) -> np.ndarray:
        """Return (N,) bool: of which texts the model learned an answer, which it knows by heart.

        That may be an earlier answer than the one that holds: such a text is not new to the model.
        """
        learned = self._learned_files
        is_of_file = np.array([not learned.isdisjoint(files) for files in answers.files], bool)
        if not is_of_file.any():
            return is_of_file
        return is_of_file & self._bundle_profile.has_seen(answers.texts)

    def _without_answers(self) -> OfficeCalibration:
        return bundle_calibration(
            self._set_threshold,
            self._wanted_agreement,
            self._answers,
            self._n_learned,
            self._carried,
        )
