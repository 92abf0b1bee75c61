"""Jobs that stand in the column of another period alone are counted, with the column."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.csv_table import open_table
from core.non_answers.other_periods import OtherPeriods
from core.settings import Settings
from inference.bundle import Bundle
from tests.results.test_input_columns import coded
from tests.support.opened_table import counted_notes, opened_table

WEEK, YEAR = "Occupation last 7 days", "Occupation last 12 months"
RECORDS = [
    ["1", "nurse", "nurse"],
    ["2", "", "carpenter"],
    ["3", "not stated", "teacher"],
    ["4", "welder", "cook"],
    ["5", "", ""],
    ["6", "retired", "driver"],
    ["7", "", "refused"],
]


def test_jobs_of_the_year_alone_are_counted(tmp_path: Path) -> None:
    table = opened_table(tmp_path / "survey.csv", [["id", WEEK, YEAR], *RECORDS])
    assert counted_notes(OtherPeriods, table) == [
        "3 records name no job in 'Occupation last 7 days' and have a job in 'Occupation last "
        "12 months', which was not read: if its period counts, name that column in "
        "data.columns.job_title"
    ]


def test_jobs_of_the_week_alone_are_counted_where_the_settings_name_the_year(
    tmp_path: Path,
) -> None:
    path = tmp_path / "survey.csv"
    path.write_text(f"id,{WEEK},{YEAR}\n1,nurse,\n2,cook,cook\n", encoding="utf-8")
    table = open_table(path, {"job_title": (YEAR,)}, ("job_title",))
    (note,) = counted_notes(OtherPeriods, table)
    assert note.startswith(f"1 record names no job in {YEAR!r} and has a job in {WEEK!r}")


@pytest.mark.parametrize(
    "out_of_work",
    ["sans emploi", "Hausfrau", "pensionné", "bruggepensioneerd", "en incapacité de travail", "?"],
)
def test_who_is_out_of_work_in_the_week_is_counted(out_of_work: str, tmp_path: Path) -> None:
    week, year = "Profession (7 derniers jours)", "Profession (12 derniers mois)"
    rows = [["ID", week, year], ["1", out_of_work, "boulanger"], ["2", "infirmière", "infirmière"]]
    (note,) = counted_notes(OtherPeriods, opened_table(tmp_path / "survey.csv", rows))
    assert note.startswith(f"1 record names no job in {week!r} and has a job in {year!r}")


@pytest.mark.parametrize(
    ("header", "record"),
    [
        (["id", WEEK, "Duties last 7 days", YEAR], ["1", "retired", "cares for patients", "nurse"]),
        (["id", "Job title", "Occupation", "age"], ["1", "", "nurse", "40"]),
        (["id", WEEK, "Second occupation", "age"], ["1", "", "nurse", "40"]),
    ],
)
def test_nothing_is_said_of_rows_with_duties_and_of_other_columns(
    header: list[str], record: list[str], tmp_path: Path
) -> None:
    rows = [header, record, ["2", "cook", "cooks", "cook"]]
    assert counted_notes(OtherPeriods, opened_table(tmp_path / "survey.csv", rows)) == []


def test_receipt_and_report_say_it(tmp_path: Path, bundle: Bundle, settings: Settings) -> None:
    text = f"id,{WEEK},{YEAR}\n1,,carpenter\n2,nurse,nurse\n"
    receipt, out = coded(tmp_path, text, bundle, settings)
    assert [note for note in receipt.notes if f"has a job in {YEAR!r}" in note]
    assert "has a job in" in (out / "report.html").read_text(encoding="utf-8")
    assert receipt.columns["job_title"] == WEEK
