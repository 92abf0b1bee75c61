"""One corrections file → a status per row, and a file of the accepted codes for the lookup.

The input is a CSV or a workbook (``core/xlsx_table.py``).
"""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from core import xlsx_table
from core.corrections.correction import (
    Correction,
    apply_correction,
    open_corrections,
    read_corrections,
)
from core.csv_table import DELIMITERS, Table, Writer, neutralise, open_table
from core.file_io import sha256_of, utc_now, write_atomic
from core.review_contract import CORRECTED, CORRECTION_COLUMNS, TEXT
from core.settings import Settings
from inference.corrections_lookup import CorrectionsLookup
from results.receipt import CorrectionsReceipt

CORRECTIONS = "corrections.csv"
CORRECTIONS_COLUMNS = ("line", TEXT, CORRECTED, "isco_code", "status", "reason")


def is_corrections_file(path: Path, settings: Settings) -> bool:
    """Return whether ``path`` has a column of corrected codes with at least one code in it.

    A workbook is always read as a corrections file.
    """
    if path.suffix.lower() == xlsx_table.SUFFIX:
        return True
    table = open_table(path, {CORRECTED: (CORRECTED,)}, (), settings.data.encoding)
    return CORRECTED in table.columns and any(
        table.get(row, CORRECTED).strip() for _, row in table.rows()
    )


def process_corrections(
    path: Path, out_dir: Path, corrections_lookup: CorrectionsLookup, settings: Settings
) -> CorrectionsReceipt:
    """Write the status of every row to ``out_dir``, keep what is accepted, and return the receipt.

    Accepted codes and confirmed groups are kept in ``data.corrections_dir``, in a file named after
    the content of ``path``: the same file a second time changes nothing. Raises InputError if the
    file cannot be read; then nothing of it is kept.
    """
    table, corrections = _read(path, settings)
    sha256 = sha256_of(path)
    receipt = CorrectionsReceipt(
        input=path.name,
        sha256=sha256,
        batch_id=sha256[:12],
        encoding=table.encoding,
        delimiter=DELIMITERS[table.delimiter],
    )
    receipt.n_rows = len(corrections)
    receipt.statuses.update(Counter(str(correction.status) for correction in corrections))
    kept_path = settings.data.corrections_dir / f"{sha256[:12]}.csv"
    if kept_path.exists():  # written by an attempt that ended before its results were published
        corrections_lookup = CorrectionsLookup.load(
            kept_path.parent, settings.data.columns, before=kept_path.name
        )
    codes = dict(corrections_lookup.codes)
    with (out_dir / CORRECTIONS).open("w", encoding="utf-8-sig", newline="") as file:
        writer = Writer(file, CORRECTIONS_COLUMNS, table.delimiter)
        for correction in corrections:
            replaced = apply_correction(codes, correction)
            receipt.n_conflicts += replaced is not None
            writer.write([_cells(correction, replaced)])
    _keep(corrections, kept_path)
    receipt.finished = utc_now()
    return receipt


def _read(path: Path, settings: Settings) -> tuple[Table, list[Correction]]:
    if path.suffix.lower() != xlsx_table.SUFFIX:
        table = open_corrections(path, settings.data.columns, settings.data.encoding)
        return table, list(read_corrections(table))
    with tempfile.TemporaryDirectory() as scratch:
        csv_path = Path(scratch, path.name)  # under this name, so that errors name the workbook
        xlsx_table.write_as_csv(path, csv_path)
        table = open_corrections(csv_path, settings.data.columns)
        return replace(table, encoding="xlsx"), list(read_corrections(table))


def _cells(correction: Correction, replaced: str | None) -> list[str]:
    reasons = [correction.reason] if correction.reason else []
    if replaced is not None:
        reasons.append(f"replaces {replaced}: the later correction is used")
    return [
        str(correction.line),
        correction.text,
        neutralise(correction.written),
        correction.code,
        str(correction.status),
        "; ".join(reasons),
    ]


def _keep(corrections: list[Correction], path: Path) -> None:
    """Write the decided corrections to ``path``, whole or not at all; an existing file stays."""
    decided = [correction for correction in corrections if correction.is_decided]
    if not decided or path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with io.StringIO(newline="") as content:
        writer = Writer(content, CORRECTION_COLUMNS)
        writer.write(_kept_cells(correction) for correction in decided)
        write_atomic(path, content.getvalue(), is_durable=True)


def _kept_cells(correction: Correction) -> list[str]:
    """Return the values of ``CORRECTION_COLUMNS``."""
    return [
        correction.text,
        correction.code,
        correction.predicted,
        str(correction.n_drawn or ""),
        correction.sampled,
    ]
