"""``predictions.xlsx`` has every value of its input, or there is none and a note says why."""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest

from core.csv_table import open_table
from core.own_tables.output_contract import output_columns
from core.settings import Settings
from core.settings_file.text_columns import JOB_TITLE
from results.own_format import write_own_format
from results.values_workbook import NotWritableError, write_values
from tests.support.ods_files import text_cell, write_ods


def value_cell(kind: str, value: str) -> str:
    name = "value" if kind == "float" else f"{kind}-value"
    return f'<table:table-cell office:value-type="{kind}" office:{name}="{value}"/>'


def write_ods_column(path: Path, cells: Sequence[str]) -> Path:
    """Write a table of one title in each row, and beside it one of ``cells``."""
    header = [text_cell(JOB_TITLE), text_cell("x")]
    return write_ods(path, [header, *([text_cell("nurse"), cell] for cell in cells)])


def write_xlsx_number(path: Path, written: str) -> Path:
    """Write one record with a number as it stands in the XML of the sheet."""
    book = openpyxl.Workbook()
    for row in ([JOB_TITLE, "x"], ["nurse", 7.5]):
        book.worksheets[0].append(row)
    plain = path.with_name("plain.xlsx")
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b">7.5<", f">{written}<".encode()))
    return path


def own_format(path: Path) -> tuple[str, list[list[str]]]:
    """Write ``predictions.csv`` and ``.xlsx`` for a file; return the note, and the CSV's rows."""
    table = open_table(path, Settings().data.read_columns.aliases, (JOB_TITLE,))
    ours = output_columns()
    predictions = path.with_name("predictions.csv")
    rows = [[*table.header, *ours], *([*row, *[""] * len(ours)] for _, row in table.rows())]
    with predictions.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return write_own_format(table, predictions, ours), rows


def written_values(folder: Path) -> list[Any]:
    """Return the second column of ``predictions.xlsx`` as another program reads it."""
    sheet = openpyxl.load_workbook(folder / "predictions.xlsx").worksheets[0]
    return [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)]


@pytest.mark.parametrize(
    ("written", "value"), [("NaN", None), ("INF", "inf"), ("-INF", "-inf"), ("1e400", "inf")]
)
def test_a_number_that_is_not_finite_is_written_as_in_the_csv(
    written: str, value: str | None, tmp_path: Path
) -> None:
    note, rows = own_format(write_xlsx_number(tmp_path / "a.xlsx", written))
    assert "has the same records" in note
    assert written_values(tmp_path) == [value] and rows[1][1] == (value or "")


def test_a_number_of_an_ods_that_is_not_finite_is_written_as_in_the_csv(tmp_path: Path) -> None:
    cells = [value_cell("float", written) for written in ("NaN", "1.5", "inf")]
    note, _ = own_format(write_ods_column(tmp_path / "a.ods", cells))
    assert "has the same records" in note
    assert written_values(tmp_path) == [None, 1.5, "inf"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1895-05-01", "1895-05-01"),
        ("1899-12-31T12:00:00", "1899-12-31T12:00:00"),
        ("1900-01-01", "1900-01-01"),
        ("1900-01-01T05:00:00", "1900-01-01T05:00:00"),
        ("1900-02-28", "1900-02-28"),
        ("1900-03-01", dt.datetime(1900, 3, 1)),
    ],
)
def test_a_day_before_march_1900_is_text(
    written: str, value: str | dt.datetime, tmp_path: Path
) -> None:
    """Programs read the numbers of these days as different days, or as times."""
    _, rows = own_format(write_ods_column(tmp_path / "a.ods", [value_cell("date", written)]))
    assert written_values(tmp_path) == [value] and rows[1][1] == written


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * 32_768, "a cell has at most 32,767 characters"),
        ("𝄞" * 16_384, "a cell has at most 32,767 characters"),
        ("<r><t>nurse</t></r>", "a workbook cannot hold the text <r>…</r>"),
        ("<r>a & b</r>", "a workbook cannot hold the text <r>…</r>"),
    ],
)
def test_a_text_that_no_cell_can_hold_is_not_shortened(
    text: str, reason: str, tmp_path: Path
) -> None:
    note, rows = own_format(write_ods_column(tmp_path / "a.ods", [text_cell(escape(text))]))
    assert note == f"there is no predictions.xlsx: {reason}"
    assert rows[1][1] == text and not (tmp_path / "predictions.xlsx").exists()


def test_the_longest_text_of_a_cell_is_written(tmp_path: Path) -> None:
    own_format(write_ods_column(tmp_path / "a.ods", [text_cell("x" * 32_767)]))
    assert written_values(tmp_path) == ["x" * 32_767]


def test_columns_that_no_sheet_can_hold_are_not_left_out(tmp_path: Path) -> None:
    with pytest.raises(NotWritableError, match="a sheet has at most 16,384 columns"):
        write_values(tmp_path / "a.xlsx", "s", [["x"] * 16_385])
