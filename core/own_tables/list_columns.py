"""The columns of lists for people that hold titles, and would be read as records of a survey."""

from __future__ import annotations

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

INVALID_LABEL_COLUMNS = ("file", "line", "job_title", "isco_code", "reason")
"""The columns of ``invalid_labels.csv`` of a training."""
