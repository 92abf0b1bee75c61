"""Parse the lines of a delimited text into rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from core.delimited.format_errors import MAX_FIELD_CHARS, csv_error
from core.encoding import open_text
from core.errors import InputError
from core.formats.source import Row, Source

if TYPE_CHECKING:
    from _csv import Reader

HEAD_LINES = 200
"""So many lines from the start of a file tell its layout."""
_MAX_HEAD_CHARS = 1 << 20


def parsed_leniently(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield the rows up to the first one that cannot be parsed."""
    try:
        yield from _strict_reader(lines, delimiter)
    except csv.Error:
        return


def _strict_reader(lines: Iterable[str], delimiter: str) -> Reader:
    csv.field_size_limit(MAX_FIELD_CHARS)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def head_lines(path: Source, encoding: str) -> list[str]:
    """Return the first physical lines of the file, with their ends."""
    lines: list[str] = []
    n_chars = 0
    with open_text(path, encoding) as file:
        while len(lines) < HEAD_LINES and n_chars < _MAX_HEAD_CHARS:
            line = file.readline(MAX_FIELD_CHARS)
            if not line:
                break
            lines.append(line)
            n_chars += len(line)
    return lines


def n_filled(row: Row) -> int:
    """Return how many cells of a row have text."""
    return sum(bool(cell.strip()) for cell in row)


def is_table(lines: Iterable[str], delimiter: str) -> bool:
    """Return whether all rows have as many fields as the first, and more than one."""
    widths = {len(row) for row in parsed_leniently(lines, delimiter) if row}
    return len(widths) == 1 and widths != {1}


def is_list(lines: Iterable[str], delimiters: Iterable[str]) -> bool:
    """Return whether the lines below a name alone are texts, of which some have a delimiter.

    If most had the same one, they would be the records of several columns.
    """
    filled = list(filter(str.strip, lines))
    return all(2 * sum(each in line for line in filled) <= len(filled) for each in delimiters)


def parsed_rows(
    path: Source, lines: Iterable[str], delimiter: str, n_lines_above: int
) -> Iterator[tuple[int, Row]]:
    """Yield (first line, fields) of every row. Raises InputError for one that cannot be parsed."""
    reader = _strict_reader(lines, delimiter)
    while True:
        line = reader.line_num + 1 + n_lines_above
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise csv_error(path, line, str(error)) from None
        yield line, row


def first_rows(path: Source, lines: Iterable[str], delimiter: str, n_lines_above: int) -> list[Row]:
    """Return the first rows; InputError if the very first cannot be read."""
    records = parsed_rows(path, lines, delimiter, n_lines_above)
    rows = [row for _, row in islice(records, 1)]
    with suppress(InputError):  # an error of a later row is raised where the rows are read
        rows += [row for _, row in islice(records, HEAD_LINES)]
    return rows
