"""A workbook that somebody filled in → the rows of its corrections sheet, as a CSV.

Read as text: never a formula's result, which another program computed, never a link, never a macro.
What is unpacked has a limit, so that a small file cannot fill the memory. A row of the CSV stands
on the line that it has in the sheet.
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
_MAX_BYTES, _MAX_UNPACKED_BYTES = 64 << 20, 512 << 20
_MAX_PARTS = 500
_MAX_ROWS, _MAX_COLUMNS = 1_048_576, 256
# openpyxl has no error of its own for a damaged workbook: it stumbles where the damage is.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, KeyError, ValueError, TypeError,
    AttributeError, IndexError, EOFError, OverflowError, SyntaxError, RuntimeError,
)  # fmt: skip


def write_as_csv(path: Path, target: Path) -> None:
    """Write the first sheet of ``path`` that has a column of corrected codes to ``target``.

    Raises InputError naming the file and the sheet where there is none, nothing is filled in, or
    the workbook is damaged, has macros or is too large.
    """
    _refuse_unsafe(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that do not matter here
            with path.open("rb") as file:  # openpyxl leaves open what it cannot read
                _convert(path, file, target)
    except InputError:
        raise
    except _DAMAGED as error:
        raise InputError(
            path,
            f"a damaged workbook ({type(error).__name__}: {error})",
            expected="a workbook that opens",
            remedy="Open it, save it again as .xlsx, or send its sheet as CSV.",
        ) from None


def _refuse_unsafe(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as parts:
            found = parts.infolist()
    except (zipfile.BadZipFile, ValueError):
        raise InputError(
            path,
            "no workbook, or one with a password",
            expected="an .xlsx workbook, such as the filled review.xlsx",
            remedy="Save it as .xlsx without a password, or as CSV.",
        ) from None
    n_bytes = sum(part.file_size for part in found)  # zipfile never unpacks more than it says
    if path.stat().st_size > _MAX_BYTES or n_bytes > _MAX_UNPACKED_BYTES or len(found) > _MAX_PARTS:
        raise InputError(
            path,
            f"a workbook of {len(found):,} parts, {n_bytes:,} bytes when unpacked",
            expected=f"at most {_MAX_PARTS} parts and {_MAX_UNPACKED_BYTES >> 20} MB",
            remedy="Send the sheet as CSV.",
        )
    if any("vbaproject" in part.filename.casefold() for part in found):
        raise InputError(
            path,
            "a workbook with macros",
            expected="one without",
            remedy="Save it as .xlsx without macros, or as CSV.",
        )


def _convert(path: Path, file: BinaryIO, target: Path) -> None:
    book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    try:
        for sheet in book.worksheets:
            # What a sheet says of its own size need not be true.
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
        remedy="To have a workbook's records coded, save its sheet as CSV.",
    )


def _write(path: Path, target: Path, title: str, header: Row, rows: Iterator[Row]) -> None:
    names = [name.strip().casefold() for name in header]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise InputError(
            path,
            f"two columns called {doubled!r} in sheet {title!r}, row 1",
            expected="every column name once",
            remedy="Rename or remove one of them.",
        )
    answer, is_filled = names.index(CORRECTED), False
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = Writer(file, header)
        for number, row in enumerate(rows, start=2):
            beyond = _trimmed(row[len(header) :])
            if beyond:
                raise InputError(
                    path,
                    f"{len(header) + len(beyond)} cells in sheet {title!r}, row {number}",
                    expected=f"{len(header)} as in the header",
                    remedy="Clear the cells to the right of the table, or name their columns.",
                )
            cells = [*row, *[""] * len(header)][: len(header)]
            is_filled = is_filled or bool(cells[answer].strip())
            writer.write([cells if any(cells) else []])
    if not is_filled:
        raise InputError(
            path,
            f"no code in the column {CORRECTED!r} of sheet {title!r}",
            expected="at least one row decided",
            remedy="Fill in what you can, save, and drop it again.",
        )


def _as_text(value: object) -> str:
    """A cell as it would be typed: 110 where a program made a number of 0110, never ``110.0``.

    Line breaks become spaces, so that a row is a line.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).splitlines()) if value is not None else ""


def _trimmed(row: Row) -> Row:
    """Without the empty cells at its end."""
    filled = [position for position, cell in enumerate(row) if cell.strip()]
    return row[: filled[-1] + 1] if filled else []
