"""Look through the parts of a workbook before it is loaded: is it small enough, and safe?

A workbook is loaded as a rectangle of cells, so that one cell in the last row of a tiny file would
fill the memory. The parts are unpacked block by block; what the archive states about the size of a
part, and a sheet about its own, is checked on the way.
"""

from __future__ import annotations

import zipfile
import zlib
from functools import partial
from typing import IO
from xml.parsers import expat

from core.errors import InputError
from core.formats.source import Source, size_of
from core.formats.unpacking import MAX_EXPANSION, MAX_UNPACKED_BYTES
from core.formats.workbooks.date_styles import date_styles
from core.formats.workbooks.sheet_extent import MAX_COLUMNS, MAX_ROWS, SheetExtent, measure_part
from core.row_counts import quantity

MAX_BYTES = 64 << 20
"""The size of the file; so much it may unpack to without being compared with its size."""
MAX_PARTS = 5_000
MAX_CELLS = 20_000_000
"""The cells of the smallest rectangle with all filled cells of a sheet."""
MAX_EMPTY_ROWS = 100_000
"""The empty rows above and between the filled ones of a sheet."""
_BLOCK_BYTES = 1 << 20
_NOT_LOADED = ("xl/media/", "xl/embeddings/", "pictures/", "thumbnails/", "object")

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"


def check_workbook(path: Source) -> dict[str, SheetExtent]:
    """Return the extent of each sheet by the name of its part, of an .ods by its own name.

    Raises InputError where the workbook is too large, damaged, or has macros.
    """
    if size_of(path) > MAX_BYTES:
        raise too_large(path, f"a workbook of {size_of(path) >> 20:,} MB", f"{MAX_BYTES >> 20} MB")
    extents: dict[str, SheetExtent] = {}
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_members(path, members)
            styles = date_styles(archive)
            for member in members:
                name = member.filename.casefold()
                if not name.startswith(_NOT_LOADED):
                    with archive.open(member) as part:
                        if name == "content.xml":
                            extents |= _measure_ods(path, part)
                        else:
                            refuse = partial(too_large, path)
                            extents[member.filename] = measure_part(part, refuse, styles)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        expat.ExpatError,
    ) as error:
        raise damaged(path, error) from None
    for extent in extents.values():
        check_extent(path, extent)
    return extents


def damaged(path: Source, error: BaseException) -> InputError:
    """Return the error of a workbook that cannot be read."""
    reason = " ".join(str(error).split())[:200]
    return InputError(
        path,
        f"a damaged workbook ({type(error).__name__}: {reason})",
        expected="a workbook that can be opened",
        remedy="Open it and save it again as .xlsx, or send its sheet as CSV.",
    )


def too_large(path: Source, found: str, limit: str) -> InputError:
    """Return the error of a workbook over a limit."""
    return InputError(
        path, found, expected=f"at most {limit}", remedy="Send the table as CSV, or divide it."
    )


def check_extent(path: Source, extent: SheetExtent) -> None:
    """Raise InputError for a sheet that is too large when it is loaded."""
    rows, columns = quantity(extent.n_rows, "row"), quantity(extent.n_columns, "column")
    found = f"a sheet of {rows} and {columns}"
    if extent.n_rows > MAX_ROWS or extent.n_columns > MAX_COLUMNS:
        raise too_large(path, found, f"{MAX_ROWS:,} rows and {MAX_COLUMNS:,} columns")
    if extent.n_rows * extent.n_columns > MAX_CELLS:
        raise too_large(path, found, f"{MAX_CELLS:,} cells, also empty ones")
    n_empty = extent.n_rows - extent.n_filled_rows
    if n_empty > MAX_EMPTY_ROWS:
        found = f"a sheet with {n_empty:,} empty rows above its last one, row {extent.n_rows:,}"
        raise too_large(path, found, f"{MAX_EMPTY_ROWS:,} empty rows")


def _check_members(path: Source, members: list[zipfile.ZipInfo]) -> None:
    n_bytes = sum(member.file_size for member in members)
    limit = min(MAX_UNPACKED_BYTES, max(MAX_BYTES, MAX_EXPANSION * size_of(path)))
    if n_bytes > limit or len(members) > MAX_PARTS:
        raise too_large(
            path,
            f"a workbook of {len(members):,} parts, {n_bytes:,} bytes when unpacked",
            f"{MAX_PARTS:,} parts and {limit >> 20} MB: {MAX_BYTES >> 20} MB, or "
            f"{MAX_EXPANSION} times its size, but {MAX_UNPACKED_BYTES >> 20} MB",
        )
    if any("vbaproject" in member.filename.casefold() for member in members):
        raise InputError(
            path,
            "a workbook with macros",
            expected="a workbook without macros",
            remedy="Save it as .xlsx without macros, or as CSV.",
        )


class _OdsCounter:
    """Counts rows and columns of the tables of an ODS workbook, with those that are repeated."""

    def __init__(self, path: Source) -> None:
        self._path = path
        self.extents: dict[str, SheetExtent] = {}
        self._start_table("")

    def _start_table(self, name: str) -> None:
        self._extent = SheetExtent()
        self.extents[name] = self._extent
        self._n_rows = 0
        self._start_row({})

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._n_repeated_rows = _number(attributes, "number-rows-repeated")
        self._n_columns = 0
        self._is_filled = False
        self._is_hidden = attributes.get(f"{_TABLE} visibility") in ("collapse", "filter")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in the start of an element."""
        if name in (f"{_TABLE} table-cell", f"{_TABLE} covered-table-cell"):
            n_spanned = _number(attributes, "number-rows-spanned")
            if n_spanned > 1:
                first = self._n_rows, self._n_columns
                self._extent.merged.append((first, (self._n_rows + n_spanned - 1, first[1])))
            self._n_columns += _number(attributes, "number-columns-repeated")
            if f"{_OFFICE} value-type" in attributes:
                self._is_filled = True
                self._extent.n_columns = max(self._extent.n_columns, self._n_columns)
        elif name == f"{_TABLE} table-row":
            self._start_row(attributes)
        elif name == f"{_TABLE} table":
            self._start_table(attributes.get(f"{_TABLE} name", ""))

    def end(self, name: str) -> None:
        """Take in the end of an element. Raises InputError where a table is too large."""
        if name != f"{_TABLE} table-row":
            return
        self._n_rows += self._n_repeated_rows
        if self._is_filled:
            self._extent.n_rows = self._n_rows
            self._extent.n_filled_rows += self._n_repeated_rows
            check_extent(self._path, self._extent)
            if self._is_hidden:
                rows = range(self._n_rows - self._n_repeated_rows, self._n_rows)
                self._extent.hidden_rows.extend(rows)


def _number(attributes: dict[str, str], name: str) -> int:
    number = attributes.get(f"{_TABLE} {name}", "1")
    return max(int(number), 1) if number.isdecimal() and len(number) < 10 else 1


def _measure_ods(path: Source, part: IO[bytes]) -> dict[str, SheetExtent]:
    counter = _OdsCounter(path)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = counter.start
    parser.EndElementHandler = counter.end
    while block := part.read(_BLOCK_BYTES):
        parser.Parse(block, False)
    parser.Parse(b"", True)
    return counter.extents
