"""Read corrections files: each row with ``corrected_isco_code`` gets a status.

A corrections file is a filled ``review.csv``, or has the columns ``text, corrected_isco_code`` or
``job_title, duties_description, corrected_isco_code``; other columns are ignored. A row without a
code is skipped. Excel removes the zero of ``0110``, ``0210`` and ``0310``; what remains is not a
code of any level, so the zero is restored, and the reason says so. A 3-digit code confirms a minor
group, and ``not codable`` says that no code fits: both are kept, but train nothing. A code may be
followed by its title, as in the drop-down of ``review.xlsx``.

Rows that ``review.csv`` marks as ``sampled`` were drawn at random among the autocoded ones. They
keep the code that was shown, so that the agreement rate can be estimated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.csv_table import Row, Table, open_table
from core.errors import InputError
from core.review_contract import (
    CORRECTED,
    CORRECTION_COLUMNS,
    N_RECORDS,
    PREDICTED,
    SAMPLED,
    TEXT,
)
from core.settings import Columns
from core.taxonomy import MINOR, UNIT, isco08
from core.text import DUTIES, EMPTY_TEXT, JOB_TITLE, SEPARATOR, clean, join, row_text

NOT_CODABLE = "not codable"
_WITHOUT_ZERO = {code.lstrip("0"): code for code in isco08().units if code.startswith("0")}


class CorrectionStatus(StrEnum):
    """The outcome of one row of a corrections file."""

    ACCEPTED = "accepted"
    """The text gets this unit group."""
    RESTORED = "restored"
    """Accepted, after the zero that Excel removed was restored."""
    GROUP = "group_only"
    """The code is a minor group: it confirms three digits and trains nothing."""
    NOT_CODABLE = "not_codable"
    """A person decided that no code fits: kept, and it trains nothing."""
    SKIPPED = "skipped"
    """No code was filled in."""
    REJECTED = "rejected"
    """The code is not in ISCO-08, or there is no text."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One row of a corrections file.

    ``line`` is its line in the file, ``text`` the cleaned text, ``written`` the code as it was
    typed, without its title, ``code`` the code that was read from it; ``reason`` explains the
    status.

    ``sampled`` names the random sample that the row was drawn into, or is empty. ``predicted`` is
    the code that was shown then, ``n_drawn`` how many of the drawn records have this text.
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

    @property
    def is_accepted(self) -> bool:
        """Whether the text gets a unit group."""
        return self.status in (CorrectionStatus.ACCEPTED, CorrectionStatus.RESTORED)

    @property
    def is_decided(self) -> bool:
        """Whether a person decided about the text, so that the row is kept."""
        return self.is_accepted or self.status in (
            CorrectionStatus.GROUP,
            CorrectionStatus.NOT_CODABLE,
        )


def parse_code(written: str) -> str | None:
    """Return the code of any level that ``written`` means, or None.

    A title may follow it. The zero that Excel removes from 0110, 0210 and 0310 is restored.
    """
    code = written.partition(" ")[0]
    code = _WITHOUT_ZERO.get(code, code)
    return code if code in isco08() else None


def apply_correction(codes: dict[str, str], correction: Correction) -> str | None:
    """Change ``codes`` (text → unit group) by one more correction; the later one wins.

    A group of three digits confirms a code that lies in it and removes any other; "not codable"
    removes every code. Returns the code of the text that was replaced or removed, or None.
    """
    previous = codes.get(correction.text)
    if correction.is_accepted:
        codes[correction.text] = correction.code
        return previous if previous != correction.code else None
    if previous and correction.is_decided and not previous.startswith(correction.code):
        return codes.pop(correction.text)
    return None


def open_corrections(path: Path, columns: Columns) -> Table:
    """Open a corrections file; raises InputError where it has no column of codes or of texts."""
    aliases = {**columns.model_dump(), **{name: (name,) for name in CORRECTION_COLUMNS}}
    table = open_table(path, aliases, required=(CORRECTED,))
    if TEXT not in table.columns and JOB_TITLE not in table.columns:
        raise InputError(
            path,
            "the columns " + ", ".join(map(repr, table.header)),
            expected=f"{TEXT!r}, or {JOB_TITLE!r} with or without {DUTIES!r}, beside {CORRECTED!r}",
            remedy="Send the filled review.csv with all its columns.",
            line=1,
        )
    return table


