"""Of the sheets with a column of job titles the one with the records is read, or none."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from core.csv_table import Table, open_table
from core.errors import InputError
from core.settings import Columns
from core.taxonomy import isco08

Rows = list[list[str]]

DATA: Rows = [["id", "Occupation"], *([str(n), "nurse"] for n in range(20))]
CONTACTS: Rows = [["Name", "Job title"], ["Anna", "head of unit"], ["Ben", "statistician"]]
FORM: Rows = [["id", "Occupation"]]
NUMBERED_FORM: Rows = [["id", "Job title"], ["1", ""], ["2", ""]]
SALUTATIONS: Rows = [["n", "title"], ["1", "Mr"], ["2", "Mrs"], ["3", "Dr"]]
GROUPS: Rows = [["code", "title"], *([code, isco08().titles[code]] for code in isco08().units[:30])]
TWO_HEADERS: Rows = [
    ["Job title", "Phone", ""],
    ["head of unit", "a1 b", ""],
    [],
    ["id", "Age", "Occupation"],
    ["1", "30", "nurse"],
]


def read(tmp_path: Path, columns: Columns | None = None, **sheets: Rows) -> Table:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell or None for cell in row])
    book.save(tmp_path / "s.xlsx")
    return open_table(tmp_path / "s.xlsx", (columns or Columns()).model_dump(), ("job_title",))


@pytest.mark.parametrize(
    "name", ["Job title", "job_title", "Occupation", "Job", "Position", "What is your occupation?"]
)
def test_the_better_name_does_not_decide_between_records(name: str, tmp_path: Path) -> None:
    others = [["Name", name], *CONTACTS[1:]]
    for sheets in ({"Data": DATA, "Team": others}, {"Team": others, "Data": DATA}):
        with pytest.raises(InputError, match="2 sheets with records") as raised:
            read(tmp_path, **sheets)
        assert all(repr(sheet) in raised.value.found for sheet in sheets)
    for names in ({"Data": DATA}, {"Team": others}):
        assert read(tmp_path, **names).content.sheet in names


def test_a_name_of_the_settings_decides(tmp_path: Path) -> None:
    columns = Columns(job_title=("Occupation",))
    table = read(tmp_path, columns, Team=CONTACTS, Data=DATA)
    assert table.content.sheet == "Data"
    assert table.notes == ["the sheet 'Data' was read, and not 'Team'"]


@pytest.mark.parametrize("other", [FORM, NUMBERED_FORM, SALUTATIONS, GROUPS])
def test_a_sheet_without_answers_is_left_out(other: Rows, tmp_path: Path) -> None:
    for sheets in ({"Data": DATA, "Other": other}, {"Other": other, "Data": DATA}):
        table = read(tmp_path, **sheets)
        assert table.content.sheet == "Data"
        assert table.notes == ["the sheet 'Data' was read, and not 'Other'"]


def test_answers_with_the_codes_of_a_list_are_records(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 sheets with records"):
        read(tmp_path, Data=[*GROUPS, GROUPS[1]], Team=CONTACTS)


def test_of_empty_forms_the_first_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, A=FORM, B=FORM).content.sheet == "A"


def test_a_sheet_without_a_sure_header_may_have_the_records(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'Team', 'Data'"):
        read(tmp_path, Data=TWO_HEADERS, Team=CONTACTS)
    with pytest.raises(InputError, match="names of columns in line 1"):
        read(tmp_path, Data=TWO_HEADERS, Form=FORM)
