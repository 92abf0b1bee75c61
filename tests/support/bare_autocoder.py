"""An autocoder around a classifier of the test."""

from __future__ import annotations

from dataclasses import replace

from core.non_answers.known_texts import built_in_non_answers
from core.settings import DEFAULT_WANTED_AGREEMENT, ClimbSettings, InferenceSettings
from inference.autocoder import Autocoder
from inference.bundle import Bundle
from inference.classifier import Classifier
from inference.corrections_lookup import CorrectionsLookup
from inference.decision import Fallback
from inference.office.calibrator import OfficeCalibrator
from inference.similar_corrections import FITTED_RULES


def bare_autocoder(
    classifier: Classifier,
    bundle: Bundle,
    lookup: CorrectionsLookup | None = None,
    *,
    threshold: float = 0.9,
    fallback: Fallback = "truncate",
    cache_texts: int = 10,
) -> Autocoder:
    """Return an autocoder without a calibration of the office and without similar corrections."""
    profile = bundle.training_profile()
    return Autocoder(
        classifier,
        lookup or CorrectionsLookup(),
        inference=InferenceSettings(
            fallback=fallback,
            floor=0,
            climb=ClimbSettings(minor=0, sub_major=0, major=0),
            cache_texts=cache_texts,
        ),
        similarity=replace(FITTED_RULES, min_cosine=2.0),  # no text is that similar
        office=OfficeCalibrator(threshold, DEFAULT_WANTED_AGREEMENT, profile),
        non_answers=built_in_non_answers(),
    )
