"""The rows of a review that are written whole: read back, they are what xlsxwriter would write."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter
from openpyxl import load_workbook

from results.review.review_sheet import Cell, ReviewSheet

ROWS: list[list[Cell]] = [
    ['<b>&amp; "quoted"\nsecond line', 3, 0.1234, ""],
    [" blanks around ", 0, 1.0, None],
    ["\x07 bell _x0007_", -1, 1e-9, "नर्स 👩\u200d🚒"],
    ["🛠" * 20_000, 2**40, 0.5, "x" * 40_000],
]
HEIGHTS = [2, 1, 1, 8]
TITLE, PLACE, TIP = 'a "title" & more', "'codes'!A3", 'what <it> says & "more"'


@pytest.mark.filterwarnings("ignore::UserWarning")  # xlsxwriter's, of a text that it cuts
def test_rows_are_what_xlsxwriter_writes_cell_by_cell(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "cells.xlsx") as book:
        formats = [book.add_format({"indent": n}) for n in range(1, 6)]
        sheet = book.add_worksheet("review")
        sheet.write_row(0, 0, ["text", "number", "share", "answer", "link"])
        for n, (row, n_lines) in enumerate(zip(ROWS, HEIGHTS, strict=True), start=1):
            sheet.set_row(n, 15 * n_lines)
            for column, (cell, cell_format) in enumerate(zip(row, formats[:4], strict=True)):
                if isinstance(cell, str) and cell:
                    sheet.write_string(n, column, cell, cell_format)
                elif cell is not None:
                    sheet.write(n, column, cell, cell_format)
            sheet.write_url(n, 4, f"internal:{PLACE}", formats[4], TITLE, TIP)
    with xlsxwriter.Workbook(tmp_path / "rows.xlsx") as book:
        formats = [book.add_format({"indent": n}) for n in range(1, 6)]
        sheet = book.add_worksheet("review", ReviewSheet)
        sheet.write_row(0, 0, ["text", "number", "share", "answer", "link"])
        sheet.set_formats(formats)
        link = sheet.link_to(PLACE, TITLE, TIP)
        for row, n_lines in zip(ROWS, HEIGHTS, strict=True):
            sheet.add_row([*row, TITLE], n_lines)
            sheet.add_link(4, link)
        assert not sheet.is_written
    assert sheet.is_written
    cells, rows = (ZipFile(tmp_path / name) for name in ("cells.xlsx", "rows.xlsx"))
    for part in ("xl/worksheets/sheet1.xml", "xl/styles.xml"):
        assert rows.read(part) == cells.read(part)
    texts = [
        list(load_workbook(tmp_path / name)["review"].values)
        for name in ("cells.xlsx", "rows.xlsx")
    ]
    assert texts[0] == texts[1] and len(texts[1]) == 1 + len(ROWS)
