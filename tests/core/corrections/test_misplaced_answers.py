"""An answer in the wrong column counts for nothing, and the coder is told where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.corrections.correction import Correction, CorrectionStatus
from core.corrections.correction_table import open_corrections, read_corrections
from core.review_contract import CHOICE_COLUMNS, CODED_LIKE, CONTEXT_MARK
from core.settings import DataSettings
from core.taxonomy import isco08

HEADER = "text,predicted_code,predicted_title,corrected_isco_code,coder,comment\n"


def read(folder: Path, *rows: str, header: str = HEADER) -> list[Correction]:
    path = folder / "c.csv"
    path.write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
    return list(read_corrections(open_corrections(path, DataSettings())))


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ("134,{134},,,4110 please", "comment", "comment says '4110'"),
        ("134,{134},,,should be 7212 in my opinion", "comment", "'7212'"),
        ("134,{134},,,222", "comment", "'222'"),
        ("134,{134},,,nicht kodierbar", "comment", "'not codable'"),
        ("134,{134},?,,2221", "comment", "stands for a missing code; comment says '2221'"),
        ("2221,{134},,,", "predicted_code", "predicted_code was changed to 2221"),
        ("1343,{134},,,", "predicted_code", "predicted_code was changed to 1343"),
        ("2221,,,,", "predicted_code", "predicted_code was changed to 2221"),
        ("2221,Führungskräfte,,,", "predicted_code", "changed to 2221"),
        ("134,{134},,2221,", "coder", "coder is 2221"),
    ],
)
def test_the_column_is_named(tmp_path: Path, cells: str, column: str, said: str) -> None:
    titles = {f"{{{code}}}": f'"{title}"' for code, title in isco08().titles.items()}
    for mark, title in titles.items():
        cells = cells.replace(mark, title)
    (row,) = read(tmp_path, f"nurse | wards,{cells}")
    assert (row.status, row.code, row.answer_column) == (CorrectionStatus.SKIPPED, "", column)
    assert said in row.reason and "give it in corrected_isco_code" in row.reason


@pytest.mark.parametrize(
    "cells",
    [
        "134,Professional Services Managers,,Anna,",
        "134,Führungskräfte in der Erbringung von speziellen Dienstleistungen,,101,",
        "1340,Professional Services Managers,,,",  # filled with zeros
        "11,Commissioned Armed Forces Officers,,,",  # a spreadsheet dropped the zero of 011
        "134,a title of nobody,,,",
        "134,a title of nobody,,NA,NA",
        ",,,,",
    ],
)
def test_a_row_as_it_was_written_has_no_answer(tmp_path: Path, cells: str) -> None:
    (row,) = read(tmp_path, f"nurse | wards,{cells}")
    assert (row.status, row.reason, row.answer_column) == (CorrectionStatus.SKIPPED, "", "")


def test_an_answer_in_its_place_makes_the_comment_a_comment(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "nurse | wards,222,,2221,Anna,perhaps 3221")
    assert (row.code, row.reason, row.answer_column) == ("2221", "", "")


def test_a_comment_that_is_not_kept_is_named(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "nurse | wards,,,,Anna,which ward?")
    assert "comment is not kept" in row.reason and row.answer_column == ""


@pytest.mark.parametrize("name", ["corrected_isco_code_2", "final", "ISCO final", "Endcode"])
def test_an_answer_in_an_added_column_of_codes_is_named(tmp_path: Path, name: str) -> None:
    header = HEADER.replace(",coder", f",{name},coder")
    first, second, third = read(
        tmp_path,
        "nurse | wards,,,,2221,Anna,",
        "welder | ships,,,7212,,Anna,",
        "cook | canteen,,,,,Anna,",
        header=header,
    )
    assert first.answer_column == name
    assert first.reason == f"{name} is 2221: if this is the answer, give it in corrected_isco_code"
    assert (second.status, second.code, second.reason) == (CorrectionStatus.ACCEPTED, "7212", "")
    assert (third.status, third.reason) == (CorrectionStatus.SKIPPED, "")


def test_a_column_of_another_classification_has_no_answers(tmp_path: Path) -> None:
    header = HEADER.replace(",coder", ",KNOCS,coder")
    (row,) = read(tmp_path, "nurse | wards,,,,2221,Anna,", header=header)
    assert (row.status, row.reason, row.answer_column) == (CorrectionStatus.SKIPPED, "", "")


def test_a_column_of_other_numbers_has_no_answers(tmp_path: Path) -> None:
    header = HEADER.replace("\n", ",person\n")
    rows = read(tmp_path, "nurse | wards,,,,,,2221", "cook | canteen,,,,,,2222", header=header)
    assert [row.answer_column for row in rows] == ["person", "person"]
    rows = read(tmp_path, "nurse | wards,,,,,,2221", "cook | canteen,,,,,,2223", header=header)
    assert [row.answer_column for row in rows] == ["", ""]


def test_a_second_answer_beside_the_first_is_named(tmp_path: Path) -> None:
    header = HEADER.replace(",coder", ",final,coder")
    same, other = read(
        tmp_path, "nurse | wards,,,2221,2221,Anna,", "cook | x,,,5120,5131,Anna,", header=header
    )
    assert (same.code, same.reason, same.answer_column) == ("2221", "", "")
    assert (other.code, other.status, other.answer_column) == (
        "5120",
        CorrectionStatus.ACCEPTED,
        "final",
    )
    assert other.reason == "final is 5131: only the answer in corrected_isco_code counts"


def test_the_choices_of_the_workbook_and_columns_of_the_input_are_no_answers(
    tmp_path: Path,
) -> None:
    columns = [*CHOICE_COLUMNS, f"{CONTEXT_MARK}isco_old", CODED_LIKE]
    header = HEADER.replace("\n", f",{','.join(columns)}\n")
    cells = ",".join(["2221 Nursing Professionals"] * len(CHOICE_COLUMNS) + ["2221", "2221 nurse"])
    (row,) = read(tmp_path, f"nurse | wards,,,,,,{cells}", header=header)
    assert (row.status, row.reason, row.answer_column) == (CorrectionStatus.SKIPPED, "", "")
