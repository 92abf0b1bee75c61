"""Properties of the CSV reader for any bytes, used with the corpus, hypothesis and the fuzzer."""

from __future__ import annotations

import csv
import time
from pathlib import Path

from core.csv_table import Table, open_table
from core.csv_writer import Writer
from core.encoding import open_text
from core.errors import InputError
from core.settings import Columns

_ALIASES = Columns().model_dump()
_TIMEOUT_S = 20.0  # for a few KB


def check(content: bytes, folder: Path) -> InputError | None:
    """Read one input, and return the error that refused it, or None.

    Raises AssertionError if a property is violated. A refused input has an InputError with a
    remedy. Of an input that is read, every row is as long as the header; what our writer writes is
    read back unchanged by another strict reader; and if the file has no quotes, the fields are
    exactly the parts between the delimiters.
    """
    path = folder / "in.csv"
    path.write_bytes(content)
    start_s = time.monotonic()
    try:
        table = open_table(path, _ALIASES, required=("job_title",))
        rows = [row for _, row in table.rows()]
    except InputError as error:
        assert error.found and error.expected and error.remedy and "\n" not in str(error)
        return error
    finally:
        assert time.monotonic() - start_s < _TIMEOUT_S, "the reader hangs"
    assert all(len(row) == len(table.header) for row in rows)
    _check_unchanged(path, table, rows)
    _check_round_trip(folder / "out.csv", table, rows)
    return None


def _check_unchanged(path: Path, table: Table, rows: list[list[str]]) -> None:
    with open_text(path, table.encoding) as file:
        text = file.read()
    if '"' in text:
        return
    layout = table.layout
    assert layout is not None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[layout.n_lines_above :]
    width = len(table.header)
    filled = [
        line
        for line in lines
        if line.strip("\x1a")  # how DOS ends a file
        and (line.strip() or width == 1 or table.delimiter in line)  # spaces are a blank line
    ]
    first, *fields = [line.split(table.delimiter) for line in filled]
    assert first == table.header[layout.has_row_names :], "a name was changed"
    records = fields[len(layout.further_headers) :]
    assert len(records) == len(rows), "a row was lost"
    for row, record in zip(rows, records, strict=True):
        n = len(record)
        assert (row[:n], any(row[n:])) == (record[: len(row)], False), "a value was changed"
        assert not any(cell.strip() for cell in record[len(row) :]), "a value was lost"


def _check_round_trip(path: Path, table: Table, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        Writer(file, table.header).write(rows)
    with path.open(encoding="utf-8", newline="") as file:
        read_rows = list(csv.reader(file, strict=True))
    assert read_rows == [table.header, *rows], "the written file is read differently"
