"""What is known of a file and its batch: its identity before, its receipt after.

A receipt is the proof that a batch is complete; it is written last, as ``receipt.json``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.corrections import CorrectionStatus
from core.row_counts import RowCounts


@dataclass(frozen=True)
class Identity:
    """What a file is: its content, the id of its batch, and the version that codes it."""

    sha256: str
    batch_id: str
    model_version: str
    is_corrections: bool


@dataclass(kw_only=True)
class AnyReceipt:
    """What every receipt says.

    ``claim`` is the input's own number, by which a daemon that comes after a crash knows that it
    has its results, whichever model made them; ``files`` has the SHA-256 of every other file of the
    batch. Times are UTC, ISO 8601.
    """

    input: str
    sha256: str
    batch_id: str
    encoding: str
    delimiter: str
    finished: str = ""
    claim: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def summary(self) -> str:
        """What was done, in one line."""
        raise NotImplementedError


@dataclass(kw_only=True)
class Receipt(RowCounts, AnyReceipt):
    """What was done to one file of records.

    ``n_sampled`` of the autocoded rows were drawn at random to be checked; they stand in
    ``review.csv`` beside the texts to ask about.
    """

    model_version: str
    settings: dict[str, Any]
    started: str
    seconds: float = 0.0
    n_blank_lines: int = 0
    n_sampled: int = 0
    notes: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """What was done, in one line."""
        return self.sentence(self.seconds)


@dataclass(kw_only=True)
class CorrectionsReceipt(AnyReceipt):
    """What became of one corrections file. The verdicts add up to ``n_rows``.

    ``n_conflicts``: texts that had another code before, from an earlier line or file; the later one
    holds.
    """

    n_rows: int = 0
    n_conflicts: int = 0
    verdicts: dict[str, int] = field(default_factory=lambda: {str(v): 0 for v in CorrectionStatus})

    def summary(self) -> str:
        """How many lines got which verdict."""
        verdicts = ", ".join(f"{n} {verdict}" for verdict, n in self.verdicts.items() if n)
        return f"corrections, {verdicts}"


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
