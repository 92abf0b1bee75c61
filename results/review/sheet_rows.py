"""Rows of a workbook that are put into it as XML, after xlsxwriter has written all else.

xlsxwriter checks, keeps and formats each cell on its own, which takes longer than all other files
of a result. The rows of a sheet have the same columns and formats: here each is one text. In their
place xlsxwriter writes one row of empty cells, which tells the numbers of the formats.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

MAX_CELL_UNITS = 32_767
"""Of UTF-16, in a cell."""
LINE_POINTS = 15
_MAX_LINES = 8
_FIRST_ROW = 2
_COMPRESSION = 4  # the usual level takes twice the time for nine tenths of the bytes
_SHEET, _STRINGS = "xl/worksheets/sheet{}.xml", "xl/sharedStrings.xml"
_LAST_ROW = re.compile(r'<row r="\d+"[^>]*>((?:<c r="[A-Z]+\d+" s="\d+"/>)+)</row></sheetData>')
_STYLE = re.compile(r' s="\d+"')
_COUNTS = re.compile(r' count="\d+" uniqueCount="\d+"')
_BEHIND_LINKS = "<pageMargins"
# What XML cannot hold stands in a workbook as _xHHHH_, and so does the start of such a text.
_UNSAFE = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

Cell = str | float | None
"""A text, a number, ``""`` for an empty cell that has a format, or None for no cell."""


class SheetRows:
    """The rows of one sheet below its header."""

    def __init__(self) -> None:
        self._rows: list[tuple[Sequence[Cell], int]] = []
        self._linked_cells: dict[str, list[str]] = {}

    def add(self, cells: Sequence[Cell], n_lines: int = 1) -> None:
        """Add a row below the others, as high as so many lines; ``cells`` has all columns."""
        self._rows.append((cells, n_lines))

    def add_link(self, column: int, link: str) -> None:
        """Add a link, see ``link_to``, to a cell of the row that was added last."""
        cell = f"{_letters(column)}{len(self._rows) + 1}"
        self._linked_cells.setdefault(link, []).append(cell)

    def reserve(self, sheet: Worksheet, formats: Sequence[Format]) -> None:
        """Reserve the place of the rows in their sheet, with the format of each column."""
        if self._rows:
            for column, cell_format in enumerate(formats):
                sheet.write_blank(len(self._rows), column, None, cell_format)

    def write(self, sheet: str, file: IO[bytes], numbers: _TextNumbers) -> None:
        """Write the XML of the sheet with the rows in their place."""
        last_row = _LAST_ROW.search(sheet)
        assert last_row or not self._rows, "xlsxwriter writes rows in another way: a new version?"
        if last_row is None:
            file.write(sheet.encode())
            return
        file.write(sheet[: last_row.start()].encode())
        for row in self._xml(_STYLE.findall(last_row[1]), numbers):
            file.write(row.encode())
        # Links to one place stand together: a third of the bytes, packed.
        links = "".join(
            f'<hyperlink ref="{cell}"{link}/>'
            for link, cells in self._linked_cells.items()
            for cell in cells
        )
        links = links and f"<hyperlinks>{links}</hyperlinks>"
        rest = "</sheetData>" + sheet[last_row.end() :]
        file.write(rest.replace(_BEHIND_LINKS, links + _BEHIND_LINKS, 1).encode())

    def _xml(self, styles: Sequence[str], numbers: _TextNumbers) -> Iterator[str]:
        starts = [f'<c r="{_letters(column)}' for column in range(len(styles))]
        for row, (cells, n_lines) in enumerate(self._rows, start=_FIRST_ROW):
            points = LINE_POINTS * n_lines
            height = f' ht="{points}" customHeight="1"' if n_lines > 1 else ""
            parts = [f'<row r="{row}"{height}>']
            for start, style, cell in zip(starts, styles, cells, strict=True):
                if cell is None:
                    continue
                if cell == "":
                    parts.append(f'{start}{row}"{style}/>')
                elif isinstance(cell, str):
                    parts.append(f'{start}{row}"{style} t="s"><v>{numbers[cell]}</v></c>')
                else:
                    parts.append(f'{start}{row}"{style}><v>{cell:.16G}</v></c>')
            parts.append("</row>")
            yield "".join(parts)


def n_lines(cells: Iterable[Cell], widths: Iterable[int]) -> int:
    """Return the lines that a row needs: not every program fits the height to wrapped text.

    A column of width 0 is hidden.
    """
    needed = 1
    for value, width in zip(cells, widths, strict=True):
        # Most texts fit in their column: not to divide them takes a quarter of the time.
        if width and isinstance(value, str) and (len(value) > width or "\n" in value):
            parts = value.split("\n")
            needed = max(needed, sum(math.ceil(len(part) / width) or 1 for part in parts))
    return min(needed, _MAX_LINES)


def link_to(place: str, text: str, tip: str) -> str:
    """Return a link to a place in the workbook, for a cell that has this text.

    ``tip`` is shown beside the pointer; it may be empty.
    """
    attributes = {"location": place, "tooltip": tip, "display": text}
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value)


def write_with_rows(book: IO[bytes], path: Path, rows_of_sheets: Mapping[int, SheetRows]) -> None:
    """Write a workbook of xlsxwriter to ``path`` with the rows of some of its sheets.

    The sheets have the numbers 1, 2, … in the order in which they were added. Raises OSError.
    """
    rows_of_parts = {_SHEET.format(number): rows for number, rows in rows_of_sheets.items()}
    with (
        ZipFile(book) as source,
        ZipFile(path, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION) as target,
    ):
        numbers = _TextNumbers(source.read(_STRINGS).count(b"<si>"))
        # The texts are known when all sheets are written.
        for name in sorted(source.namelist(), key=_STRINGS.__eq__):
            content = source.read(name)
            with target.open(name, "w") as part:
                if name in rows_of_parts:
                    rows_of_parts[name].write(content.decode(), part, numbers)
                else:
                    part.write(numbers.added_to(content) if name == _STRINGS else content)


class _TextNumbers(dict[str, int]):
    """A text → its number: the workbook has each once, those of xlsxwriter first."""

    def __init__(self, n_before: int) -> None:
        super().__init__()
        self._n_before = n_before

    def __missing__(self, text: str) -> int:
        self[text] = number = self._n_before + len(self)
        return number

    def added_to(self, strings: bytes) -> bytes:
        """Return the part of the workbook that has its texts, with these behind the others."""
        added = "".join(
            f'<si><t xml:space="preserve">{_escaped(_within_cell(text))}</t></si>' for text in self
        )
        n_texts = self._n_before + len(self)
        before = _COUNTS.sub(f' uniqueCount="{n_texts}"', strings.decode()).removesuffix("</sst>")
        return f"{before}{added}</sst>".encode()


_letters = cache(xl_col_to_name)


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda found: _ENTITIES.get(found[0]) or f"_x{ord(found[0]):04X}_", text)


def _within_cell(text: str) -> str:
    """Return a text without what a cell of a workbook cannot hold: its end."""
    if len(text) <= MAX_CELL_UNITS // 2:
        return text
    return text.encode("utf-16-le")[: 2 * MAX_CELL_UNITS].decode("utf-16-le", "ignore")
