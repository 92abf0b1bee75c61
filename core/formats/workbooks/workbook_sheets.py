"""Workbooks (.xlsx, .xls, .ods) → sheets of text.

Macros and links are never followed. Of a formula the stored result is read; a formula without one,
and an error, stands as it is written (.xlsx).
"""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from xml.etree import ElementTree

from core.columns.column_choice import Aliases
from core.delimited.layout import Layout
from core.errors import InputError
from core.formats.cell_text import as_text
from core.formats.content import Content
from core.formats.file_format import FileFormat, with_password
from core.formats.grid import Sheet, open_grid
from core.formats.source import Source, size_of
from core.formats.workbooks.merged_cells import MergedCells
from core.formats.workbooks.ods_content import open_ods
from core.formats.workbooks.sheet_extent import Place, SheetExtent
from core.formats.workbooks.workbook_limits import (
    MAX_BYTES,
    check_workbook,
    damaged,
    too_large,
)
from core.languages.message import Message


def open_workbook(
    path: Source, file_format: FileFormat, aliases: Aliases, required: tuple[str, ...]
) -> Content:
    """Return the records of a workbook. Raises InputError."""
    sheets, hidden = read_sheets(path, file_format)
    return open_grid(path, sheets, aliases, required, hidden)


def read_sheets(path: Source, file_format: FileFormat) -> tuple[list[Sheet], list[str]]:
    """Return the visible sheets of a workbook, and the names of the hidden ones with a cell.

    If none is visible, all are read as if they were. Raises InputError.
    """
    if file_format == FileFormat.XLS:
        if size_of(path) > MAX_BYTES:
            found = f"a workbook of {size_of(path) >> 20:,} MB"
            raise too_large(path, found, f"{MAX_BYTES >> 20} MB")
        extents: dict[str, SheetExtent] = {}
    else:
        extents = _by_sheet(path, check_workbook(path), file_format)
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    is_ods = file_format == FileFormat.ODS
    with _damage_named(path), open_ods(path) if is_ods else path.open("rb") as file:
        book = CalamineWorkbook.from_filelike(file)
        described = [
            sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet
        ]
        visible = [sheet for sheet in described if sheet.visible == SheetVisibleEnum.Visible]
        names = [sheet.name for sheet in visible or described]
        loaded = [book.get_sheet_by_name(name) for name in names]
        others = [sheet.name for sheet in described if sheet.name not in names]
        hidden = [name for name in others if _may_have_cells(path, book, name)]
    sheets = [_sheet(path, sheet, extents.get(sheet.name, SheetExtent())) for sheet in loaded]
    return sheets, hidden


def _may_have_cells(path: Source, book: Any, name: str) -> bool:
    """Whether a sheet that is not read has a cell; of a damaged one that is not known."""
    try:
        with _damage_named(path):
            return book.get_sheet_by_name(name).start is not None
    except InputError:
        return True


def _sheet(path: Source, sheet: Any, extent: SheetExtent) -> Sheet:
    # The reader leaves out the empty columns on the left, and not the empty rows above.
    start = sheet.start[1] if sheet.start else 0
    first = min([start, *(column for _, column in extent.overlaid)])
    merged = MergedCells(
        ((row, column - first), last)
        for (row, column), last in extent.merged or sheet.merged_cell_ranges or ()
        if column >= first
    )
    negative_dates = _shifted(extent.negative_dates, first)
    values = partial(_values, sheet, start - first, negative_dates)
    texts = partial(_rows, path, values, _shifted(extent.overlaid, first))
    hidden_notes = partial(_notes_on_hidden, extent.hidden_rows)
    if not merged:
        return Sheet(sheet.name, texts, values, hidden_notes)
    return Sheet(
        sheet.name,
        lambda: merged.filled(texts()),
        lambda: merged.filled(map(list, values())),
        lambda layout: merged.notes(layout) + hidden_notes(layout),
    )


def _notes_on_hidden(rows: Sequence[int], layout: Layout) -> list[str]:
    """Return what to say of the rows (from 0) that a filter or a person hides.

    A filter is a view of a table: who has filtered it may expect that the visible rows alone are
    coded.
    """
    n_hidden = sum(row >= layout.n_rows_above_records for row in rows)
    return Message.notes_of(
        n_hidden,
        "{n} row that is hidden or filtered out was read like the others; to leave it out, "
        "delete it",
        "{n} rows that are hidden or filtered out were read like the others; to leave them "
        "out, delete them",
    )


def _shifted(cells: dict[Place, str], n_columns: int) -> dict[Place, str]:
    return {(row, column - n_columns): written for (row, column), written in cells.items()}


def _values(
    sheet: Any, n_empty_columns: int, negative_dates: dict[Place, str]
) -> Iterator[list[Any]]:
    """Yield the values of the rows, which begin with ``n_empty_columns``.

    A negative number, which the reader takes for midnight, is a number.
    """
    if not negative_dates and not n_empty_columns:
        yield from sheet.iter_rows()
        return
    by_row = _by_row(negative_dates)
    for number, row in enumerate(sheet.iter_rows()):
        values = [""] * n_empty_columns + row
        for column, written in by_row.get(number, {}).items():
            value = values[column] if column < len(values) else None
            if isinstance(value, datetime.date | datetime.time):  # a duration is right
                values[column] = float(written)
        yield values


@contextmanager
def _damage_named(path: Source) -> Iterator[None]:
    """Raise InputError for what the reader of workbooks raises."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError:
        raise with_password(path) from None
    except (CalamineError, ValueError, OverflowError) as error:  # a date beyond all years
        raise damaged(path, error) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of Rust: no Exception
            raise
        raise damaged(path, error) from None


def _by_row(cells: dict[Place, str]) -> dict[int, dict[int, str]]:
    by_row: dict[int, dict[int, str]] = {}
    for (number, column), written in cells.items():
        by_row.setdefault(number, {})[column] = written
    return by_row


def _rows(
    path: Source, read_values: Callable[[], Iterator[list[Any]]], overlaid: dict[Place, str]
) -> Iterator[list[str]]:
    """Yield the rows of a loaded sheet as text, from the first one."""
    by_row = _by_row(overlaid)
    with _damage_named(path):
        number = -1
        for number, values in enumerate(read_values()):
            row = [value if isinstance(value, str) else as_text(value) for value in values]
            yield _overlaid(row, by_row.pop(number, {}))
        # The sheet ends with its last value, and formulas without a result may follow.
        for later in range(number + 1, max(by_row, default=number) + 1):
            yield _overlaid([], by_row.get(later, {}))


def _overlaid(row: list[str], cells: dict[int, str]) -> list[str]:
    """Return the row with what is written in its empty ``cells``, by column."""
    for column, written in sorted(cells.items()):
        row += [""] * (column + 1 - len(row))
        row[column] = row[column] or written
    return row


def _by_sheet(
    path: Source, extents: dict[str, SheetExtent], file_format: FileFormat
) -> dict[str, SheetExtent]:
    """Return what has to be known of each sheet, by its name; an .xlsx archive has it by part."""
    if file_format != FileFormat.XLSX:
        return extents
    if not any(
        extent.overlaid or extent.negative_dates or extent.hidden_rows
        for extent in extents.values()
    ):
        return {}
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError) as error:
        raise damaged(path, error) from None
    targets = {item.get("Id"): item.get("Target", "") for item in relations}
    by_name = {}
    for element in book.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            relation = next((v for k, v in element.items() if k.endswith("}id")), "")
            part = re.sub(r"^/?(?:xl/)?", "xl/", targets.get(relation, ""))
            if part in extents:
                by_name[element.get("name", "")] = extents[part]
    return by_name
