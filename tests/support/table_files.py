"""The same records as a file of each format that is read, made by other programs' libraries."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from tests.support.external_programs import save_as

HEADER = ["id", "job_title", "duties", "since", "hours", "is_union", "site_code"]
RECORDS: list[list[object]] = [
    [1, "Registered nurse", "medicines on a ward", dt.date(2020, 2, 29), 38.5, True, "0110"],
    [2, "Łukasz's bus driver", 'fares, "tickets"', dt.date(1999, 12, 31), 40.0, False, "NA"],
    [3, "carpenter", None, None, None, None, "1e5"],
]
TEXTS = [
    ["1", "Registered nurse", "medicines on a ward", "2020-02-29", "38.5", "true", "0110"],
    ["2", "Łukasz's bus driver", 'fares, "tickets"', "1999-12-31", "40", "false", "NA"],
    ["3", "carpenter", "", "", "", "", "1e5"],
]
"""What is read of them. Stata and SPSS have no true and false, and LibreOffice writes 1 to .ods."""


def write_delimited(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([HEADER, *TEXTS])
    return path


def write_packed(path: Path, write: Callable[[Path], Path] = write_delimited) -> Path:
    text = write(path.with_name("unpacked"))
    path.write_bytes(gzip.compress(text.read_bytes()))
    text.unlink()
    return path


def write_jsonl(path: Path) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for record in RECORDS:
            values = [v.isoformat() if isinstance(v, dt.date) else v for v in record]
            line = {k: v for k, v in zip(HEADER, values, strict=True) if v is not None}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path


def write_xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in [HEADER, *RECORDS]:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def write_parquet(path: Path) -> Path:
    columns = dict(zip(HEADER, zip(*RECORDS, strict=True), strict=True))
    pq.write_table(pa.table({name: list(values) for name, values in columns.items()}), path)
    return path


def _frame() -> pd.DataFrame:
    frame = pd.DataFrame(RECORDS, columns=HEADER)
    frame["is_union"] = frame["is_union"].astype(float)
    frame["hours"] = frame["hours"].astype(float)
    return frame.fillna({"duties": ""})


def write_sav(path: Path) -> Path:
    pyreadstat.write_sav(_frame(), str(path))
    return path


def write_dta(path: Path) -> Path:
    pyreadstat.write_dta(_frame(), str(path))
    return path


def write_by_office(path: Path) -> Path:
    """Write .xls or .ods with LibreOffice."""
    folder = path.parent / f"office-{path.suffix[1:]}"
    folder.mkdir()
    book = write_xlsx(folder / f"{path.stem}.xlsx")
    save_as(book, path.suffix[1:], folder).rename(path)
    return path


WRITERS: dict[str, Callable[[Path], Path]] = {
    ".csv": write_delimited,
    ".tsv": lambda path: write_delimited(path, "\t"),
    ".tab": lambda path: write_delimited(path, "\t", "utf-8-sig"),
    ".txt": lambda path: write_delimited(path, ";", "utf-16"),
    ".csv.gz": write_packed,
    ".tsv.gz": lambda path: write_packed(path, lambda text: write_delimited(text, "\t")),
    ".tab.gz": lambda path: write_packed(
        path, lambda text: write_delimited(text, "\t", "utf-8-sig")
    ),
    ".txt.gz": lambda path: write_packed(path, lambda text: write_delimited(text, ";", "utf-16")),
    ".jsonl": write_jsonl,
    ".jsonl.gz": lambda path: write_packed(path, write_jsonl),
    ".xlsx": write_xlsx,
    ".parquet": write_parquet,
    ".dta": write_dta,
    ".sav": write_sav,
}
"""How a file of each format is written without LibreOffice."""


def texts_of(suffix: str) -> list[list[str]]:
    """Return what is read of a file with this ending."""
    if suffix not in (".dta", ".sav", ".ods"):
        return TEXTS
    booleans = {"true": "1", "false": "0"}
    return [[booleans.get(cell, cell) for cell in row] for row in TEXTS]
