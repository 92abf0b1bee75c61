"""How large a sheet of an .xlsx workbook is, found in its bytes before it is loaded.

The XML is not parsed, but cut into rows whose references are looked at: some 30 ms a MB.
What is written in an unusual way (prefixes, single quotes) takes longer, and is limited to 32 MB.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import IO

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""Those of a sheet of Excel and LibreOffice."""
_BLOCK_BYTES = 1 << 20
_MAX_ROW_BYTES = 16 << 20
_MAX_UNUSUAL_BYTES = 32 << 20
_MAX_OVERLAID = 1_000_000
_UNUSUAL = (b":row", b":c ", b":c>", b"r='", b"r =", b"r= ", b"\tr=", b"\nr=", b"\rr=")

_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s>/])")
_ROW_NUMBER = re.compile(rb"\A[^<>]*?\sr\s*=\s*[\"'](\d+)[\"']")
_FILLED = re.compile(rb"<(?:\w+:)?(?:v|is|f)[\s>]")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_WIDE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{2,})\d")
_LOW = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]+(\d{6,})[\"']")
_USUAL_WIDE = re.compile(rb' r="([A-Za-z]{2,})\d')
_USUAL_LOW = re.compile(rb' r="[A-Za-z]+(\d{6,})"')
_WHOLE_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^>]*?)(?<!/)>((?:(?!</(?:\w+:)?c>).)*)</(?:\w+:)?c>", re.DOTALL
)
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,10})[\"']")
_TYPE = re.compile(rb"\bt\s*=\s*[\"'](\w+)[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)<")
_STYLE = re.compile(rb"\bs\s*=\s*[\"'](\d+)[\"']")
_NEGATIVE = re.compile(rb"-[\d.]+(?:[eE][+-]?\d+)?")
_HIDDEN_ROW = re.compile(rb"\A[^>]*\shidden\s*=\s*[\"'](?:1|true)[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?>([^<]*)<")

Place = tuple[int, int]
"""Row and column of a cell, from 0."""
MergedCell = tuple[Place, Place]
"""The first and the last place of a cell that was merged."""
Refuse = Callable[[str, str], Exception]
"""Makes the error of what was found, and its limit."""


@dataclass
class SheetExtent:
    """How large a sheet is, and the cells that the reader of workbooks leaves empty.

    ``overlaid`` has the errors (``#N/A``) and the formulas without a stored result. ``merged`` has
    the cells over several rows of an .ods workbook; of others the reader has them.
    ``negative_dates`` has the negative numbers in cells with the style of a date, which is none.
    ``hidden_rows`` has the filled rows that a filter or a person hides, from 0.
    """

    n_rows: int = 0
    n_columns: int = 0
    n_filled_rows: int = 0
    overlaid: dict[Place, str] = field(default_factory=dict)
    merged: list[MergedCell] = field(default_factory=list)
    negative_dates: dict[Place, str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)


def measure_part(part: IO[bytes], refuse: Refuse, date_styles: Collection[bytes]) -> SheetExtent:
    """Return the extent of the rows in one part of a workbook; without rows there is none."""
    extent = SheetExtent()
    for rows, is_usual in _blocks(part, refuse):
        for row in rows:
            _add_row(extent, row, is_usual)
            if date_styles and b">-" in row:
                extent.negative_dates |= _negative_dates(row, date_styles)
        if extent.n_rows > MAX_ROWS:
            break  # which is too much already
        if len(extent.overlaid) + len(extent.negative_dates) > _MAX_OVERLAID:
            raise refuse(
                "a sheet of errors, negative dates and formulas without results",
                f"{_MAX_OVERLAID:,} of them; open the workbook and save it, which computes them",
            )
    while part.read(_BLOCK_BYTES):
        pass  # to its end, where damage shows
    return extent


