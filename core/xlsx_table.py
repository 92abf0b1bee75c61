"""A workbook with corrections → the rows of its corrections sheet, as a CSV.

Cells are read as text. Results of formulas, links and macros are never read. The unpacked size is
limited, so that a small file cannot fill the memory. A row has the same line number in the CSV as
in the sheet.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core.csv_table import Row, Writer
from core.errors import InputError
from core.review_contract import CORRECTED

SUFFIX = ".xlsx"
_MAX_BYTES = 64 << 20
_MAX_UNPACKED_BYTES = 512 << 20
_MAX_PARTS = 500
_MAX_ROWS = 1_048_576
_MAX_COLUMNS = 256
# openpyxl has no error for a damaged workbook; it raises what the damaged place causes.
_DAMAGE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OverflowError,
    SyntaxError,
    RuntimeError,
)


def write_as_csv(path: Path, target: Path) -> None:
    """Write the first sheet of ``path`` that has a column of corrected codes to ``target``.

    Raises InputError, with the file and the sheet, if there is no such sheet, if no code is filled
    in, or if the workbook is damaged, has macros or is too large.
    """
    _refuse_unsafe(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about extensions of the format that are not read
            with path.open("rb") as file:  # openpyxl does not close a file that it cannot read
                _convert(path, file, target)
    except InputError:
        raise
    except _DAMAGE_ERRORS as error:
        raise InputError(
            path,
            f"a damaged workbook ({type(error).__name__}: {error})",
            expected="a workbook that can be opened",
            remedy="Open it and save it again as .xlsx, or send its sheet as CSV.",
        ) from None


def _refuse_unsafe(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError):
        raise InputError(
            path,
            "no workbook, or a workbook with a password",
            expected="an .xlsx workbook, such as the filled review.xlsx",
            remedy="Save it as .xlsx without a password, or as CSV.",
        ) from None
    n_bytes = sum(member.file_size for member in members)  # zipfile never unpacks more than this
    is_too_large = path.stat().st_size > _MAX_BYTES or n_bytes > _MAX_UNPACKED_BYTES
    if is_too_large or len(members) > _MAX_PARTS:
        raise InputError(
            path,
            f"a workbook of {len(members):,} parts, {n_bytes:,} bytes when unpacked",
            expected=f"at most {_MAX_PARTS} parts and {_MAX_UNPACKED_BYTES >> 20} MB",
            remedy="Send the sheet as CSV.",
        )
    if any("vbaproject" in member.filename.casefold() for member in members):
        raise InputError(
            path,
            "a workbook with macros",
            expected="a workbook without macros",
            remedy="Save it as .xlsx without macros, or as CSV.",
        )


def _convert(path: Path, file: BinaryIO, target: Path) -> None:
    book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    try:
        for sheet in book.worksheets:
            # The size that a sheet declares may be wrong.
            sheet.reset_dimensions()
            cells = sheet.iter_rows(max_row=_MAX_ROWS, max_col=_MAX_COLUMNS, values_only=True)
            rows = ([_as_text(value) for value in row] for row in cells)
            header = _trimmed(next(rows, []))
            if CORRECTED not in (name.strip().casefold() for name in header):
                continue
            _write(path, target, sheet.title, header, rows)
            return
        names = ", ".join(repr(sheet.title) for sheet in book.worksheets)
    finally:
        book.close()
    raise InputError(
        path,
        f"a workbook without a column {CORRECTED!r} in row 1 of any sheet ({names or 'no sheets'})",
        expected="the filled review.xlsx, or a sheet with the columns of a corrections file",
        remedy="To code the records of a workbook, save its sheet as CSV.",
    )


def _write(path: Path, target: Path, title: str, header: Row, rows: Iterator[Row]) -> None:
    names = [name.strip().casefold() for name in header]
    duplicate = next((name for name in names if names.count(name) > 1), None)
    if duplicate is not None:
        raise InputError(
            path,
            f"two columns called {duplicate!r} in sheet {title!r}, row 1",
            expected="every column name once",
            remedy="Rename or remove one of them.",
        )
    corrected = names.index(CORRECTED)
    is_filled = False
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = Writer(file, header)
        for number, row in enumerate(rows, start=2):
            extra_cells = _trimmed(row[len(header) :])
            if extra_cells:
                raise InputError(
                    path,
                    f"{len(header) + len(extra_cells)} cells in sheet {title!r}, row {number}",
                    expected=f"{len(header)} as in the header",
                    remedy="Clear the cells to the right of the table, or name their columns.",
                )
            n_missing = max(len(header) - len(row), 0)
            cells = row[: len(header)] + [""] * n_missing
            is_filled = is_filled or bool(cells[corrected].strip())
            writer.write([cells if any(cells) else []])
    if not is_filled:
        raise InputError(
            path,
            f"no code in the column {CORRECTED!r} of sheet {title!r}",
            expected="a code in at least one row",
            remedy="Fill in codes, save the workbook, and put it into the inbox again.",
        )


def _as_text(value: object) -> str:
    """Return a cell as a person would type it: ``110`` for the number 110.0.

    Line breaks become spaces, so that a row is one line.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).splitlines()) if value is not None else ""


def _trimmed(row: Row) -> Row:
    """Return ``row`` without the empty cells at its end."""
    filled = [position for position, cell in enumerate(row) if cell.strip()]
    return row[: filled[-1] + 1] if filled else []
