"""Cells of the input that a spreadsheet may run: counted and said, and on request neutralised."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.csv_writer import is_formula, neutralise
from core.settings import Settings
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.corrections_lookup import CorrectionsLookup
from results.code_file import batch_id, code_file
from results.corrections_file import process_corrections
from results.receipt import Receipt
from tests.support.written_rows import rows_of

ROWS = [
    ["=id", "job_title", "duties_description", "note"],
    ["=1+1", "nurse", "", "-99"],
    ["2", "=HYPERLINK(1)", "@cmd", "+43 1 234"],
    ["3", "welder", "\ttab", "a=b"],
    ["4", "cook", "\nnext line", "-"],
    ["5", "baker", "+x", "-0.5"],
    ["6", "guard", "plain", "12-3"],
]
N_WITH_FORMULAS = 5


@pytest.mark.parametrize(
    ("cell", "is_one"),
    [
        ("=1", True),
        ("+A1", True),
        ("-2+3", True),
        ("@SUM(1)", True),
        ("\t=1", True),
        ("\r1", True),
        ("\n=1", True),
        ("-5", False),
        ("+43 664 123", False),
        ("-1.234,5", False),
        ("-", False),
        ("", False),
        ("a=1", False),
        (" =1", False),
        ("-" + "1" * 1_000_000 + "x", True),
    ],
)
def test_what_may_run(cell: str, is_one: bool) -> None:
    assert is_formula(cell) == is_one
    assert neutralise(cell) == ("'" + cell if is_one else cell)
    assert not is_formula(neutralise(cell))


def code(bundle: Bundle, settings: Settings, folder: Path) -> tuple[Receipt, list[list[str]]]:
    path = folder / "survey.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(ROWS)
    out = folder / ("out safe" if settings.output.neutralise_formulas else "out")
    out.mkdir()
    receipt = code_file(path, out, open_autocoder(bundle, settings), settings)
    with (out / "predictions.csv").open(encoding="utf-8", newline="") as file:
        return receipt, [row[:4] for row in csv.reader(file)]


def with_setting(settings: Settings) -> Settings:
    return settings.with_values("output", neutralise_formulas=True)


def test_the_cells_come_back_as_they_are_and_the_report_says_so(
    bundle: Bundle, settings: Settings, tmp_path: Path
) -> None:
    receipt, rows = code(bundle, settings, tmp_path)
    assert rows == ROWS and receipt.n_formulas == N_WITH_FORMULAS
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "5 records of the input have a cell that a spreadsheet may run as a formula" in page
    assert "output.neutralise_formulas" in page


@pytest.mark.slow
def test_on_request_no_cell_runs(bundle: Bundle, settings: Settings, tmp_path: Path) -> None:
    safe = with_setting(settings)
    receipt, rows = code(bundle, safe, tmp_path)
    assert rows == [[neutralise(cell) for cell in row] for row in ROWS]
    assert not any(is_formula(cell) for row in rows for cell in row)
    assert rows[1] == ["'=1+1", "nurse", "", "-99"] and rows[0][0] == "'=id"
    assert sum(row != own for row, own in zip(rows[1:], ROWS[1:], strict=True)) == N_WITH_FORMULAS
    page = (tmp_path / "out safe" / "report.html").read_text(encoding="utf-8")
    assert "stands before it here" in page
    # Another result than that without the setting: it is not answered as the same content.
    autocoder = open_autocoder(bundle, settings)
    assert batch_id(receipt.sha256, autocoder, settings) != receipt.batch_id
    same = code(bundle, settings, tmp_path)[0]
    assert same.n_fallback == receipt.n_fallback


def test_a_reason_that_begins_with_a_name_of_the_input_runs_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    name = '=HYPERLINK("http://example.org/","see"'
    rows = [["text", name, 'corrected isco code")'], ["nurse | unknown", "2221", ""]]
    with (tmp_path / "c.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*rows, ["driver | unknown", "8322", "8322"]])
    process_corrections(tmp_path / "c.csv", tmp_path, CorrectionsLookup(), settings)
    first, _ = rows_of(tmp_path / "corrections.csv")
    assert first["reason"].startswith(f"'{name} is 2221: ")
    assert not any(map(is_formula, first.values()))
