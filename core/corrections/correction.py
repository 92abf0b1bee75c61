"""One row of a corrections file: the code that somebody gave to a text, and its status."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from core.corrections.signature import NO_SIGNATURE, Signature
from core.languages.message import Message

NOT_CODABLE = "not codable"
WITHDRAWN = "withdraw"
ANSWERS = Message(
    "4 digits (a unit group), 3 digits (a minor group), {not_codable!r}, or {withdraw!r} to take "
    "an earlier answer back",
    not_codable=NOT_CODABLE,
    withdraw=WITHDRAWN,
)
"""What may stand in the column of corrected codes."""


class CorrectionStatus(StrEnum):
    """The outcome of one row of a corrections file."""

    ACCEPTED = "accepted"
    """The text gets this unit group."""
    RESTORED = "restored"
    """Accepted, after the digits were repaired: a lost zero, ``7212.0``, ``7212.1``."""
    GROUP = "group_only"
    """The text gets this minor group, and trains nothing."""
    NOT_CODABLE = "not_codable"
    """A person decided that no code fits: kept, and it trains nothing."""
    WITHDRAWN = "withdrawn"
    """Earlier answers about the text are taken back: the model codes it again."""
    OVERRULED = "overruled"
    """Kept as an answer; an adjudicated answer about the text holds. A file alone cannot tell."""
    SKIPPED = "skipped"
    """No code was filled in, or a mark for a missing code."""
    REJECTED = "rejected"
    """The code is not in ISCO-08, or may be one of ISCO-88, or there is no text."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One row of a corrections file.

    ``line`` is its line in the file, ``text`` the cleaned text, ``written`` the code as it was
    typed, ``code`` the code that was read from it; ``reason`` explains the status.

    ``sampled`` names the random sample that the row was drawn into, or is empty. ``predicted`` is
    the code that the file names for it, if any, ``n_drawn`` how many of the drawn records have this
    text, 0 if it does not say. So the file says; what was drawn in truth, and which code it got,
    the list of the batch tells (``coded_texts.py``). ``signature`` tells who gave the answer.
    ``is_doubted``: the answer holds for its own text alone (``doubts.py``). ``answer_column`` is
    the column, if any, in which the answer of a skipped row stands by mistake, or a second answer
    of any other row.
    ``is_of_several``: the title names several occupations, and the answer is about one of them.
    ``is_mixed``: the row is rejected because its text differs from the title or the duties beside
    it (``text_comparison.py``).
    """

    line: int
    text: str
    written: str
    code: str
    status: CorrectionStatus
    reason: str = ""
    sampled: str = ""
    predicted: str = ""
    n_drawn: int = 0
    signature: Signature = NO_SIGNATURE
    is_doubted: bool = False
    answer_column: str = ""
    is_mixed: bool = False
    is_of_several: bool = False

    def signed(self, signature: Signature) -> Correction:
        """Return the row with a signature; its reason says what was left out of that."""
        if self.status is CorrectionStatus.SKIPPED:
            return replace(self, signature=signature)
        reason = Message.listed((self.reason, signature.note))
        return replace(self, signature=signature, reason=reason)

    @property
    def is_accepted(self) -> bool:
        """Whether the text gets a unit group."""
        return self.status in (CorrectionStatus.ACCEPTED, CorrectionStatus.RESTORED)

    @property
    def is_decided(self) -> bool:
        """Whether a person decided about the text."""
        return self.is_accepted or self.status in (
            CorrectionStatus.GROUP,
            CorrectionStatus.NOT_CODABLE,
        )

    @property
    def is_kept(self) -> bool:
        """Whether the row changes what is known of the text: it decides, or takes that back."""
        return self.is_decided or self.status is CorrectionStatus.WITHDRAWN
