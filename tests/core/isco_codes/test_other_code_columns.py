"""A column of codes that nobody called one of ISCO-08 is named for what its name says."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.isco_codes.other_code_columns import codes_without_a_name
from core.taxonomy import isco08
from tests.support.opened_table import opened_table

UNITS = ["2221", "5120", "7212", "2341", "8322", "7115"]


def notes(tmp_path: Path, header: str) -> list[str]:
    rows = [["id", "job_title", header], *(["1", "nurse", unit] for unit in UNITS)]
    return codes_without_a_name(opened_table(tmp_path / "survey.csv", rows))


@pytest.mark.parametrize(
    "header",
    [
        "KNOCS",
        "CNO",
        "CNO-11",
        "cno_code",
        "q12_SOC2020",
        "PSOC 2012",
        "KldB 2010",
        "KldB",
        "ISCO-88",
        "FEOR-08",
        "CP2011",
    ],
)
def test_codes_of_another_classification_are_none_of_isco_08(header: str, tmp_path: Path) -> None:
    (note,) = notes(tmp_path, header)
    assert note.startswith("columns that are called as another classification, ")
    assert f": {header!r}; the same digits may mean other groups" in note
    assert "corrections" not in note


@pytest.mark.parametrize("header", ["Kod poprawiony", "final", "social", "Romeo", "technocode"])
def test_codes_under_any_other_name_are_those_of_isco_08(header: str, tmp_path: Path) -> None:
    (note,) = notes(tmp_path, header)
    assert note.startswith(f"columns with codes of ISCO-08 that were not read: {header!r}; if ")


@pytest.mark.parametrize("missing", ["9999", "-9", "نا", "n.a.", "nem tudom", "٩٩٩٩"])
def test_missing_codes_are_no_other_values(missing: str, tmp_path: Path) -> None:
    """A first coder leaves many records without a code, and Arabic has digits of its own."""
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    for units in (UNITS, [unit.translate(arabic) for unit in UNITS]):
        codes = [*units, *[missing] * 4]
        rows = [["id", "job_title", "kod"], *(["1", "nurse", code] for code in codes)]
        notes = codes_without_a_name(opened_table(tmp_path / "survey.csv", rows))
        assert any("'kod'" in note for note in notes) is (missing != "نا")


@pytest.mark.parametrize("form", ["{code} {title}", "{code} - {title}", "{code}: {title}"])
def test_a_code_may_stand_before_its_title(form: str, tmp_path: Path) -> None:
    coded = [form.format(code=unit, title=isco08().titles[unit]) for unit in UNITS]
    rows = [["id", "job_title", "coder 1"], *(["1", "nurse", each] for each in coded)]
    (note,) = codes_without_a_name(opened_table(tmp_path / "survey.csv", rows))
    assert "'coder 1'" in note


def test_numbers_of_houses_are_no_codes(tmp_path: Path) -> None:
    rows = [["id", "job_title", "address"]]
    rows += [["1", "nurse", f"{n} High Street"] for n in range(2000, 2400)]
    assert codes_without_a_name(opened_table(tmp_path / "survey.csv", rows)) == []
