"""What holds of the reader for any bytes at all: for the corpus, hypothesis and the fuzzer."""

from __future__ import annotations

import csv
import time
from pathlib import Path

from core.csv_table import Table, Writer, open_table
from core.encoding import open_text
from core.errors import InputError
from core.settings import Columns

_ALIASES = Columns().model_dump()
_SLOW_S = 20.0  # for a few KB: that would be a hang


def check(content: bytes, folder: Path) -> InputError | None:
    """Read one input: why it was refused, or None. AssertionError for a broken promise.

    Refused means: with an InputError that says what to do. Read means: every row as long as the
    header; written by our writer, another strict reader reads it as it was; and where the file has
    no quotes, the fields are just what stands between the delimiters.
    """
    path = folder / "in.csv"
    path.write_bytes(content)
    begun_s = time.monotonic()
    try:
        table = open_table(path, _ALIASES, required=("job_title",))
        rows = [row for _, row in table.rows()]
    except InputError as error:
        assert error.found and error.expected and error.remedy and "\n" not in str(error)
        return error
    finally:
        assert time.monotonic() - begun_s < _SLOW_S, "it hangs"
    assert all(len(row) == len(table.header) for row in rows)
    _unchanged(path, table, rows)
    _written_and_read(folder / "out.csv", table, rows)
    return None


def _unchanged(path: Path, table: Table, rows: list[list[str]]) -> None:
    with open_text(path, table.encoding) as file:
        text = file.read()
    if '"' in text:
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    expected = [line.split(table.delimiter) for line in lines if line]
    assert [table.header, *rows] == expected, "a value was changed"


def _written_and_read(path: Path, table: Table, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        Writer(file, table.header).write(rows)
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file, strict=True))
    assert found == [table.header, *rows], "what was written reads otherwise"
