"""A hidden sheet is not read, and is named: the records may be in it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from core.csv_table import Table, open_table
from core.errors import InputError
from core.languages.page_language import page_language
from core.settings import Columns
from tests.support.external_programs import needs_office, save_as

RECORDS = [["id", "job_title"], ["1", "nurse"]]
OTHERS = [["id", "question"], ["1", "nurse"]]


def write(path: Path, shown: list[list[str]], **hidden: str) -> Path:
    """Write a workbook with the sheet ``shown`` and further ones with the states ``hidden``."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = "staff"
    for row in shown:
        book.worksheets[0].append(row)
    for name, state in hidden.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for row in [] if name == "empty" else RECORDS:
            sheet.append(row)
    book.save(path)
    return path


def read(path: Path) -> Table:
    table = open_table(path, Columns().model_dump(), ("job_title",))
    assert [row for _, row in table.rows()] == RECORDS[1:]
    return table


@pytest.mark.parametrize(
    "suffix",
    [
        ".xlsx",
        *(pytest.param(end, marks=[needs_office, pytest.mark.slow]) for end in (".xls", ".ods")),
    ],
)
def test_each_hidden_sheet_with_a_cell_is_named(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / "s.xlsx", RECORDS, old="hidden", older="veryHidden", empty="hidden")
    if suffix != ".xlsx":
        path = save_as(path, suffix[1:], tmp_path)
    assert read(path).notes == ["2 hidden sheets were not read: 'old', 'older'"]


def test_beside_other_sheets_it_is_named_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "s.xlsx", RECORDS, codes="visible", old="hidden")
    book = openpyxl.load_workbook(path)
    book["codes"]["B1"] = "question"
    book.save(path)
    assert read(path).notes == [
        "the sheet 'staff' was read, and not 'codes'",
        "a hidden sheet was not read: 'old'",
    ]


def test_the_first_of_many_are_named_in_the_language_of_the_page(tmp_path: Path) -> None:
    hidden = {f"old{number}": "hidden" for number in range(10)}
    (note,) = read(write(tmp_path / "s.xlsx", RECORDS, **hidden)).notes
    assert note.startswith("10 hidden sheets were not read: 'old0', ")
    assert note.endswith(", 'old7' and 2 more")
    assert page_language("de").gettext(note).endswith(", 'old7' und noch 2")


@pytest.mark.parametrize(
    ("shown", "found"), [([], "no filled cell"), (OTHERS, "no column 'job_title' in row 1")]
)
def test_where_no_visible_sheet_has_records_the_error_names_it(
    shown: list[list[str]], found: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "s.xlsx", shown, old="hidden")
    with pytest.raises(InputError) as raised:
        read(path)
    assert re.search(f"{found}.*; hidden, and not read: 'old'; expected", str(raised.value))
    assert "If a hidden sheet has the records, show it" in raised.value.remedy


def test_a_damaged_one_is_named_and_does_no_harm(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.xlsx", RECORDS, old="hidden")
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(tmp_path / "s.xlsx", "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet2.xml"):
                content = content.replace(b"</sheetData>", b"</wrong>")
            target.writestr(name, content)
    assert read(tmp_path / "s.xlsx").notes == ["a hidden sheet was not read: 'old'"]
