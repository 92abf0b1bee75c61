"""Sheets of a workbook, tables of a page → the one that has the records, and where they begin.

A sheet has rows and no marked header. It is looked at like a delimited text
(``core/delimited/layout.py``): lines above the header and further header rows are recognised in the
same way.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, zip_longest

from core.columns.column_choice import Aliases
from core.columns.header_names import Match
from core.delimited.format_errors import TwoHeadersError
from core.delimited.layout import Layout, layout_of_lines
from core.delimited.parsed_lines import HEAD_LINES
from core.errors import InputError
from core.formats.cell_text import checked_row
from core.formats.content import Content, Records
from core.formats.source import Source
from core.formats.workbooks.sheet_choice import (
    SheetWithColumns,
    choose_sheet,
    describes,
    is_list,
    is_of_review,
    listed_sheets,
)
from core.languages.message import Message


@dataclass(frozen=True)
class Sheet:
    """A sheet: ``read`` returns all of its rows as text, from the first one.

    ``values`` returns them with the types that their cells have; None where all cells are text.
    ``notes`` says in words what was decided about the cells, for the layout that was found.
    """

    name: str
    read: Callable[[], Iterator[list[str]]]
    values: Callable[[], Iterator[Sequence[object]]] | None = None
    notes: Callable[[Layout], list[str]] = lambda layout: []


_MIN_TABLE_ROWS = 3  # fewer rows with two cells or more may be a remark
_Fit = tuple[Sheet, Layout, dict[str, Match]]
_Table = tuple[InputError, Sequence[str]]  # a sheet without the columns: its error, its header


def open_grid(
    path: Source,
    sheets: Sequence[Sheet],
    aliases: Aliases,
    required: Sequence[str],
    hidden: Sequence[str] = (),
) -> Content:
    """Return the records of the sheet whose header has the required columns.

    ``hidden`` are the names of further sheets, which are named and not read. Raises InputError
    where none has them, or where several sheets may have the records.
    """
    filled = [(sheet, head) for sheet in sheets if any(map(_is_filled, head := _head(sheet)))]
    if not filled:
        raise _with_hidden(
            InputError(
                path,
                "no filled cell" if sheets else "no sheet",
                expected="a header with the names of columns, and records below it",
                remedy="Check that the right file was saved, then drop it again.",
            ),
            hidden,
        )
    fits: list[_Fit] = []
    errors: list[InputError] = []
    unclear: dict[str, InputError] = {}
    tables: list[_Table] = []
    for sheet, head in filled:
        try:
            fits.append((sheet, *layout_of_lines(path, _lines(head), aliases, required, ",")))
        except TwoHeadersError as error:
            unclear[sheet.name] = error.in_sheet(sheet.name)
        except InputError as error:
            errors.append(error.in_sheet(sheet.name))
            if header := _header_of_table(head):
                tables.append((errors[-1], header))
    if unclear and not fits:
        raise _with_hidden(next(iter(unclear.values())), hidden)
    if not fits:
        none_fits = _none_fits(path, [sheet for sheet, _ in filled], errors, required)
        raise _with_hidden(none_fits, hidden)
    with_columns = [_with_columns(*fit) for fit in fits]
    if tables and all(_is_beside(tables, sheet, required) for sheet in with_columns):
        lists = listed_sheets([sheet.name for sheet in with_columns])
        raise _with_hidden(_beside_lists(tables[0][0], lists), hidden)
    place = choose_sheet(path, with_columns, unclear, aliases, required)
    sheet, layout, _ = fits[place]
    others = [other.name for other, _ in filled if other is not sheet]
    # The last columns may have a name in a further row alone.
    width = max(len(_trimmed(row)) for row in (layout.header, *layout.further_headers))
    header = layout.header[:width]
    further_headers = tuple(row[:width] for row in layout.further_headers)
    layout = replace(layout, header=header, further_headers=further_headers, has_rules=False)
    return Content(
        layout,
        partial(_records, path, sheet, layout),
        sheet=sheet.name,
        values=partial(_values, sheet, layout),
        notes=(*_not_read(sheet.name, others, hidden), *sheet.notes(layout)),
    )


def _not_read(name: str, others: Sequence[str], hidden: Sequence[str]) -> list[str]:
    """Return the notes on the sheets that were not read beside the sheet ``name``."""
    notes: list[str] = []
    if others:
        notes.append(
            Message(
                "the sheet {name!r} was read, and not {others}",
                name=name,
                others=listed_sheets(others),
            )
        )
    notes += Message.notes_of(
        len(hidden),
        "a hidden sheet was not read: {names}",
        "{n} hidden sheets were not read: {names}",
        names=listed_sheets(hidden),
    )
    return notes


def _head(sheet: Sheet) -> list[list[str]]:
    return list(islice(sheet.read(), HEAD_LINES))


def _is_filled(row: Sequence[str]) -> bool:
    return any(map(str.strip, row))


def _header_of_table(head: Sequence[list[str]]) -> list[str] | None:
    """Return the header of a review or another table; None where the rows may be a remark."""
    rows = [row for row in head if sum(map(bool, map(str.strip, row))) > 1]
    other = rows[0] if len(rows) >= _MIN_TABLE_ROWS else None
    return next(filter(is_of_review, head), other)


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows as lines of a delimited text."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(
        [" ".join(cell.split()) for cell in row] for row in rows
    )
    return file.getvalue().splitlines(keepends=True)


def _none_fits(
    path: Source, sheets: Sequence[Sheet], errors: Sequence[InputError], required: Sequence[str]
) -> InputError:
    first = errors[0]
    missing = f"no column {required[0]!r} in row 1 of any sheet"
    if len(sheets) == 1:
        found = f"{first.found}, and {missing}"
    else:
        found = f"{missing} ({listed_sheets([sheet.name for sheet in sheets])})"
    return InputError(path, found, expected=first.expected, remedy=first.remedy)


def _is_beside(tables: Sequence[_Table], sheet: SheetWithColumns, required: Sequence[str]) -> bool:
    """Whether a sheet is a list of codes, or the codebook of a table: no records of that."""
    return is_list(sheet, required) or any(describes(sheet, header) for _, header in tables)


def _beside_lists(error: InputError, lists: str) -> InputError:
    """Return the error of a table beside lists of codes or of columns: they are not its records."""
    remedy = f"{error.remedy} Beside this sheet a list of codes and titles or of columns is not "
    remedy += f"read ({lists}): if it has the records, save it as a file of its own."
    return error.with_parts(remedy=remedy)


def _with_hidden(error: InputError, hidden: Sequence[str]) -> InputError:
    """Return the error with the hidden sheets: the records may be in one of them."""
    if not hidden:
        return error
    return error.with_parts(
        found=f"{error.found}; hidden, and not read: {listed_sheets(hidden)}",
        remedy=f"{error.remedy} If a hidden sheet has the records, show it and save the workbook.",
        sheet="",
    )


def _trimmed(row: list[str]) -> list[str]:
    """Return a row without the empty cells at its end."""
    n = max((place for place, cell in enumerate(row, start=1) if cell.strip()), default=0)
    return row[:n]


def _with_columns(sheet: Sheet, layout: Layout, matches: dict[str, Match]) -> SheetWithColumns:
    headers = (layout.header, *layout.further_headers)
    records = partial(_rows_below, sheet, layout.n_rows_above_records)
    return SheetWithColumns(sheet.name, headers, matches, records)


def _rows_below(sheet: Sheet, n_above: int) -> Iterator[list[str]]:
    return islice(sheet.read(), n_above, None)


def _records(path: Source, sheet: Sheet, layout: Layout) -> Records:
    width = len(layout.header)
    n_above = layout.n_rows_above_records
    for number, row in enumerate(sheet.read(), start=1):
        if number <= n_above:
            continue
        if not _is_filled(row):
            yield number, []
            continue
        extra = _trimmed(row[width:])
        if extra:
            raise InputError(
                path,
                f"{width + len(extra)} cells",
                expected=f"{width} as in the header",
                remedy="Clear the cells to the right of the table, or name their columns.",
                line=number,
                sheet=sheet.name,
            )
        cells = row[:width] + [""] * (width - len(row))
        try:
            yield number, checked_row(path, number, cells)
        except InputError as error:
            raise error.in_sheet(sheet.name) from None


def _values(sheet: Sheet, layout: Layout) -> Iterator[list[object]]:
    """Yield the values of each record; text that stands for an empty cell stays (an error)."""
    width = len(layout.header)
    n_above = layout.n_rows_above_records
    read_values = sheet.values or sheet.read
    rows = zip_longest(sheet.read(), read_values(), fillvalue=())
    for texts, values in islice(rows, n_above, None):
        if _is_filled(texts):
            # A row of text is longer where an error or a formula stands at its end.
            pairs = zip_longest(texts, values, fillvalue="")
            row = [text if value == "" else value for text, value in pairs]
            yield (row + [""] * width)[:width]
