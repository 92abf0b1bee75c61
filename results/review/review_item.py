"""One question to a coder."""

from __future__ import annotations

from dataclasses import dataclass

from inference.decision import Prediction

_VAGUE = 0.5


@dataclass(slots=True)
class ReviewItem:
    """A distinct text with the words of the first record that had it.

    ``sampled`` names the random sample that it was drawn into; ``n_records`` then counts how many
    of the records drawn have this text. It is empty where the model was not sure. ``first_record``
    is the number of the first record with the text, the first of the file being 1.
    """

    text: str
    job_title: str
    duties_description: str
    prediction: Prediction
    n_records: int = 0
    sampled: str = ""
    first_record: int = 0

    @property
    def gain(self) -> float:
        """How many records an answer is expected to repair."""
        return (1 - self.prediction.confidence) * self.n_records

    @property
    def is_vague(self) -> bool:
        """Whether even the three digits are more likely wrong than right."""
        return self.prediction.minor_confidence < _VAGUE
