"""What a coder is asked: one row per distinct text that the model is not sure of.

Highest expected gain first, (1 − confidence) × copies: the rows where an hour of work repairs the
most records (Berardi, Esuli, Sebastiani 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inference.decision import N_CANDIDATES, Coding
from isco.tables import Writer, neutralise
from isco.taxonomy import isco08

REVIEW_COLUMNS = (
    "text", "n_records", "job_title", "duties_description",
    "predicted_code", "predicted_title", "confidence",
    *(f"candidate_{k}{part}" for k in range(1, N_CANDIDATES + 1)
      for part in ("", "_title", "_confidence")),
    "corrected_isco_code",
)  # fmt: skip


@dataclass(slots=True)
class _Uncertain:
    """A distinct text with the words of the first record that had it."""

    job_title: str
    duties_description: str
    coding: Coding
    n_records: int = 0

    @property
    def gain(self) -> float:
        return (1 - self.coding.confidence) * self.n_records


class Review:
    """The uncertain texts of one batch."""

    def __init__(self) -> None:
        self._texts: dict[str, _Uncertain] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, text: str, job_title: str, duties_description: str, coding: Coding) -> None:
        """Count one record with this text."""
        entry = self._texts.setdefault(text, _Uncertain(job_title, duties_description, coding))
        entry.n_records += 1

    def write(self, path: Path, delimiter: str) -> None:
        """Write ``review.csv``: UTF-8 with BOM and the input's delimiter, as its Excel wants it."""
        ranked = sorted(self._texts.items(), key=lambda item: (-item[1].gain, item[0]))
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = Writer(file, REVIEW_COLUMNS, delimiter)
            writer.write(_cells(text, entry) for text, entry in ranked)


def _cells(text: str, entry: _Uncertain) -> list[str]:
    titles, coding = isco08().titles, entry.coding
    cells = [
        text,
        str(entry.n_records),
        neutralise(entry.job_title),
        neutralise(entry.duties_description),
        coding.isco_code,
        titles[coding.isco_code],
        f"{coding.confidence:.4f}",
    ]
    for code, confidence in coding.candidates:
        cells += [code, titles[code], f"{confidence:.4f}"]
    return [*cells, ""]
