"""Cells of workbooks that their reader takes otherwise than people do."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from core.errors import InputError
from tests.core.formats.test_open_content import read
from tests.support.external_programs import needs_office, save_as
from tests.support.ods_files import text_cell, write_ods


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#REF!", "Err:502"])
def test_an_error_in_ods_comes_back_as_it_is(error: str, tmp_path: Path) -> None:
    head = [text_cell("job_title"), text_cell("rate")]
    cell = '<table:table-cell table:formula="of:=1/0" office:value-type="string" {}>{}'
    end = "</table:table-cell>"
    empty = 'office:string-value=""'
    rows = [
        [text_cell("nurse"), cell.format(empty, f"<text:p>{error}</text:p>{end}")],
        [text_cell("cook"), cell.format(empty, end)],  # the formula gives an empty text
        [cell.format(empty, f"<text:p>{error}</text:p>{end}"), text_cell("#1")],
    ]
    assert read(write_ods(tmp_path / "a.ods", [head, *rows]))[1] == [
        ["nurse", error],
        ["cook", ""],
        [error, "#1"],
    ]


def time_cell(value: str) -> str:
    return (
        f'<table:table-cell office:value-type="time" office:time-value="{value}">'
        "<text:p>as shown</text:p></table:table-cell>"
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("nurse<text:tab/>ward 3", "nurse\tward 3"),
        ("nurse<text:line-break/>ward 3", "nurse\nward 3"),
        ('nurse<text:s text:c="2"/>ward 3', "nurse  ward 3"),
        ('nurse<text:tab text:tab-ref="1"></text:tab>ward', "nurse\tward"),
        ("nurse</text:p><text:p>ward 3", "nurse\nward 3"),
    ],
)
def test_spaces_in_a_cell_of_ods(content: str, text: str, tmp_path: Path) -> None:
    head = [text_cell("job_title"), text_cell("id")]
    cell = text_cell(content)
    path = write_ods(tmp_path / "a.ods", [head, [cell, text_cell("1")]])
    _, rows = read(path)
    assert rows == [[text, "1"]]


def test_every_tab_of_a_large_content(tmp_path: Path) -> None:
    head = [text_cell("job_title"), text_cell("id")]
    body = [[text_cell(f"a<text:tab/>b {'x' * (n % 700)}"), text_cell(str(n))] for n in range(9000)]
    _, rows = read(write_ods(tmp_path / "a.ods", [head, *body]))
    assert all(row[0].startswith("a\tb") for row in rows) and len(rows) == 9000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("PT30H00M00S", "30:00:00"),
        ("PT08H30M00S", "08:30:00"),
        ("-PT01H30M00S", "-1:30:00"),
        ("P1DT2H", "26:00:00"),
        ("PT90M", "01:30:00"),
    ],
)
def test_times_of_ods(value: str, text: str, tmp_path: Path) -> None:
    head = [text_cell("job_title"), text_cell("hours")]
    row = [text_cell("PT90M"), time_cell(value)]  # a text stays what it is
    _, rows = read(write_ods(tmp_path / "a.ods", [head, row]))
    assert rows == [["PT90M", text]]


def _merged(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["Staff of 2026", None, None],
        ["id", "job_title", "ward"],
        [1, "nurse", "A"],
        [2, None, "A"],
        [None, None, None],
        [3, None, "B"],
        [4, "cook", "B"],
    ):
        sheet.append(row)
    sheet.merge_cells("B3:B6")
    sheet.merge_cells("A1:C1")
    book.save(path)
    return path


FILLED = [["1", "nurse", "A"], ["2", "nurse", "A"], ["3", "nurse", "B"], ["4", "cook", "B"]]


def test_a_cell_over_several_rows_is_the_value_of_each(tmp_path: Path) -> None:
    table, rows = read(_merged(tmp_path / "a.xlsx"))
    assert rows == FILLED
    assert "1 cell goes over several rows (in 'job_title')" in " ".join(table.notes)
    assert table.content.values is not None
    assert [row[1] for row in table.content.values()] == ["nurse", "nurse", "nurse", "cook"]


@needs_office
@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["ods", "xls"])
def test_merged_cells_of_libreoffice(suffix: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    table, rows = read(save_as(_merged(tmp_path / "a.xlsx"), suffix, tmp_path / "out"))
    assert rows == FILLED and "goes over several rows" in " ".join(table.notes)


def test_a_date_beyond_all_years_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["job_title", "hours"])
    sheet.append(["nurse", 1e12])
    sheet.cell(2, 2).number_format = "[h]:mm:ss"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError) as raised:
        read(tmp_path / "a.xlsx")
    assert "OverflowError" in raised.value.found


def test_a_negative_number_is_no_date(tmp_path: Path) -> None:
    """A spreadsheet shows "#####" for it; its reader takes it for midnight."""
    rows = [
        ("job_title", "begun", "at", "balance", "hours"),
        ("nurse", -1, -0.25, -12.5, -0.5),
        ("cook", -45000.25, 0.25, 3, 1.5),
        ("guard", 45000, 0, -1, 0.5),
    ]
    formats = ("General", "yyyy-mm-dd", "h:mm", '0.00 "days"', "[h]:mm:ss")
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for row_of_cells in sheet.iter_rows(min_row=2):
        for cell, number_format in zip(row_of_cells, formats, strict=True):
            cell.number_format = number_format
    book.save(tmp_path / "a.xlsx")
    table, texts = read(tmp_path / "a.xlsx")
    assert texts == [
        ["nurse", "-1", "-0.25", "-12.5", "-12:00:00"],
        ["cook", "-45000.25", "06:00:00", "3", "36:00:00"],
        ["guard", "2023-03-15", "00:00:00", "-1", "12:00:00"],
    ]
    assert table.content.values is not None
    assert [row[1] for row in table.content.values()][:2] == [-1.0, -45000.25]


@pytest.mark.parametrize("first", ["A", "C"])
def test_a_table_that_begins_anywhere(first: str, tmp_path: Path) -> None:
    """Errors, formulas, merged cells and negative dates keep their columns."""
    columns = "ABCDEFG"["ABC".index(first) :]
    cells = {
        "job_title": ["nurse", "cook", "guard"],
        "checked": ["#N/A", "=1+1", "x"],
        "ward": ["North", None, "South"],
        "begun": [-3, 0.5, 0.5],
    }
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for letter, (name, values) in zip(columns, cells.items(), strict=False):
        for row, value in enumerate([name, *values], start=5):
            sheet[f"{letter}{row}"] = value
            if name == "begun" and row > 5:
                sheet[f"{letter}{row}"].number_format = "yyyy-mm-dd"
    sheet[f"{columns[1]}6"].data_type = "e"
    sheet.merge_cells(f"{columns[2]}6:{columns[2]}7")
    book.save(tmp_path / "a.xlsx")
    table, texts = read(tmp_path / "a.xlsx")
    assert table.header == list(cells)
    assert texts == [
        ["nurse", "#N/A", "North", "-3"],
        ["cook", "=1+1", "North", "12:00:00"],
        ["guard", "x", "South", "12:00:00"],
    ]


def test_a_first_column_of_formulas_without_results(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in ((None, "job_title"), ("=B2", "nurse"), ("=B3", "cook")):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    table, texts = read(tmp_path / "a.xlsx")
    assert table.header == ["", "job_title"] and texts == [["=B2", "nurse"], ["=B3", "cook"]]
