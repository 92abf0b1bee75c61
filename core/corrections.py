"""What coders corrected: a file with ``corrected_isco_code``, read row by row with a verdict each.

Accepted are a filled ``review.csv``, ``text, corrected_isco_code``, and ``job_title,
duties_description, corrected_isco_code``; other columns do not matter. A row without a code is no
correction. Excel takes the zero off ``0110``, ``0210`` and ``0310``; what is left is no code of any
level, so it is put back, and said. A 3-digit code confirms a minor group, and ``not codable`` says
that no code fits: both are kept apart. A code may be followed by its title, as in the drop-down of
``review.xlsx``.

Rows that ``review.csv`` marks as ``sampled`` were drawn at random among the autocoded: they carry
the code that was shown, so that agreement can be estimated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
_ROBBED = {code.lstrip("0"): code for code in isco08().units if code.startswith("0")}


class CorrectionStatus(StrEnum):
    """What became of one row of a corrections file."""

    ACCEPTED = "accepted"
    """The text has this unit group from now on."""
    RESTORED = "restored"
    """Accepted, after a zero that Excel took was put back."""
    GROUP = "group_only"
    """A minor group: it confirms three digits and trains nothing."""
    NOT_CODABLE = "not_codable"
    """No code fits, said a person: kept, and it trains nothing."""
    SKIPPED = "skipped"
    """No code was filled in."""
    REJECTED = "rejected"
    """No code of ISCO-08, or no text."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One row: its line, the cleaned text, the code as written, as understood, and why.

    ``sampled`` names the random sample that the row was drawn into, or is empty; ``predicted`` is
    the code that was shown then, ``n_drawn`` how many of the records drawn have this text.
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
    def counts(self) -> bool:
        """Whether the text has a new unit group."""
        return self.status in (CorrectionStatus.ACCEPTED, CorrectionStatus.RESTORED)

    @property
    def is_decided(self) -> bool:
        """Whether a person said something of the text that is worth keeping."""
        return self.counts or self.status in (CorrectionStatus.GROUP, CorrectionStatus.NOT_CODABLE)


def understood(written: str) -> str:
    """The code of any level that ``written`` means, ``""`` for none.

    A title may follow it, and the zero that Excel takes off 0110, 0210 and 0310 is put back.
    """
    code = written.partition(" ")[0]
    code = _ROBBED.get(code, code)
    return code if code in isco08() else ""


def apply_correction(codes: dict[str, str], correction: Correction) -> str | None:
    """Change ``codes`` (text → unit group) by one more correction; the later one wins.

    A group of three digits confirms a code that lies in it and removes any other; "not codable"
    removes every code. Returns the code of the text that was replaced or removed, or None.
    """
    previous = codes.get(correction.text)
    if correction.counts:
        codes[correction.text] = correction.code
        return previous if previous != correction.code else None
    if previous and correction.is_decided and not previous.startswith(correction.code):
        return codes.pop(correction.text)
    return None


def open_corrections(path: Path, columns: Columns) -> Table:
    """Open a corrections file; InputError where it has no codes or nothing that they belong to."""
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
        correction = _judge(line, text, table.get(row, CORRECTED).strip())
        yield replace(correction, **_sample(table, row))


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
    """What a row says of the random sample; nothing where it is of none, or damaged."""
    sampled, n_drawn = table.get(row, SAMPLED).strip(), table.get(row, N_RECORDS).strip()
    shown = table.get(row, PREDICTED).strip()
    shown = _ROBBED.get(shown, shown)
    is_count = re.fullmatch(r"[1-9][0-9]{0,3}", n_drawn)
    if not (sampled and is_count and shown in isco08().units):
        return {}
    return {"sampled": sampled, "predicted": shown, "n_drawn": int(n_drawn)}


def _judge(line: int, text: str, written: str) -> Correction:
    if not written:
        return Correction(line, text, written, "", CorrectionStatus.SKIPPED)
    if text == EMPTY_TEXT:
        reason = "there is no text: the code would hold for every empty answer"
        return Correction(line, text, written, "", CorrectionStatus.REJECTED, reason)
    if re.sub(r"[\s_-]+", " ", written).casefold() == NOT_CODABLE:
        reason = "no code fits: kept, but it trains nothing"
        return Correction(line, text, written, NOT_CODABLE, CorrectionStatus.NOT_CODABLE, reason)
    code, _, title = written.partition(" ")
    if title and isco08().titles.get(code) == title:
        written = code
    if written in isco08():
        if len(written) == UNIT:
            return Correction(line, text, written, written, CorrectionStatus.ACCEPTED)
        if len(written) == MINOR:
            reason = "a minor group: kept, but it trains nothing"
            return Correction(line, text, written, written, CorrectionStatus.GROUP, reason)
    if written in _ROBBED:
        reason = f"read as {_ROBBED[written]}: a spreadsheet dropped the leading zero"
        return Correction(line, text, written, _ROBBED[written], CorrectionStatus.RESTORED, reason)
    reason = "not one of the 436 unit groups of ISCO-08 (4 digits)"
    return Correction(line, text, written, "", CorrectionStatus.REJECTED, reason)
