"""Tables of web pages, and workbooks in XML (Excel 2003) → grids of text.

Many programs export a web page and call it ``.xls``. Entities are decoded, and white space counts
as one space, as in a browser; in a workbook it stays, and comments are left out. A cell over
several columns fills the first of them, and one over several rows each of these
(``core/formats/workbooks/merged_cells.py``).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser

from core.columns.column_choice import Aliases
from core.encoding import Encoding, open_text, sniff
from core.errors import InputError
from core.formats.content import Content
from core.formats.grid import Sheet, open_grid
from core.formats.source import Source, size_of
from core.formats.unpacking import open_bytes
from core.formats.workbooks.merged_cells import MergedCells
from core.formats.workbooks.sheet_extent import MergedCell
from core.formats.workbooks.workbook_limits import MAX_BYTES, MAX_CELLS, too_large
from core.languages.message import Message
from core.letters.encoding_choice import spoken

_BLOCK_CHARS = 1 << 20
_HEAD_BYTES = 4096
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?([A-Za-z][\w.:-]{1,40})")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SPACES = re.compile(" {2,}")  # of two parts: between them a tag is, or the end of a block
_XML_CELL, _XML_VALUE = "cell", "data"
_ROWS, _CELLS = frozenset({"tr", "row"}), frozenset({"td", "th", _XML_CELL})
_HIDDEN = frozenset({"script", "style", "comment"})
_WHOLE_NUMBER = re.compile(r"-?\d+\.0+")
_BOOLEANS = {"0": "false", "1": "true"}


def sniff_markup(path: Source, legacy_encoding: str) -> Encoding:
    """Return the encoding of a page: that of its bytes, or the one that it states."""
    with open_bytes(path) as file:
        stated = _CHARSET.search(file.read(_HEAD_BYTES))
    if stated is None:
        return sniff(path, legacy_encoding)
    try:
        name = codecs.lookup(stated[1].decode("ascii")).name
        "a".encode(name)  # LookupError for a codec that is none of text
    except LookupError:
        return sniff(path, legacy_encoding)
    encoding = sniff(path, name)  # many pages are UTF-8 and state another one
    if not encoding.note:
        return Encoding(encoding.name)
    note = Message("the page was read as {encoding}, as it states", encoding=spoken(name))
    return Encoding(encoding.name, note)


def open_markup(
    path: Source, encoding: str, aliases: Aliases, required: tuple[str, ...]
) -> Content:
    """Return the records of the table that has the required columns. Raises InputError."""
    if size_of(path) > MAX_BYTES:
        raise too_large(path, f"a page of {size_of(path) >> 20:,} MB", f"{MAX_BYTES >> 20} MB")
    parser = _TableParser(path)
    with open_text(path, encoding) as file:
        while block := file.read(_BLOCK_CHARS):
            parser.feed(block)
    parser.close()
    sheets = [
        _sheet(table.name or f"table {number}", table)
        for number, table in enumerate(parser.tables, start=1)
        if table.rows
    ]
    if not sheets:
        raise InputError(
            path,
            "a web page without a table",
            expected="a page with the table in it",
            remedy="The table is perhaps in another file, beside the page: open the page in Excel, "
            "and save it as .xlsx or CSV.",
        )
    return replace(open_grid(path, sheets, aliases, required), encoding=encoding)


def _sheet(name: str, table: _Table) -> Sheet:
    merged = MergedCells(table.merged)
    if not merged:
        return Sheet(name, partial(iter, table.rows))
    return Sheet(name, lambda: merged.filled(map(list, table.rows)), notes=merged.notes)


class _TableParser(HTMLParser):
    """Collects the rows of every table; a table within a cell is one of its own."""

    def __init__(self, path: Source) -> None:
        super().__init__()
        self._path = path
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._n_hidden = 0
        self._sheet_name = ""
        self._n_cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        tag = tag.rpartition(":")[2]
        values = {name.rpartition(":")[2]: value or "" for name, value in attrs}
        if tag in _HIDDEN:
            self._n_hidden += 1
        elif tag == "worksheet":
            self._sheet_name = values.get("name", "")
        elif tag == "table":
            table = _Table(self._sheet_name)
            self.tables.append(table)
            self._open.append(table)
        elif self._open and not self._n_hidden:
            self._begin(self._open[-1], tag, values)

    def _begin(self, table: _Table, tag: str, values: dict[str, str]) -> None:
        if tag in _ROWS:
            self._count(table.end_row())
            place = _number(values.get("index"), len(table.rows) + 1)
            n_new = max(place - len(table.rows), 0)
            self._count(n_new)
            table.rows += [[] for _ in range(n_new)]
        elif tag in _CELLS:
            width = _number(values.get("colspan"), _number(values.get("mergeacross"), 0, 0) + 1)
            height = _number(values.get("rowspan"), _number(values.get("mergedown"), 0, 0) + 1)
            index = _number(values.get("index"), 0, 0)
            self._count(width + index)
            self._count(table.begin_cell(index, width, height, has_value=tag == _XML_CELL))
        elif tag == _XML_VALUE:
            table.begin_value(values.get("type", ""))
        elif tag == "br":
            table.add_line_break()

    def _count(self, n_cells: int) -> None:
        self._n_cells += n_cells
        if self._n_cells > MAX_CELLS:
            raise too_large(self._path, "a page with more cells", f"{MAX_CELLS:,} cells")

    def handle_endtag(self, tag: str) -> None:
        """End a table, a row or a cell."""
        tag = tag.rpartition(":")[2]
        if tag in _HIDDEN:
            self._n_hidden = max(self._n_hidden - 1, 0)
        elif not self._open:
            return
        elif tag == "table":
            self._count(self._open.pop().end_row())
        elif tag in _ROWS or tag in _CELLS:
            self._open[-1].end_cell()
        elif tag == _XML_VALUE and not self._n_hidden:
            self._open[-1].end_value()

    def handle_data(self, data: str) -> None:
        """Add text to the open cell."""
        if self._open and not self._n_hidden:
            self._open[-1].add(data)


class _Table:
    """A table: its rows, its cells over several rows, and the cell that is open in it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[list[str]] = []
        self.merged: list[MergedCell] = []
        self._last_rows: dict[int, int] = {}  # of the cell that fills a column from above
        self._parts: list[str] | None = None
        self._width = 1
        # Of a cell of a workbook the value alone is its text: whether it is open, and its type.
        self._has_value, self._in_value, self._value_type = False, False, ""

    def begin_cell(self, index: int, width: int, height: int, *, has_value: bool) -> int:
        """Begin a cell at the column ``index`` (from 1), or at the first free one.

        ``has_value``: its text is that of its value alone. Returns how many cells before it were
        passed over.
        """
        self.end_cell()
        if not self.rows:
            self.rows.append([])
        row = self.rows[-1]
        n_padded = 0
        if index:
            row += [""] * (index - 1 - len(row))
        else:
            n_padded = self._pass_over_filled()
        if height > 1:
            number = len(self.rows) - 1
            last_row = number + height - 1
            self.merged.append(((number, len(row)), (last_row, len(row) + width - 1)))
            self._last_rows |= dict.fromkeys(range(len(row), len(row) + width), last_row)
        self._parts = []
        self._width = width
        self._has_value, self._in_value, self._value_type = has_value, False, ""
        return n_padded

    def end_row(self) -> int:
        """End the last row, and return how many cells at its end are filled from above."""
        self.end_cell()
        return self._pass_over_filled() if self.rows else 0

    def _pass_over_filled(self) -> int:
        row, n_before = self.rows[-1], len(self.rows[-1])
        while self._last_rows.get(len(row), -1) >= len(self.rows) - 1:
            row.append("")
        return len(row) - n_before

    def begin_value(self, value_type: str) -> None:
        """Begin the value of the open cell."""
        self._in_value, self._value_type = True, value_type

    def end_value(self) -> None:
        """End the value of the open cell."""
        self._in_value = False

    def add(self, text: str) -> None:
        """Add text to the open cell, if there is one."""
        if self._parts is None:
            return
        if not self._has_value:
            self._parts.append(_SPACE.sub(" ", text))
        elif self._in_value:
            self._parts.append(text)

    def add_line_break(self) -> None:
        """Add the line break of a page to the open cell, if there is one."""
        if self._parts is not None and not self._has_value:
            self._parts.append("\n")

    def end_cell(self) -> None:
        """Write the open cell to its row."""
        if self._parts is not None:
            text = "".join(self._parts)
            if self._has_value:
                text = _as_text(text, self._value_type)
            else:
                text = _SPACES.sub(" ", text).strip(" \n")
            self.rows[-1] += ["" if text == "\xa0" else text, *[""] * (self._width - 1)]
            self._parts = None


def _as_text(written: str, value_type: str) -> str:
    """Return the text of a value as it is written in a workbook."""
    match value_type.casefold():
        case "boolean":
            return _BOOLEANS.get(written.strip(), written)
        case "number" if _WHOLE_NUMBER.fullmatch(written.strip()):
            return written.strip().partition(".")[0]
    return written.replace("\r\n", "\n")


def _number(written: str | None, default: int, least: int = 1) -> int:
    """Return a number of rows or columns in an attribute."""
    text = (written or "").strip()
    return max(int(text), least) if text.isdecimal() and len(text) < 12 else default
