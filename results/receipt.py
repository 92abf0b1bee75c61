"""What is known about a file and its batch: its identity before it is processed, its receipt after.

A receipt proves that a batch is complete. It is written last, as ``receipt.json``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.corrections.correction import Correction, CorrectionStatus
from core.row_counts import RowCounts
from inference.versions import software_versions


@dataclass(frozen=True)
class Identity:
    """What a file is: its content, the id of its batch, and the version that codes it."""

    sha256: str
    batch_id: str
    model_version: str
    is_corrections: bool


@dataclass(kw_only=True)
class AnyReceipt:
    """The fields of every receipt.

    ``sha256`` is the hash of the input. ``claim`` is the id of the claim on the input: a daemon
    that starts after a crash finds the results of a claim by it, whichever model made them.
    ``inbox_folder`` is the folder in the inbox that the input was in, empty where it was in none.
    ``format`` is that of the input's content, such as ``csv`` or ``xlsx`` (``FileFormat``).
    ``files`` has the SHA-256 of every other file of the batch. ``versions`` has the versions of
    isco-coder, onnxruntime and tokenizers. Times are UTC, ISO 8601.
    """

    input: str
    sha256: str
    batch_id: str
    encoding: str
    delimiter: str
    format: str = "csv"
    finished: str = ""
    claim: str = ""
    inbox_folder: str = ""
    files: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=software_versions)

    def summary(self) -> str:
        """Return what was done, in one line."""
        raise NotImplementedError


@dataclass(kw_only=True)
class Receipt(RowCounts, AnyReceipt):
    """What was done to one file of records.

    ``columns`` maps our name of a column to the header name that was read, ``other_columns`` to the
    header names that fit it as well. ``n_sampled`` of the autocoded records were drawn at random
    for checking. They stand in ``review.csv`` among the uncertain texts. ``calibration`` has the
    fields of ``OfficeCalibration`` (``inference/office/office_calibration.py``).
    """

    model_version: str
    settings: dict[str, Any]
    started: str
    seconds: float = 0.0
    columns: dict[str, str] = field(default_factory=dict)
    other_columns: dict[str, list[str]] = field(default_factory=dict)
    calibration: dict[str, Any] = field(default_factory=dict)
    n_blank_lines: int = 0
    n_sampled: int = 0
    notes: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """Return what was done, in one line."""
        return self.sentence(self.seconds)


@dataclass(kw_only=True)
class CorrectionsReceipt(AnyReceipt):
    """What became of one corrections file.

    ``statuses`` counts the rows by ``CorrectionStatus`` (``core/corrections/correction.py``); the
    counts add up to ``n_rows``. ``n_conflicts`` counts the rows that replace an earlier answer,
    from an earlier line or file, by another one, or withdraw it. Of the decided rows
    ``n_never_asked`` have a text that no batch had; of ``n_maybe_asked`` that cannot be known.
    ``n_not_drawn`` rows name a random sample that they were not drawn into. ``n_doubted`` rows hold
    for their own texts alone.
    """

    n_rows: int = 0
    n_conflicts: int = 0
    n_never_asked: int = 0
    n_maybe_asked: int = 0
    n_not_drawn: int = 0
    n_doubted: int = 0
    notes: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(
        default_factory=lambda: {str(status): 0 for status in CorrectionStatus}
    )

    def count(self, correction: Correction, status: CorrectionStatus, *, is_conflict: bool) -> None:
        """Count a row; ``is_conflict``: its text had another code before."""
        self.n_rows += 1
        self.statuses[status] += 1
        self.n_conflicts += is_conflict
        self.n_doubted += correction.is_doubted and correction.is_decided

    def summary(self) -> str:
        """Return how many rows have which status."""
        counts = [f"{n} {status}" for status, n in self.statuses.items() if n]
        if n := self.n_conflicts:
            counts.append(
                "1 replaces an earlier answer" if n == 1 else f"{n} replace earlier answers"
            )
        counts += [
            f"{n} {words}"
            for n, words in (
                (self.n_never_asked, "never asked: no batch had the text"),
                (self.n_not_drawn, "not drawn into the sample that they name"),
                (self.n_doubted, "in doubt: they teach nothing about other texts"),
            )
            if n
        ]
        return f"corrections, {', '.join(counts) or 'no rows'}"
