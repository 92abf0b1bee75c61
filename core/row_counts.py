"""Count the records of a result by their outcome: the same counts in every receipt."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(kw_only=True)
class RowCounts:
    """The records of a chunk, a shard, a file or a distributed run.

    ``n_autocoded + n_corrected + n_fallback + n_empty == n_rows_out == n_rows_in``; ``n_corrected``
    records have a code that a coder gave to their text before. ``n_review`` records need a person
    (fallback and empty). ``n_review_texts`` are the distinct texts to review, without the empty
    ones, which nobody can decide.
    """

    n_rows_in: int = 0
    n_rows_out: int = 0
    n_autocoded: int = 0
    n_fallback: int = 0
    n_empty: int = 0
    n_corrected: int = 0
    n_review: int = 0
    n_review_texts: int = 0

    def add(self, other: RowCounts) -> None:
        """Add the counts of ``other``."""
        for count in fields(RowCounts):
            total = getattr(self, count.name) + getattr(other, count.name)
            setattr(self, count.name, total)

    def sentence(self, seconds: float) -> str:
        """Return one line: rows, seconds, rows/s, share autocoded, texts to review."""
        n = self.n_rows_out
        duration = f"{seconds:,.0f}" if seconds >= 100 else f"{seconds:.2f}"
        share = self.n_autocoded / n if n else 0.0
        return (
            f"{n:,} rows in {duration} s ({n / max(seconds, 0.001):,.0f} rows/s), {share:.1%} "
            f"autocoded, {self.n_review_texts:,} text{'' if self.n_review_texts == 1 else 's'} "
            "to review"
        )