def read_corrections(table: Table) -> Iterator[Correction]:
    """Yield every row of an opened corrections file, in file order."""
    for line, row in table.rows():
        if TEXT in table.columns:
            written_text = table.get(row, TEXT)
            is_joined = SEPARATOR in written_text
            text = clean(written_text) if is_joined else join(written_text)
        else:
            text = row_text(table, row)
        written = _without_title(table.get(row, CORRECTED).strip())
        status, code, reason = _judge(text, written)
        yield Correction(
            line=line,
            text=text,
            written=written,
            code=code,
            status=status,
            reason=reason,
            **_sample(table, row),
        )


FolderState = tuple[tuple[str, int, int], ...]
"""(name, mtime in ns, size) of every corrections file of a folder, oldest first."""


def folder_state(corrections_dir: Path) -> FolderState:
    """Return the corrections files of a folder, oldest first; none where there is no folder.

    While this is the same, reading the folder again gives the same corrections.
    """
    stats = ((path.name, path.stat()) for path in corrections_dir.glob("*.csv"))
    files = [(name, stat.st_mtime_ns, stat.st_size) for name, stat in stats]
    return tuple(sorted(files, key=lambda file: (file[1], file[0])))


def read_folder(
    corrections_dir: Path, columns: Columns, before: str | None = None
) -> Iterator[tuple[str, Correction]]:
    """Yield (file name, correction) of every row of every corrections file, oldest file first.

    ``before``: stop before the file of this name. Raises InputError for a file that cannot be read.
    """
    for name, _, _ in folder_state(corrections_dir):
        if name == before:
            return
        for correction in read_corrections(open_corrections(corrections_dir / name, columns)):
            yield name, correction


def _sample(table: Table, row: Row) -> dict[str, Any]:
    """Return the values of the random sample; none where the row has none, or damaged ones."""
    sampled = table.get(row, SAMPLED).strip()
    n_drawn = table.get(row, N_RECORDS).strip()
    predicted = table.get(row, PREDICTED).strip()
    predicted = _WITHOUT_ZERO.get(predicted, predicted)
    is_count = re.fullmatch(r"[1-9][0-9]{0,3}", n_drawn)
    if not (sampled and is_count and predicted in isco08().units):
        return {}
    return {"sampled": sampled, "predicted": predicted, "n_drawn": int(n_drawn)}


def _without_title(written: str) -> str:
    """Return ``written`` without the title of its code, if it has one and nothing else."""
    code, _, title = written.partition(" ")
    return code if title and isco08().titles.get(code) == title else written


def _judge(text: str, written: str) -> tuple[CorrectionStatus, str, str]:
    """Return the status of a row, the code that was read from ``written``, and the reason."""
    if not written:
        return CorrectionStatus.SKIPPED, "", ""
    if text == EMPTY_TEXT:
        reason = "there is no text: the code would be given to every empty record"
        return CorrectionStatus.REJECTED, "", reason
    if re.sub(r"[\s_-]+", " ", written).casefold() == NOT_CODABLE:
        reason = "no code fits: kept, but it trains nothing"
        return CorrectionStatus.NOT_CODABLE, NOT_CODABLE, reason
    if written in isco08():
        if len(written) == UNIT:
            return CorrectionStatus.ACCEPTED, written, ""
        if len(written) == MINOR:
            reason = "a minor group: kept, but it trains nothing"
            return CorrectionStatus.GROUP, written, reason
    if written in _WITHOUT_ZERO:
        code = _WITHOUT_ZERO[written]
        reason = f"read as {code}: a spreadsheet dropped the leading zero"
        return CorrectionStatus.RESTORED, code, reason
    reason = "not one of the 436 unit groups of ISCO-08 (4 digits)"
    return CorrectionStatus.REJECTED, "", reason
