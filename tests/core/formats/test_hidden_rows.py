"""Rows that a filter or a person hides are read like the others, and counted in a note."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from core.csv_table import open_table
from core.settings import Columns
from tests.support.external_programs import needs_office, save_all_as

TITLES = ["nurse", "welder", "baker", "clerk"]


def write(path: Path, *hidden: int) -> Path:
    """Write a workbook with a title line, a header in row 2 and the records below it."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Staff of 2026"])
    sheet.append(["id", "job_title"])
    for number, title in enumerate(TITLES):
        sheet.append([str(number), title])
    for row in hidden:
        sheet.row_dimensions[row].hidden = True
    book.save(path)
    return path


NOTES = {
    (4,): "1 row that is hidden or filtered out was read like the others",
    (4, 6): "2 rows that are hidden or filtered out were read like the others",
    (1,): "",
    (): "",
}
"""The note of a workbook by its hidden rows."""


@pytest.mark.parametrize(
    "suffix", [".xlsx", pytest.param(".ods", marks=[needs_office, pytest.mark.slow])]
)
def test_hidden_records_are_read_and_counted(suffix: str, tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{n}.xlsx", *hidden) for n, hidden in enumerate(NOTES)]
    if suffix != ".xlsx":
        paths = save_all_as(paths, suffix[1:], tmp_path)
    for path, (hidden, note) in zip(paths, NOTES.items(), strict=True):
        table = open_table(path, Columns().model_dump(), ("job_title",))
        assert [row[1] for _, row in table.rows()] == TITLES, hidden
        notes = [each for each in table.notes if "hidden" in each]
        assert [each.partition(";")[0] for each in notes] == ([note] if note else []), hidden
