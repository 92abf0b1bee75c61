"""Notes below the records are no records where that is sure, and are named in any case."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import openpyxl
import pytest

from core.csv_table import SAMPLE_ROWS, open_table
from core.delimited.rows_below import RowsBelow
from core.errors import InputError
from core.settings import Columns
from tests.support.opened_table import opened_table

Rows = Sequence[Sequence[str]]
HEADER = ["id", "job_title", "duties"]
RECORDS = [["1", "nurse", "looks after patients"], ["2", "cook", ""], ["3", "", ""]]
EMPTY = ["", "", ""]
SOURCE, REMARK = ["Source: own survey 2024", "", ""], ["Remark: values are preliminary", "", ""]
LEFT_OUT = "left out (%s): after an empty row, "
KEPT = "have text in the first column alone (%s): if they are notes and no records, remove them"


def write_xlsx(path: Path, rows: Rows) -> None:
    book = openpyxl.Workbook()
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            book.worksheets[0].cell(number, column, text or None)
    book.save(path)


def write_csv(path: Path, rows: Rows) -> None:
    """Write what a person types below a table: an empty line, and a line without delimiters."""
    lines = (row[0] if not any(row[1:]) and not row[0].isdigit() else ";".join(row) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_full_csv(path: Path, rows: Rows) -> None:
    """Write what a spreadsheet saves: every line has all fields."""
    path.write_text("".join(";".join(row) + "\n" for row in rows), encoding="utf-8")


def read(path: Path) -> tuple[list[list[str]], str]:
    table = open_table(path, Columns().model_dump(), ("job_title",))
    first = [row for _, row in table.rows() if any(row)]
    assert [row for _, row in table.rows() if any(row)] == first, "a second time"
    return first, " ".join(table.below.notes)


WRITERS = {"sheet.xlsx": write_xlsx, "typed.csv": write_csv, "saved.csv": write_full_csv}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    ("below", "lines"),
    [
        ([EMPTY, SOURCE], "6"),
        ([EMPTY, EMPTY, SOURCE, EMPTY, REMARK, EMPTY], "7, 9"),
        ([EMPTY, *[SOURCE] * 6], "6, 7, 8, 9, 10, …"),
    ],
)
def test_notes_after_an_empty_row_are_no_records(
    name: str, below: Rows, lines: str, tmp_path: Path
) -> None:
    WRITERS[name](tmp_path / name, [HEADER, *RECORDS, *below])
    rows, notes = read(tmp_path / name)
    assert rows == RECORDS and LEFT_OUT % lines in notes


def test_a_note_left_of_a_table_that_begins_in_column_b_is_no_record(tmp_path: Path) -> None:
    rows = [["", *row] for row in (HEADER, *RECORDS, EMPTY)]
    write_xlsx(tmp_path / "a.xlsx", [*rows, [*SOURCE, ""]])
    read_rows, notes = read(tmp_path / "a.xlsx")
    assert [row[1:] for row in read_rows] == RECORDS and LEFT_OUT % "6" in notes


@pytest.mark.parametrize("name", ["sheet.xlsx", "saved.csv"])
@pytest.mark.parametrize(
    ("header", "records", "below", "lines"),
    [
        (HEADER, RECORDS, [SOURCE, REMARK], "5, 6"),  # no empty row
        (HEADER, [["Anna", "cook", ""]], [EMPTY, SOURCE, REMARK], "4, 5"),  # names and no ids
        (
            ["job_title", "duties", "x"],
            [["cook", "cooks", ""]] * 2,
            [EMPTY, ["nurse", "", ""], ["Source: x", "", ""]],
            "5, 6",
        ),
        (HEADER, RECORDS, [EMPTY, *[SOURCE] * 21], "6, 7, 8, 9, 10, …"),
    ],
)
def test_what_is_not_sure_is_a_record_and_named(
    name: str, header: list[str], records: Rows, below: Rows, lines: str, tmp_path: Path
) -> None:
    WRITERS[name](tmp_path / name, [header, *records, *below])
    rows, notes = read(tmp_path / name)
    assert rows == [row for row in [*records, *below] if any(row)]
    assert KEPT % lines in notes


@pytest.mark.parametrize("name", ["sheet.xlsx", "saved.csv"])
@pytest.mark.parametrize(
    ("header", "records"),
    [
        (HEADER, [*RECORDS, EMPTY, ["4", "", ""]]),  # a missing answer
        (HEADER, [*RECORDS, EMPTY, ["R-17b", "", ""]]),
        (HEADER, [*RECORDS, EMPTY, SOURCE, ["4", "guard", ""]]),  # the heading of a part
        (HEADER, [*RECORDS, EMPTY, ["", "guard", ""]]),
        (["job_title", "duties"], [["cook", ""], ["nurse", "cares"], ["", ""], ["guard", ""]]),
        (["job_title"], [["cook"], ["nurse"]]),
    ],
)
def test_a_record_stays_one_without_a_word(
    name: str, header: list[str], records: Rows, tmp_path: Path
) -> None:
    WRITERS[name](tmp_path / name, [header, *records])
    rows, notes = read(tmp_path / name)
    assert rows == [row for row in records if any(row)] and notes == ""


TOTALS = "first column and numbers alone beside it (%s): if"
PAY = ["no", "name", "job_title", "salary"]
STAFF = [["00012", "Smith", "clerk", "2.345,60"], ["00013", "Li", "driver", "2.100,00"]]
NO_FIELD, TOTAL = [""] * 4, ["Total", "", "", "4.445,60"]


@pytest.mark.parametrize("name", ["sheet.xlsx", "saved.csv"])
@pytest.mark.parametrize(
    ("header", "records", "below", "lines"),
    [
        (PAY, STAFF, [NO_FIELD, TOTAL], "5"),
        (PAY, STAFF, [TOTAL, ["Mean", "", "", "2.222,80"]], "4, 5"),  # ids in all other records
        (PAY, STAFF, [["Total", "", "", "=SUM(D2:D3)"]], "4"),  # a sum without its result
        (PAY[1:], [row[1:] for row in STAFF], [EMPTY, ["Total", "", "4.445,60"]], "5"),
        (HEADER, RECORDS, [EMPTY, ["Total", "3", ""]], "6"),  # a number of records
        (PAY, STAFF, [NO_FIELD, TOTAL, NO_FIELD, ["Source: x", "", "", ""]], "5"),
    ],
)
def test_a_total_at_the_end_is_a_record_and_named(
    name: str, header: list[str], records: Rows, below: Rows, lines: str, tmp_path: Path
) -> None:
    WRITERS[name](tmp_path / name, [header, *records, *below])
    rows, notes = read(tmp_path / name)
    assert [row for row in rows if row[0] in ("Total", "Mean")] == [
        row for row in below if row[0] in ("Total", "Mean")
    ]
    assert TOTALS % lines in notes


@pytest.mark.parametrize(
    ("header", "records"),
    [
        (PAY, [*STAFF, NO_FIELD, ["00014", "", "", "1.200,50"]]),  # a missing answer
        (PAY, [*STAFF, NO_FIELD, TOTAL, STAFF[0]]),
        (
            ["name", "job_title", "n"],
            [["Li", "", "1"], ["Bo", "cook", "2"], EMPTY, ["Al", "", "3"]],
        ),
        (["job_title", "n"], [["cook", "1"], ["guard", "2"], ["", ""], ["nurse", "3"]]),
    ],
)
def test_a_record_with_numbers_is_no_total(
    header: list[str], records: Rows, tmp_path: Path
) -> None:
    write_full_csv(tmp_path / "a.csv", [header, *records])
    assert "total" not in read(tmp_path / "a.csv")[1]


def test_a_short_line_that_is_no_sure_note_is_refused_as_before(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", [HEADER, *RECORDS, SOURCE])
    with pytest.raises(InputError, match="line 5: found 1 field; expected 3"):
        read(tmp_path / "a.csv")


def test_an_object_of_json_is_always_a_record(tmp_path: Path) -> None:
    lines = ['{"id": 1, "job_title": "nurse"}', "", '{"id": "Source: x", "job_title": null}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert read(tmp_path / "a.jsonl") == ([["1", "nurse"], ["Source: x", ""]], "")


def test_many_records_of_empty_fields_are_said(tmp_path: Path) -> None:
    note = "12 records have no text in any column"
    path = tmp_path / "a.csv"
    write_full_csv(path, [HEADER, *RECORDS, *[EMPTY] * 12])
    table = open_table(path, Columns().model_dump(), ("job_title",))
    for _ in range(2):
        assert len(list(table.rows())) == 15 and note in " ".join(table.below.notes)
    write_full_csv(path, [HEADER, *RECORDS, *[EMPTY] * 9])
    assert note[3:] not in read(path)[1]
    write_xlsx(tmp_path / "a.xlsx", [HEADER, *RECORDS, *[EMPTY] * 12, ["4", "cook", ""]])
    assert note[3:] not in read(tmp_path / "a.xlsx")[1]


def test_a_pass_within_another_one_counts_nothing_twice(tmp_path: Path) -> None:
    rows = [["id", "occupation", "code"], ["1", "nurse", "2221"], ["2", "cook", "5120"]]
    table = opened_table(tmp_path / "in.csv", [*rows, [], ["Total", "", "2"]])
    for _ in table.rows():
        notes = list(table.rows()) and table.row_notes
    assert len(notes) == 1 and table.row_notes == notes
    assert table.n_blank_lines == 1


def test_what_was_left_out_is_known_after_the_first_records_were_looked_at_again(
    tmp_path: Path,
) -> None:
    """Who looks for columns of codes takes a sample after the records were coded."""
    records = [[str(number), "nurse", "2221"] for number in range(SAMPLE_ROWS + 1)]
    rows = [["id", "occupation", "code"], *records, [], ["Source: own survey", "", ""]]
    table = opened_table(tmp_path / "in.csv", rows)
    assert len(list(table.rows())) == len(records)
    notes = list(table.row_notes)
    assert table.below.n_left_out == 1 and "1 row below the records was left out" in notes[0]
    table.sample()
    assert table.below.n_left_out == 1 and table.row_notes == notes


def test_titles_with_their_counts_take_no_memory_as_totals() -> None:
    below = RowsBelow([["nurse", "12"]], positions=[0])
    rows = chain([(2, [])], ((line, ["nurse", "12"]) for line in range(3, 100_003)))
    tracemalloc.start()
    try:
        assert sum(1 for _ in below.divide(rows)) == 100_000
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("below", "lines"),
    [
        ([EMPTY, ["", "director", "Approved by:"]], "6"),
        ([EMPTY, ["", "clerk", "Prepared:"], EMPTY, ["", "director", "Approved:"]], "6, 8"),
        ([["", "baker", "tasks:"]], None),
        ([EMPTY, ["", "baker", "tasks:"], ["4", "welder", ""]], None),
    ],
)
def test_signatures_below_the_records_are_named(
    below: Rows, lines: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "s.xlsx"
    write_xlsx(path, [HEADER, *RECORDS, *below])
    rows, notes = read(path)
    assert rows == [row for row in [*RECORDS, *below] if any(row)]
    assert notes.count("number or id") == (lines is not None)
    assert lines is None or f"({lines}): if" in notes
