"""Subtotals and repeated headers among the records are counted and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import Settings
from inference.bundle import Bundle
from results.reporting.stray_rows import StrayRows
from tests.results.test_input_columns import coded
from tests.support.opened_table import counted_notes, opened_table
from tests.support.written_rows import rows_of

Rows = list[list[str]]
HEADER = ["name", "Job title", "Main tasks"]


def notes(tmp_path: Path, rows: Rows) -> list[str]:
    return counted_notes(StrayRows, opened_table(tmp_path / "staff.csv", rows))


@pytest.mark.parametrize(
    ("title", "total"),
    [
        ("Welder", "Welder Total"),
        ("Welder", "Welder Count"),
        ("Maurer", "Maurer Ergebnis"),
        ("Schweißer", "Summe Schweißer"),
        ("infirmière", "Total infirmière"),
        ("infermiere", "infermiere Totale"),
        ("pielęgniarka", "pielęgniarka Suma"),
        ("lékař", "lékař - Celkem"),
        ("медицинска сестра", "Общо медицинска сестра"),
        ("ممرضة", "إجمالي ممرضة"),
    ],
)
def test_totals_below_their_records(title: str, total: str, tmp_path: Path) -> None:
    rows = [HEADER, ["a", title, ""], ["b", title, ""], ["", total, ""], ["", "Grand Total", ""]]
    (note,) = notes(tmp_path, rows)
    assert note.startswith("1 record was coded that looks like a total") and "record 3" in note
    assert repr(total) in note


def test_the_groups_of_a_sheet_are_counted(tmp_path: Path) -> None:
    groups = [
        row
        for title in ("cook", "baker", "guard")
        for row in (["a", title, ""], ["b", "", ""], ["", f"{title} Total", ""])
    ]
    (note,) = notes(tmp_path, [HEADER, *groups])
    assert note.startswith("3 records were coded that look like totals") and "'cook Total'" in note


def test_titles_that_go_on_are_none(tmp_path: Path) -> None:
    titles = ["nurse", "nurse assistant", "head nurse", "cook", "Total engineer", "total cook 2"]
    rows = [[str(n), title, ""] for n, title in enumerate(titles)]
    assert notes(tmp_path, [HEADER, *rows]) == []


def test_files_one_below_the_other(tmp_path: Path) -> None:
    records = [["Ann", "cook", "cooks"], ["Bo", "guard", "guards"]]
    (note,) = notes(tmp_path, [HEADER, *records, HEADER, *records])
    assert note.startswith("1 record has the names of the columns and got no code (record 3)")
    again = [name.upper() for name in HEADER]
    (note,) = notes(tmp_path, [HEADER, *records, HEADER, *records, again, *records])
    assert note.startswith("2 records have the names of the columns and got no code")
    assert "(the first is record 3)" in note
    assert notes(tmp_path, [HEADER, ["Ann", "Job title", "cooks"], *records]) == []


STAFF = [
    ["id", "Job title", "Main tasks", "hours"],
    ["", "Finance department", "", ""],
    ["1", "accountant", "keeps books", "40"],
    ["", "NURSING:", "", ""],
    ["2", "nurse", "", ""],
    ["3", "ward sister", "", "20"],
    ["4", "", "cleans", "20"],
]


def test_headings_among_the_records(tmp_path: Path) -> None:
    (note,) = notes(tmp_path, STAFF)
    assert note.startswith("2 records have a title and nothing else (the first is 'Finance depart")
    assert "record 1), and all others have a value in 'id'" in note
    _, again = notes(tmp_path, [*STAFF, *STAFF])
    assert again.startswith("4 records have a title and nothing else")


@pytest.mark.parametrize(
    "rows",
    [
        [["", "cook", "cooks", ""]],  # an answer without an id
        [["", "cook", "", "30"]],
        [[str(n), "cook", "", ""] for n in range(1_000)] + [["", "cook", "cooks", ""]],
        [["", "cook", "", ""]] * 3,  # with those above more than half
    ],
)
def test_answers_without_an_id_are_no_headings(tmp_path: Path, rows: Rows) -> None:
    assert notes(tmp_path, [*STAFF, *rows]) == []


def test_a_column_without_a_name_tells_no_heading(tmp_path: Path) -> None:
    """The note would name a column that nobody finds."""
    header, *records = STAFF
    (note,) = notes(tmp_path, [["", *header], *([row[0], *row] for row in records)])
    assert "all others have a value in 'id'" in note
    assert notes(tmp_path, [["", *header[1:]], *records]) == []


def test_a_title_alone_beside_one_value_is_no_heading(tmp_path: Path) -> None:
    assert notes(tmp_path, [["Job title", "age"], ["cook", "30"], ["nurse", ""]]) == []


def test_the_receipt_says_it(tmp_path: Path, bundle: Bundle, settings: Settings) -> None:
    text = "id,occupation\n1,cook\n,cook Total\nid,occupation\n2,guard\n"
    receipt, out = coded(tmp_path, text, bundle, settings)
    assert receipt.n_rows_in == 4
    assert rows_of(out / "predictions.csv")[2]["source"] == "empty"  # the repeated header
    assert sum("total of those above" in note for note in receipt.notes) == 1
    assert sum("has the names of the columns" in note for note in receipt.notes) == 1
