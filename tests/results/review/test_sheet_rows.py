"""The rows that are put into a workbook: read back, they are what xlsxwriter would write."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import xlsxwriter
from openpyxl import load_workbook

from results.review.sheet_rows import Cell, SheetRows, link_to, write_with_rows

HEADER = ["text", "number", "share", "answer", "link"]
ROWS: list[list[Cell]] = [
    ['<b>&amp; "quoted"\nsecond line', 3, 0.1234, ""],
    [" blanks around ", 0, 1.0, None],
    ["\x07 bell _x0007_ \uffff", -1, 1e-9, "नर्स 👩\u200d🚒"],
    ["🛠" * 20_000, 2**40, 0.5, "x" * 40_000],
]
HEIGHTS = [2, 1, 1, 8]
TITLE, PLACE, TIP = 'a "title" & more', "'codes'!A3", 'what <it> says,\nand "more"'


def write_rows(path: Path, rows: list[list[Cell]]) -> None:
    content, added = BytesIO(), SheetRows()
    with xlsxwriter.Workbook(content) as book:
        formats = [book.add_format({"indent": n}) for n in range(1, 6)]
        sheet = book.add_worksheet("review")
        sheet.write_row(0, 0, HEADER)
        for row, n_lines in zip(rows, HEIGHTS, strict=False):
            added.add([*row, TITLE], n_lines)
            added.add_link(4, link_to(PLACE, TITLE, TIP))
        added.reserve(sheet, formats)
        book.add_worksheet("codes").write_string(0, 0, "as it was")
    write_with_rows(content, path, {1: added})


def content_of(path: Path) -> list[tuple[Any, ...]]:
    sheet = load_workbook(path)["review"]
    return [
        (
            sheet.dimensions,
            cell.coordinate,
            cell.value,
            cell.alignment.indent,
            sheet.row_dimensions[cell.row].height,
            cell.hyperlink and (cell.hyperlink.location, cell.hyperlink.tooltip),
        )
        for row in sheet.iter_rows()
        for cell in row
    ]


@pytest.mark.filterwarnings("ignore::UserWarning")  # xlsxwriter's, of a text that it cuts
def test_rows_are_what_xlsxwriter_writes_cell_by_cell(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "cells.xlsx") as book:
        formats = [book.add_format({"indent": n}) for n in range(1, 6)]
        sheet = book.add_worksheet("review")
        sheet.write_row(0, 0, HEADER)
        for n, (row, n_lines) in enumerate(zip(ROWS, HEIGHTS, strict=True), start=1):
            if n_lines > 1:
                sheet.set_row(n, 15 * n_lines)
            for column, (cell, cell_format) in enumerate(zip(row, formats[:4], strict=True)):
                if isinstance(cell, str) and cell:
                    sheet.write_string(n, column, cell, cell_format)
                elif cell is not None:
                    sheet.write(n, column, cell, cell_format)
            sheet.write_url(n, 4, f"internal:{PLACE}", formats[4], TITLE, TIP)
    write_rows(tmp_path / "rows.xlsx", ROWS)
    assert content_of(tmp_path / "rows.xlsx") == content_of(tmp_path / "cells.xlsx")
    assert load_workbook(tmp_path / "rows.xlsx")["codes"]["A1"].value == "as it was"
    styles = [
        ZipFile(tmp_path / name).read("xl/styles.xml") for name in ("cells.xlsx", "rows.xlsx")
    ]
    assert styles[0] == styles[1]


def test_a_sheet_without_rows_has_its_header(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.xlsx", [])
    assert [cell[2] for cell in content_of(tmp_path / "rows.xlsx")] == HEADER
