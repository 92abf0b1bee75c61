"""The columns of lists for people that would be read as records of a survey, or as answers."""

from __future__ import annotations

from core.review_contract import CORRECTED, TEXT

DISAGREEMENT_COLUMNS = (
    "record",
    "job_title",
    "duties_description",
    "given_code",
    "given_title",
    "best_code",
    "best_title",
    "confidence",
    "is_autocoded",
    "digits_agreed",
)
"""The columns of ``disagreements.csv`` of a batch."""

CORRECTIONS_COLUMNS = ("line", TEXT, CORRECTED, "isco_code", "status", "reason")
"""The columns of ``corrections.csv``: what became of each line of a corrections file."""

INVALID_LABEL_COLUMNS = ("file", "line", "job_title", "isco_code", "reason")
"""The columns of ``invalid_labels.csv`` of a training."""
