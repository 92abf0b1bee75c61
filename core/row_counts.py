"""Count records: by their outcome for every receipt, and as they are done for a display."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

Progress = Callable[[int], None]
"""Receives the number of records done since the last call; 0 while there is only to wait."""


def no_progress(n_done: int) -> None:
    """Show nothing."""


def quantity(n: int, singular: str, plural: str = "") -> str:
    """Return ``n`` with its words: "1 row", "1,200 rows". The plural has an s if none is given."""
    return f"{n:,} {singular if n == 1 else plural or f'{singular}s'}"


@dataclass(kw_only=True)
class RowCounts:
    """The records of a chunk, a shard, a file or a distributed run.

    ``n_autocoded + n_corrected + n_not_codable + n_fallback + n_too_unsure + n_empty + n_not_stated
    + n_not_working == n_rows_out == n_rows_in``. ``n_corrected`` records have a code that a coder
    gave to their text before; of the text of ``n_not_codable`` a coder decided that no code fits.
    ``n_too_unsure`` records have no code, because no group was probable enough. ``n_not_stated``
    and ``n_not_working`` records hold no answer ("refused", "retired"). ``n_review`` records need a
    person (fallback, too unsure and empty). ``n_review_texts`` are the distinct texts to review,
    without the empty ones, which nobody can decide.

    ``n_truncated`` records have a text longer than the network reads. ``n_lost_letters`` records
    have U+FFFD, ``n_encoded_twice`` letters that were encoded twice (``core/letters/damage.py``).
    ``n_formulas`` records have a cell that a spreadsheet may run as a formula.
    """

    n_rows_in: int = 0
    n_rows_out: int = 0
    n_autocoded: int = 0
    n_fallback: int = 0
    n_too_unsure: int = 0
    n_empty: int = 0
    n_not_stated: int = 0
    n_not_working: int = 0
    n_corrected: int = 0
    n_not_codable: int = 0
    n_review: int = 0
    n_review_texts: int = 0
    n_truncated: int = 0
    n_lost_letters: int = 0
    n_encoded_twice: int = 0
    n_formulas: int = 0

    @property
    def n_non_answers(self) -> int:
        """The records whose text is no answer."""
        return self.n_not_stated + self.n_not_working

    @property
    def n_answers(self) -> int:
        """The records that hold an answer: shares are shares of these."""
        return self.n_rows_out - self.n_non_answers - self.n_empty

    @property
    def settled_rate(self) -> float:
        """Share of the answers that nobody is asked about; NaN without answers.

        What people decided before belongs to it: else a taught model would seem to get worse.
        """
        n_settled = self.n_autocoded + self.n_corrected + self.n_not_codable
        return n_settled / self.n_answers if self.n_answers else math.nan

    def add(self, other: RowCounts) -> None:
        """Add the counts of ``other``."""
        for count in fields(RowCounts):
            total = getattr(self, count.name) + getattr(other, count.name)
            setattr(self, count.name, total)

    def sentence(self, seconds: float) -> str:
        """Return one line: rows, seconds, rows/s, shares by model and people, review, the others.

        What people decided is no longer autocoded: without its share a taught model seems worse.
        """
        n = self.n_rows_out
        others = f", {self.n_non_answers:,} without an answer" if self.n_non_answers else ""
        others += f", {self.n_empty:,} empty" if self.n_empty else ""
        duration = f"{seconds:,.0f}" if seconds >= 100 else f"{seconds:.2f}"
        shares = "nothing to code"
        if self.n_answers:
            shares = f"{self.n_autocoded / self.n_answers:.1%} autocoded"
            decided = {"by corrections": self.n_corrected, "not codable": self.n_not_codable}
            for words, n_decided in decided.items():  # as in the report
                shares += f", {n_decided / self.n_answers:.1%} {words}" if n_decided else ""
        return (
            f"{quantity(n, 'row')} in {duration} s "
            f"({n / max(seconds, 0.001):,.0f} rows/s), {shares}, "
            f"{quantity(self.n_review_texts, 'text')} to review{others}"
        )
