"""A column of national codes that begin with unit groups of ISCO-08 is named, and not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.csv_table import open_table
from core.isco_codes.code_column import CODE_COLUMN, CODE_NAMES
from core.isco_codes.national_codes import national_codes

UNITS = ["2341", "7112", "2221", "3313", "8331", "4321"]


def notes(tmp_path: Path, header: str, values: list[str], compared: str | None = None) -> list[str]:
    path = tmp_path / "s.csv"
    lines = [f"nurse;{value}" for value in values]
    path.write_text("\n".join([f"job_title;{header}", *lines]), encoding="utf-8")
    table = open_table(path, {"job_title": (), CODE_COLUMN: CODE_NAMES}, ("job_title",))
    return national_codes(table, compared)


@pytest.mark.parametrize("end", ["001", "0", "02", ".11.4", "1001", "-001", " 001"])
@pytest.mark.parametrize("header", ["Kód SK ISCO-08 (1. kódovač)", "NKZ 10", "COR"])
def test_national_codes_are_named(end: str, header: str, tmp_path: Path) -> None:
    (note,) = notes(tmp_path, header, [f"{unit}{end}" for unit in UNITS] + ["", "2411"])
    assert f"as national codes do: {header!r}; to compare them" in note


def test_marks_of_missing_values_are_no_other_values(tmp_path: Path) -> None:
    """SAS writes a dot where a code is missing, R and databases write NA and NULL."""
    assert notes(tmp_path, "AMMATTIKOODI", [f"{unit}1" for unit in UNITS] + [".", "NA", "NULL"] * 9)


def test_in_the_compared_column_those_count_that_are_not_read(tmp_path: Path) -> None:
    long = [f"{unit}001" for unit in UNITS]
    assert notes(tmp_path, "isco", [*UNITS, *long], "isco")
    assert not notes(tmp_path, "isco", [f"{unit}.1" for unit in UNITS], "isco")
    assert not notes(tmp_path, "isco", [*UNITS, "7112001"], "isco")


@pytest.mark.parametrize(
    "values",
    [
        ["2341001", "2341002", "2341003", "2341004", "2341005", "2341006"],  # ids
        ["7112001", "2221001", "3313001", "8331001"],  # few
        [*(f"{unit}001" for unit in UNITS), "9999999", "1000000"],
        ["81101", "82105", "04001", "97401", "01001", "85101"],  # post codes
        ["2026-11-30", "2025-01-02", "1999.12.31", "2014 1 1", "2022-05", "2021-06"],
        UNITS,
    ],
)
def test_other_numbers_are_not(values: list[str], tmp_path: Path) -> None:
    assert not notes(tmp_path, "nr", values)
