"""Columns of one name, as programs export them, come back; a name that is read stands once."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.csv_table import open_table
from core.errors import InputError
from core.settings import Columns
from tests.support.opened_table import opened_table

TITLES = ["school nurse", "bus driver", "pastry cook", "roof tiler"]


def with_titles(*others: str) -> list[list[str]]:
    return [[title, *others] for title in TITLES]


@pytest.mark.parametrize(
    ("header", "note"),
    [
        (["Job title", "Complete?", "Complete?", "Complete?"], "'Complete?' = 'Complete?'"),
        (["occupation", "deviceid", "note", "DeviceID"], "'deviceid' = 'DeviceID'"),
        (["Beruf", "Bemerkung", "x", "bemerkung "], "'Bemerkung' = 'bemerkung'"),
    ],
)
def test_programs_write_a_name_twice(header: list[str], note: str, tmp_path: Path) -> None:
    table = opened_table(tmp_path / "in.csv", [header, *with_titles("Complete", "a", "Complete")])
    assert [row[1:] for _, row in table.rows()] == [["Complete", "a", "Complete"]] * 4
    assert table.columns == {"job_title": 0}
    assert any(note in each for each in table.notes)


@pytest.mark.parametrize("name", ["Position", "Planstelle", "Poste", "Occupation"])
def test_sap_has_the_key_and_the_text_below_one_name(name: str, tmp_path: Path) -> None:
    rows = [[f"{50000000 + n}", title, "Unit"] for n, title in enumerate(TITLES)]
    table = opened_table(tmp_path / "in.csv", [[name, name, "Org. unit"], *rows])
    assert table.columns == {"job_title": 1}
    assert f"2 columns are called {name!r}: column 2 was read" in table.notes


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (["Beruf", "isco_code", "ISCO-Code"], "'isco_code' and 'ISCO-Code', which are one name"),
        (["Beruf", "confidence", "confidence"], "two columns called 'confidence'"),
        (["Beruf", "pw", "pw"], "2 columns that may be the weight"),
    ],
)
def test_a_name_that_is_read_stands_once(header: list[str], found: str, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    lines = [header, *with_titles("1", "2")]
    path.write_text("\n".join(map(",".join, lines)), "utf-8")
    with pytest.raises(InputError, match=found) as raised:
        open_table(path, Columns(weight=("pw",)).model_dump(), ("job_title",))
    assert raised.value.line == 1 and raised.value.remedy


def test_two_columns_of_titles_with_one_name_are_refused_though_they_begin_alike(
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError, match="2 columns that may be the job titles"):
        opened_table(tmp_path / "in.csv", [["Beruf", "Beruf"], *([each] * 2 for each in TITLES)])
