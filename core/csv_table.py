"""The CSV contract: a strict, streaming reader and an Excel-safe writer.

Every value is a string. A table is read completely or refused: no row is skipped, shifted, padded
or changed (``0110``, ``NA``, ``1e5`` and an id of 23 digits stay as they are). These are refused,
with the file, the line and the remedy: a missing or duplicate column, a row with more or fewer
fields than the header, a quote that is never closed, a field of more than 1,000,000 characters.

A blank line has no fields and is no record; ``Table.n_blank_lines`` counts them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TextIO

from core.encoding import Source, open_text, sniff
from core.errors import InputError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
MAX_FIELD_CHARS = 1_000_000
CHUNK_ROWS = 10_000

Row = list[str]
Aliases = Mapping[str, Sequence[str]]


@dataclass
class Table:
    """A delimited file whose header has been read.

    ``columns`` maps our name of a column (``"job_title"``) to its position in ``header``; a column
    that the file does not have is not in it. ``n_blank_lines`` is complete after the rows are read.
    """

    path: Source
    encoding: str
    delimiter: str
    header: Row
    columns: dict[str, int]
    n_blank_lines: int = field(default=0, init=False)

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Yield (line on which the record starts, its fields), each as long as the header.

        Raises InputError at the first row that is not; the rows yielded before it stay valid.
        """
        self.n_blank_lines = 0
        records = _records(self.path, self.encoding, self.delimiter)
        next(records)
        for line, row in records:
            if not row:
                self.n_blank_lines += 1
                continue
            if len(row) != len(self.header):
                raise InputError(
                    self.path,
                    f"{len(row)} fields",
                    expected=f"{len(self.header)} as in the header",
                    remedy="Put a field that contains the delimiter or a line break in quotes, "
                    "or export the file again.",
                    line=line,
                )
            yield line, row

    def chunks(self, n_rows: int = CHUNK_ROWS) -> Iterator[list[Row]]:
        """Yield the records in file order, ``n_rows`` at a time."""
        rows = (row for _, row in self.rows())
        while chunk := list(islice(rows, n_rows)):
            yield chunk

    def get(self, row: Row, column: str) -> str:
        """Return the field of one of our columns; ``""`` if the file has no such column."""
        position = self.columns.get(column)
        return "" if position is None else row[position]


def open_table(path: Source, aliases: Aliases, required: Iterable[str]) -> Table:
    """Return the table in ``path``, with its encoding, delimiter and columns detected.

    Parameters
    ----------
    aliases : our column name → the header names accepted for it, the preferred name first. Case,
        surrounding spaces, and the difference between space, hyphen and underscore are ignored.
    required : the columns without which the file is refused.

    Raises InputError if the file cannot be read as a table, or lacks a required column.
    """
    encoding = sniff(path)
    required = tuple(required)
    candidates: list[tuple[tuple[int, int, int], Table]] = []
    errors: list[InputError] = []
    for delimiter in DELIMITERS:
        try:
            header = next(_records(path, encoding, delimiter), (1, []))[1]
        except InputError as error:  # a quoted name is followed by another delimiter
            errors.append(error)
            continue
        columns = find_columns(header, aliases)
        n_required = sum(name in columns for name in required)
        score = n_required, len(columns), len(header)
        candidates.append((score, Table(path, encoding, delimiter, header, columns)))
    if not candidates:
        raise errors[0]
    # max() keeps the first of equals: a file with one column is read as comma-separated.
    _, table = max(candidates, key=lambda candidate: candidate[0])
    check_columns(path, table.header, table.columns, aliases, required, line=1)
    return table


def check_columns(
    path: Source,
    header: Sequence[str],
    columns: Mapping[str, int],
    aliases: Aliases,
    required: Iterable[str],
    line: int | None = None,
) -> None:
    """Raise InputError for a header without a required column, or with a duplicate column."""
    for name in required:
        if name not in columns:
            raise InputError(
                path,
                "the columns " + (", ".join(map(repr, header)) or "(none)"),
                expected=f"a column {name!r}, under one of the names {', '.join(aliases[name])}",
                remedy="Rename the column, or add its name to data.columns in config.yaml.",
                line=line,
            )
    seen: set[str] = set()
    for name in header:
        if _key(name) in seen:
            raise InputError(
                path,
                f"two columns called {name.strip()!r}",
                expected="every column name once",
                remedy="Rename or remove one of them.",
                line=line,
            )
        seen.add(_key(name))


def _records(path: Source, encoding: str, delimiter: str) -> Iterator[tuple[int, Row]]:
    """Yield (first line, fields) of every record, the header first."""
    csv.field_size_limit(MAX_FIELD_CHARS)
    with open_text(path, encoding) as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise _csv_error(path, line, str(error)) from None
            yield line, row


def _csv_error(path: Source, line: int, message: str) -> InputError:
    if "unexpected end of data" in message:
        return InputError(
            path,
            f"a quote opened in the record of line {line} that is never closed",
            expected='every opening " to have its closing "',
            remedy="Close the quote, or double a quote that is part of the text.",
            line=line,
        )
    if "field larger than field limit" in message:
        return InputError(
            path,
            f"a field of more than {MAX_FIELD_CHARS:,} characters",
            expected="shorter fields",
            remedy="Check for a quote that is opened there and closed much later, or never.",
            line=line,
        )
    return InputError(
        path,
        f"a quoted field that goes on after its closing quote ({message})",
        expected="a delimiter or the end of the line after a closing quote",
        remedy="Double a quote that is part of the text, and check for an unclosed one.",
        line=line,
    )


def _key(name: str) -> str:
    return name.strip().casefold().replace(" ", "_").replace("-", "_")


def find_columns(header: Sequence[str], aliases: Aliases) -> dict[str, int]:
    """Return our column name → position of its first alias in the header; no position twice."""
    positions: dict[str, int] = {}
    for position, name in enumerate(header):
        positions.setdefault(_key(name), position)
    columns: dict[str, int] = {}
    for column, names in aliases.items():
        matching = (positions[_key(name)] for name in names if _key(name) in positions)
        free = [position for position in matching if position not in columns.values()]
        if free:
            columns[column] = free[0]
    return columns


_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


def neutralise(cell: str) -> str:
    """Return ``cell``, changed so that a spreadsheet shows it as text and runs no formula."""
    return "'" + cell if cell.startswith(_FORMULA_START) else cell


class Writer:
    """Writes rows to an open text file, with quotes where needed and line ends of RFC 4180."""

    def __init__(self, file: TextIO, header: Sequence[str], delimiter: str = ",") -> None:
        # With "\n" alone the csv module would not quote a field with "\r": it would be read as two
        # records.
        self._writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        self._writer.writerow(header)

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        """Append ``rows`` in order."""
        self._writer.writerows(rows)
