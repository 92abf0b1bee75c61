"""One row of a review: a text that a coder is to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.review_contract import expected_gain

if TYPE_CHECKING:  # the daemon looks for requests to explain, and needs no numpy for that
    from inference.decision import Prediction, SimilarCorrection

_VAGUE_BELOW = 0.5


@dataclass(slots=True)
class ReviewItem:
    """A distinct text with the title and the duties of the first record that has it.

    ``n_records`` counts the records with this text. ``first_record`` is the number of the first of
    them; the first record of the file has the number 1. ``context`` has its values in the columns
    of ``review.context``. ``sampled`` names the random sample that the text was drawn into;
    ``n_records`` then counts the drawn records. It is empty for a text that the model is not sure
    of.
    """

    text: str
    job_title: str
    duties_description: str
    prediction: Prediction
    n_records: int = 0
    sampled: str = ""
    first_record: int = 0
    context: tuple[str, ...] = ()

    @property
    def gain(self) -> float:
        """How many records a coder's decision is expected to repair."""
        return expected_gain(self.prediction.confidence, self.n_records)

    @property
    def is_blind(self) -> bool:
        """Whether a coder answers without seeing what the model says.

        An answer beside the model's code repeats it more often than one that stands alone.
        """
        return bool(self.sampled)

    @property
    def shown_code(self) -> str:
        """The code that the coder sees."""
        return "" if self.is_blind else self.prediction.isco_code

    @property
    def shown_candidates(self) -> list[tuple[str, float | None]]:
        """The unit groups that are offered, each with its confidence: best first.

        A blind item has them in the order of their codes, without confidence.
        """
        if self.is_blind:
            return [(code, None) for code in sorted(code for code, _ in self.prediction.candidates)]
        return list(self.prediction.candidates)

    @property
    def several_occupations(self) -> str:
        """The codes of the occupations that the title names; empty if it names one."""
        return " ".join(self.prediction.occupations)

    @property
    def is_vague(self) -> bool:
        """Whether even the three digits are more likely wrong than right."""
        return self.prediction.minor_confidence < _VAGUE_BELOW

    @property
    def shown_similar(self) -> tuple[SimilarCorrection, ...]:
        """The similar corrections; none for a drawn text, which is decided without the model."""
        return () if self.is_blind else self.prediction.similar
