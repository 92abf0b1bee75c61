"""What is known of a file and its batch: its identity before, its receipt after.

A receipt is the proof that a batch is complete; it is written last, as ``receipt.json``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from isco.corrections import Verdict

if TYPE_CHECKING:
    from inference.decision import Coding


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
class Receipt(AnyReceipt):
    """What was done to one file of records.

    ``n_autocoded + n_corrected + n_fallback + n_empty == n_rows_out == n_rows_in``; ``n_corrected``
    rows have a code that a coder gave to their text before. ``n_review`` rows need a person
    (fallback and empty) and stand as ``n_review_texts`` distinct texts in ``review.csv``, without
    the empty ones, which nobody can decide. ``n_sampled`` of the autocoded rows were drawn at
    random to be checked.
    """

    model_version: str
    settings: dict[str, Any]
    started: str
    seconds: float = 0.0
    n_rows_in: int = 0
    n_rows_out: int = 0
    n_blank_lines: int = 0
    n_autocoded: int = 0
    n_fallback: int = 0
    n_empty: int = 0
    n_corrected: int = 0
    n_review: int = 0
    n_review_texts: int = 0
    n_sampled: int = 0
    notes: list[str] = field(default_factory=list)

    def count(self, codings: Sequence[Coding]) -> None:
        """Add one chunk of coded rows."""
        from inference.predictions import counts  # numpy: not in the process that only watches

        for name, n in counts(codings).items():
            setattr(self, name, getattr(self, name) + n)

    def summary(self) -> str:
        """Rows, seconds, rows/s, share autocoded, what is left to do."""
        n, seconds = self.n_rows_out, max(self.seconds, 0.001)
        share = self.n_autocoded / n if n else 0.0
        return (
            f"{n:,} rows in {seconds:.2f} s ({n / seconds:,.0f} rows/s), {share:.1%} autocoded, "
            f"{self.n_review_texts:,} text{'' if self.n_review_texts == 1 else 's'} to review"
        )


@dataclass(kw_only=True)
class CorrectionsReceipt(AnyReceipt):
    """What became of one corrections file. The verdicts add up to ``n_rows``.

    ``n_conflicts``: texts that had another code before, from an earlier line or file; the later one
    holds.
    """

    n_rows: int = 0
    n_conflicts: int = 0
    verdicts: dict[str, int] = field(default_factory=lambda: {str(v): 0 for v in Verdict})

    def summary(self) -> str:
        """How many lines got which verdict."""
        verdicts = ", ".join(f"{n} {verdict}" for verdict, n in self.verdicts.items() if n)
        return f"corrections, {verdicts}"


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
