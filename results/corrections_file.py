"""One corrections file → a verdict per line, and the accepted codes where the memory finds them.

It is a CSV or a workbook (``core/xlsx_table.py``).
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from core import xlsx_table
from core.corrections import (
    CORRECTED,
    N_RECORDS,
    PREDICTED,
    SAMPLED,
    Correction,
    apply_correction,
    open_corrections,
    read_corrections,
)
from core.csv_table import DELIMITERS, Table, Writer, neutralise, open_table
from core.settings import Settings
from inference.bundle import file_hash
from inference.corrections_lookup import CorrectionsLookup
from results.receipt import CorrectionsReceipt, now

VERDICTS = "corrections.csv"
VERDICT_COLUMNS = ("line", "text", CORRECTED, "isco_code", "verdict", "reason")


def holds_corrections(path: Path, settings: Settings) -> bool:
    """Whether ``path`` has a column of corrected codes with at least one code in it.

    A workbook is taken for nothing else.
    """
    if path.suffix.lower() == xlsx_table.SUFFIX:
        return True
    table = open_table(path, {CORRECTED: (CORRECTED,)}, required=())
    return CORRECTED in table.columns and any(
        table.get(row, CORRECTED).strip() for _, row in table.rows()
    )


def take_corrections(
    path: Path, out_dir: Path, corrections_lookup: CorrectionsLookup, settings: Settings
) -> CorrectionsReceipt:
    """Judge every line of ``path``, keep what is accepted, and report into ``out_dir``.

    Accepted codes and confirmed groups go to ``data.corrections_dir`` under a name made from the
    content: the same file again changes nothing. Raises InputError where the file cannot be read;
    then nothing of it is taken.
    """
    table, corrections = _read(path, settings)
    sha256 = file_hash(path)
    receipt = CorrectionsReceipt(
        input=path.name,
        sha256=sha256,
        batch_id=sha256[:12],
        encoding=table.encoding,
        delimiter=DELIMITERS[table.delimiter],
    )
    receipt.n_rows = len(corrections)
    receipt.verdicts.update(Counter(str(correction.status) for correction in corrections))
    target = settings.data.corrections_dir / f"{sha256[:12]}.csv"
    if target.exists():  # kept by an attempt that died before its verdicts were published
        corrections_lookup = CorrectionsLookup.load(
            target.parent, settings.data.columns, before=target.name
        )
    known = dict(corrections_lookup.codes)
    with (out_dir / VERDICTS).open("w", encoding="utf-8-sig", newline="") as file:
        writer = Writer(file, VERDICT_COLUMNS, table.delimiter)
        for correction in corrections:
            before = apply_correction(known, correction)
            receipt.n_conflicts += bool(before)
            conflict = f"replaces {before}: the later one holds" if before else ""
            reason = "; ".join(filter(None, [correction.reason, conflict]))
            writer.write([_cells(correction, reason)])
    _keep(corrections, target)
    receipt.finished = now()
    return receipt


def _read(path: Path, settings: Settings) -> tuple[Table, list[Correction]]:
    if path.suffix.lower() != xlsx_table.SUFFIX:
        table = open_corrections(path, settings.data.columns)
        return table, list(read_corrections(table))
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, path.name)  # errors name the workbook
        xlsx_table.write_as_csv(path, target)
        table = open_corrections(target, settings.data.columns)
        return replace(table, encoding="xlsx"), list(read_corrections(table))


def _cells(correction: Correction, reason: str) -> list[str]:
    return [
        str(correction.line),
        correction.text,
        neutralise(correction.written),
        correction.code,
        str(correction.status),
        reason,
    ]


def _keep(corrections: list[Correction], target: Path) -> None:
    """Write what a person decided, whole or not at all; never twice."""
    kept = [c for c in corrections if c.is_decided]
    if not kept or target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = Writer(file, ["text", CORRECTED, PREDICTED, N_RECORDS, SAMPLED])
        writer.write([c.text, c.code, c.predicted, str(c.n_drawn or ""), c.sampled] for c in kept)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, target)