def _blocks(part: IO[bytes], refuse: Refuse) -> Iterator[tuple[list[bytes], bool]]:
    """Yield some rows, each from its attributes on, and whether they are written as usual."""
    rest = b""
    is_usual = True
    n_bytes = 0
    while block := part.read(_BLOCK_BYTES):
        n_bytes += len(block)
        joined = rest + block
        is_usual = is_usual and not any(mark in joined for mark in _UNUSUAL)
        rows = joined.split(b"<row") if is_usual else _ROW.split(joined)
        yield rows[1:-1], is_usual
        # A tag may be cut between two blocks.
        rest = b"<row" + rows[-1] if len(rows) > 1 else joined[-64:]
        if len(rest) > _MAX_ROW_BYTES:
            raise refuse("a row of a sheet that is too long", f"{_MAX_ROW_BYTES >> 20} MB in a row")
        if len(rows) > 1 and not is_usual and n_bytes > _MAX_UNUSUAL_BYTES:
            raise refuse(
                "a large sheet that is written in an unusual way",
                f"{_MAX_UNUSUAL_BYTES >> 20} MB; open the workbook and save it again",
            )
    if rest.startswith(b"<row"):
        yield [rest[4:]], is_usual


def _add_row(extent: SheetExtent, row: bytes, is_usual: bool) -> None:
    if row[:1] not in (b" ", b">", b"/", b"\t", b"\n", b"\r"):
        return  # another element, such as rowBreaks
    number = _ROW_NUMBER.match(row)
    if not _is_filled(row, is_usual):
        if number is None:
            extent.n_rows += 1
        return
    if is_usual:
        n_cells = row.count(b"<c ") + row.count(b"<c>") + row.count(b"<c/")
        wide, low = _USUAL_WIDE.findall(row), _USUAL_LOW.findall(row)
    else:
        n_cells = len(_CELL.findall(row))
        wide, low = _WIDE.findall(row), _LOW.findall(row)
    n_rows = int(number[1]) if number else extent.n_rows + 1
    extent.n_rows = max(extent.n_rows, n_rows, *map(int, low))
    extent.n_filled_rows += 1
    if _HIDDEN_ROW.match(row):
        extent.hidden_rows.append(n_rows - 1)
    extent.n_columns = max(extent.n_columns, n_cells, *map(_column_number, set(wide)))
    if b'"e"' in row or b"'e'" in row or b"<f" in row or b":f" in row:
        extent.overlaid |= _overlaid_cells(row)


def _is_filled(row: bytes, is_usual: bool) -> bool:
    if is_usual:
        return b"<v" in row or b"<is" in row or b"<f" in row
    return _FILLED.search(row) is not None


def _overlaid_cells(row: bytes) -> dict[Place, str]:
    """Return the errors and the formulas without a stored result of a row."""
    cells = {}
    for attributes, content in _WHOLE_CELL.findall(row):
        place = _REFERENCE.search(attributes)
        kind = _TYPE.search(attributes)
        type_name = kind[1] if kind else b""
        value = _VALUE.search(content)
        formula = _FORMULA.search(content)
        written = b""
        if type_name == b"e" and value:
            written = value[1]
        elif formula and type_name != b"str" and not (value and value[1]):
            written = b"=" + formula[1]
        if written and place:
            key = int(place[2]) - 1, _column_number(place[1]) - 1
            cells[key] = html.unescape(written.decode("utf-8", "replace"))
    return cells


def _negative_dates(row: bytes, date_styles: Collection[bytes]) -> dict[Place, str]:
    """Return the negative numbers of a row that have one of the styles."""
    numbers = {}
    for attributes, content in _WHOLE_CELL.findall(row):
        style, place = _STYLE.search(attributes), _REFERENCE.search(attributes)
        value = _VALUE.search(content)
        if style and style[1] in date_styles and place and value and _NEGATIVE.fullmatch(value[1]):
            numbers[int(place[2]) - 1, _column_number(place[1]) - 1] = value[1].decode()
    return numbers


def _column_number(letters: bytes) -> int:
    """Return the number of a column from its letters: 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper()[:8]:
        number = 26 * number + letter - 64
    return number
