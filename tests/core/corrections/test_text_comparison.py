"""A row whose text and title are those of different rows is rejected; what is harmless is not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.correction_table import open_corrections, read_corrections
from core.review_contract import MAX_SHOWN_CHARS
from core.settings import DataSettings
from core.text import join

HEADER = ("text", "job_title", "duties_description", "corrected_isco_code")


def read(
    folder: Path, *rows: tuple[str, ...], header: tuple[str, ...] = HEADER, context: str = ""
) -> list[Correction]:
    path = folder / "c.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    data = DataSettings(context_in_duties=(context,) if context else ())
    return list(read_corrections(open_corrections(path, data)))


@pytest.mark.parametrize(
    ("title", "duties"),
    [
        ("baker", "fries"),
        ("cook", "bread"),
        ("", "fries"),
        ("cook", ""),
        ("cooks", "fries"),
        ("cook 2", "fries"),
        ("7", "fries"),
    ],
)
def test_a_row_of_two_rows_is_rejected(tmp_path: Path, title: str, duties: str) -> None:
    other = ("nurse | wards", "nurse", "wards", "2221")
    mixed, whole = read(tmp_path, ("cook | fries", title, duties, "7512"), other)
    assert (mixed.status, mixed.code, mixed.is_mixed) == (CorrectionStatus.REJECTED, "", True)
    assert "'cook | fries'" in mixed.reason and repr(f"{title} | {duties}") in mixed.reason
    assert "sorted or edited in part" in mixed.reason
    assert whole.status == CorrectionStatus.ACCEPTED and not whole.is_mixed


def test_a_title_without_duties_is_compared_too(tmp_path: Path) -> None:
    header = ("text", "job_title", "corrected_isco_code")
    wholes = (("cook | unknown", "Cook", "5120"), ("cook | fries", "Cook (m/w/d)", "5120"))
    mixed, *read_wholes = read(tmp_path, ("cook | fries", "baker", "7512"), *wholes, header=header)
    assert mixed.is_mixed and "job_title 'baker'" in mixed.reason
    assert {each.status for each in read_wholes} == {CorrectionStatus.ACCEPTED}


LONG = "cuts hair, and sells shampoo " * 100
HARMLESS = [
    (join("Cook!", "fries"), "COOK", " fries. "),
    (join("café owner", "bar"), "cafe\u0301 owner", "bar"),
    (join("café owner", "bar"), "cafÃ© owner", "bar"),
    (join("nurse", "<p>wards &amp; beds</p>"), "nurse", "<p>wards &amp; beds</p>"),
    (join("0110", "guards"), "110", "guards"),
    (join("1-2", "guards"), "02. Jan", "guards"),
    (join("strażnik", "bank"), "stra?nik", "bank"),
    (join("cook", "=A1 fries"), "#NAME?", "'=A1 fries"),
    (join("cook", LONG), "cook", LONG[:MAX_SHOWN_CHARS] + " …"),
    (join("cook (m/w/d)", LONG), "cook (m/w/d)", LONG[:MAX_SHOWN_CHARS] + " …"),
    (join("cook H/F, Lyon", "1-2"), "cook H/F, Lyon", "02. Jan"),
    (join("cook", f"<style>{LONG}</style>fries"), "cook", f"<style>{LONG}"[:MAX_SHOWN_CHARS]),
    (join("cook|chef", "fries"), "cook|chef", "fries"),
    (join('=HYPERLINK("x","cook")', "fries"), '\'=HYPERLINK("x","cook")', "fries"),
    (join("cook", "n/a"), "cook", "n/a"),
    (join("", "fries"), "", "fries"),
]


@pytest.mark.parametrize(("text", "title", "duties"), HARMLESS)
def test_what_programs_change_is_harmless(
    tmp_path: Path, text: str, title: str, duties: str
) -> None:
    rows = ((text, title, duties, "5120"), ("nurse | wards", "nurse", "wards", "2221"))
    assert [row.status for row in read(tmp_path, *rows)] == [CorrectionStatus.ACCEPTED] * 2


def test_an_emptied_column_says_nothing(tmp_path: Path) -> None:
    cook, baker = read(
        tmp_path, ("cook | fries", "cook", "", "5120"), ("cook | rice", "baker", "", "7512")
    )
    assert cook.status == CorrectionStatus.ACCEPTED and baker.is_mixed
    (cook,) = read(tmp_path, ("cook | fries", "", "", "5120"))
    assert cook.status == CorrectionStatus.ACCEPTED


def test_columns_of_other_names_are_not_compared(tmp_path: Path) -> None:
    header = ("text", "predicted_title", "title", "corrected_isco_code")
    (cook,) = read(tmp_path, ("cook | fries", "Bakers", "Ms", "5120"), header=header)
    assert cook.status == CorrectionStatus.ACCEPTED


def test_the_context_may_stand_in_the_duties_or_beside_them(tmp_path: Path) -> None:
    header = (*HEADER, "industry")
    rows = (
        ("cook | fries hotel", "cook", "fries; hotel", "5120", "hotel"),
        ("cook | rice hotel", "cook", "rice", "5120", "hotel"),
        ("cook | rice hotel", "cook", "rice", "5120", "school"),
    )
    in_duties, beside, mixed = read(tmp_path, *rows, header=header, context="industry")
    assert in_duties.status == beside.status == CorrectionStatus.ACCEPTED
    assert mixed.is_mixed


def test_a_row_without_an_answer_stays_skipped(tmp_path: Path) -> None:
    (row, _) = read(tmp_path, ("cook | x", "baker", "x", ""), ("a | b", "a", "b", "2221"))
    assert row.status == CorrectionStatus.SKIPPED and not row.reason


@pytest.mark.parametrize(
    "mark", ["NA", "NULL", "nan", "None", "<NA>", "NaT", ".", "#N/A", "N/A", ""]
)
def test_a_mark_for_a_missing_value_is_an_empty_cell(tmp_path: Path, mark: str) -> None:
    """Programs write NA for an empty cell, and others an empty cell for NA."""
    rows = (
        ("cook | unknown", "cook", mark, "5120"),
        ("cook | na", "cook", mark, "5120"),
        ("unknown | fries", mark, "fries", "5120"),
    )
    whole = ("nurse | wards", "nurse", "wards", "2221")
    *read_rows, _ = read(tmp_path, *rows, whole)
    assert [row.status for row in read_rows] == [CorrectionStatus.ACCEPTED] * 3


def test_a_mark_for_a_missing_value_is_no_lost_text(tmp_path: Path) -> None:
    mixed, _ = read(
        tmp_path,
        ("cook | fries", "cook", "NA", "5120"),
        ("nurse | wards", "nurse", "wards", "2221"),
    )
    assert mixed.is_mixed


def test_a_mark_may_stand_in_a_column_of_the_context(tmp_path: Path) -> None:
    header = (*HEADER, "branch")
    rows = [("cook | fries", "cook", "fries", "5120", "NA")]
    rows.append(("nurse | wards ward 7", "nurse", "wards", "2221", "ward 7"))
    read_rows = read(tmp_path, *rows, header=header, context="branch")
    assert {row.status for row in read_rows} == {CorrectionStatus.ACCEPTED}
