"""Tables of text as files of each format that is not delimited text, made by other libraries."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

Cells = Sequence[Sequence[str]]


def _xlsx(header: Sequence[str], rows: Cells) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for n_row, row in enumerate([header, *rows], start=1):
        for n_column, text in enumerate(row, start=1):
            if text:
                cell = sheet.cell(n_row, n_column, text)
                cell.data_type = "s"  # "=1+1" is a text, too
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _jsonl(header: Sequence[str], rows: Cells) -> bytes:
    records = (dict(zip(header, row, strict=True)) for row in rows)
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    return "".join(lines).encode()


def _parquet(header: Sequence[str], rows: Cells) -> bytes:
    columns = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def _statistics(
    write: Callable[[pd.DataFrame, str], None],
) -> Callable[[Sequence[str], Cells], bytes]:
    def written(header: Sequence[str], rows: Cells) -> bytes:
        with tempfile.NamedTemporaryFile() as file:
            write(pd.DataFrame(rows, columns=list(header)), file.name)
            return Path(file.name).read_bytes()

    return written


WRITERS: dict[str, Callable[[Sequence[str], Cells], bytes]] = {
    ".xlsx": _xlsx,
    ".jsonl": _jsonl,
    ".parquet": _parquet,
    ".sav": _statistics(pyreadstat.write_sav),
    ".dta": _statistics(pyreadstat.write_dta),
}
"""Ending → the bytes of a file with a header and rows of text."""

STATISTICS_SUFFIXES = (".sav", ".dta")
"""Their names of columns are those of variables, and texts have no spaces at their end."""


def kept_text(text: str, suffix: str) -> str:
    """Return what a file with this ending can hold of ``text``."""
    if suffix == ".xlsx":
        return text.replace("\r\n", "\n") if text.strip() else ""  # XML knows one line end
    return text.rstrip(" ") if suffix in STATISTICS_SUFFIXES else text


def kept_name(name: str, suffix: str) -> str:
    """Return the name of a column that a file with this ending can hold."""
    if suffix not in STATISTICS_SUFFIXES or (name.isidentifier() and len(name.encode()) <= 32):
        return name
    return "job_title"
