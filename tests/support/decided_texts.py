"""Texts that were decided, as a corrections file of nobody's would decide them."""

from __future__ import annotations

from collections.abc import Mapping

from core.corrections.correction import NOT_CODABLE, Correction, CorrectionStatus
from core.corrections.decisions import Decisions
from core.corrections.office_answers import AnswerOrigin
from core.taxonomy import MINOR
from inference.corrections_lookup import CorrectionsLookup


def decide(decisions: Decisions, text: str, code: str) -> None:
    """Give a text a unit group, a minor group, or ``not codable``."""
    status = CorrectionStatus.ACCEPTED
    if code == NOT_CODABLE:
        status = CorrectionStatus.NOT_CODABLE
    elif len(code) == MINOR:
        status = CorrectionStatus.GROUP
    decisions.apply(Correction(1, text, code, code, status))


def lookup_of(codes: Mapping[str, str]) -> CorrectionsLookup:
    """Return a lookup of these decisions (text → code)."""
    decisions = Decisions()
    for text, code in codes.items():
        decide(decisions, text, code)
    return CorrectionsLookup(decisions, origins=dict.fromkeys(codes, AnswerOrigin()))
