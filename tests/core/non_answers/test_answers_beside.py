"""Answers in a column beside the titles are counted and named: "Other", and the occupation."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.csv_table import open_table
from core.non_answers.answers_beside import AnswersBeside
from core.settings import Settings
from inference.bundle import Bundle
from tests.results.test_input_columns import coded
from tests.support.opened_table import counted_notes, opened_table

Rows = list[list[str]]
KOBO = ["id", "work/occupation", "work/occupation_other", "remark"]


def notes(tmp_path: Path, rows: Rows) -> list[str]:
    return counted_notes(AnswersBeside, opened_table(tmp_path / "survey.csv", rows))


def test_the_answers_are_counted_with_an_example(tmp_path: Path) -> None:
    rows = [
        KOBO,
        ["1", "nurse", "", ""],
        ["2", "other", "crane operator", "loud"],
        ["3", "", "barber", ""],
        ["4", "Other, specify", "", "no work"],
        ["5", "retired", "teacher", ""],
        ["6", "cook", "pastry cook", ""],
        ["7", "other", "none", ""],
        ["8", "other", "12", ""],
    ]
    assert notes(tmp_path, rows) == [
        "2 records state nothing in 'work/occupation' and have a text in 'work/occupation_other', "
        "which was not read ('crane operator'): move such answers into 'work/occupation'"
    ]


@pytest.mark.parametrize(
    ("header", "labels"),
    [
        (["Respondent ID", "Collector ID", "Occupation", "", "Age"], "Other (please specify)"),
        (["id", "wave", "Occupation", "Other (please specify)", "Age"], ""),
        (["id", "wave", "Beruf", "Sonstiges, und zwar:", "Alter"], ""),
        (["id", "wave", "P10. Zawód", "P10a. Inne (jakie?)", "Wiek"], ""),
        (["id", "wave", "Q12. Profession", "Q12_autre", "Âge"], ""),
    ],
)
def test_the_column_of_another_answer(header: list[str], labels: str, tmp_path: Path) -> None:
    """The text of SurveyMonkey stands in the second row, under a column without a name."""
    second = [["", "", "Response", labels, "Response"]] if labels else []
    records = [[str(n), "1", "Other", "crane operator", "40"] for n in range(3)]
    (note,) = notes(tmp_path, [header, *second, *records])
    assert note.startswith("3 records state nothing in ") and repr(labels or header[3]) in note


def test_no_other_column_is_looked_at(tmp_path: Path) -> None:
    rows = [
        ["id", "occupation", "industry", ""],
        *[[str(n), "other", "bank", "x y"] for n in (1, 2)],
    ]
    assert notes(tmp_path, rows) == []


@pytest.mark.parametrize(
    ("second", "main"),
    [("second_job", "main_job"), ("Zweitjob", "Beruf"), ("Seconda occupazione", "Professione")],
)
def test_the_main_job_is_no_answer_to_the_question_for_the_second(
    second: str, main: str, tmp_path: Path
) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"id,{main},{second}\n1,nurse,waiter\n2,driver,\n", encoding="utf-8")
    table = open_table(path, {"job_title": (second,)}, ("job_title",))
    beside = AnswersBeside(table)
    for chunk in table.chunks(2):
        beside.add(chunk)
    assert table.other_columns == {"job_title": [main]} and beside.notes() == []


@pytest.mark.parametrize(
    ("read", "other"),
    [
        ("Beruf", "Beruf Freitext"),
        ("occupation", "occupation (open)"),
        ("occupation", "position"),
        ("job_title", "occupation"),
        ("Beruf", "Stelle"),
    ],
)
def test_a_record_that_filled_the_other_column_of_titles_is_counted(
    read: str, other: str, tmp_path: Path
) -> None:
    rows = [["id", read, other], ["0", "cook", ""], ["1", "", "bricklayer"], ["2", "baker", ""]]
    (note,) = notes(tmp_path, rows)
    assert note.startswith(f"1 record states nothing in {read!r} and has a text in {other!r}")


@pytest.mark.parametrize(
    "other",
    ["occupation_other", "Ocupación (otra)", "Beruf: Sonstiges", "Profession - Autre"],
)
def test_the_name_says_that_another_answer_stands_there(other: str, tmp_path: Path) -> None:
    rows = [["id", "job title", "age", other], ["1", "nurse", "30", ""]]
    rows += [["2", "other", "40", "tailor"]]
    (note,) = notes(tmp_path, rows)
    assert repr(other) in note


def test_receipt_and_report_say_it(tmp_path: Path, bundle: Bundle, settings: Settings) -> None:
    text = "occupation,occupation_other\nother,crane operator\nnurse,\n"
    receipt, out = coded(tmp_path, text, bundle, settings)
    (note,) = [note for note in receipt.notes if "states nothing in 'occupation'" in note]
    assert "move such answers into" in (out / "report.html").read_text(encoding="utf-8")
    assert "in 'occupation_other'" in note
