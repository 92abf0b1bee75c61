"""The column of codes is one that has codes, not one that only has the name."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.csv_table import Table, open_table
from core.isco_codes.code_column import CODE_COLUMN, CODE_NAMES
from core.isco_codes.compared_column import choose_compared_column

WITHOUT = "not compared, since at most half of its values are codes of ISCO-08: {!r}"


def read(tmp_path: Path, text: str) -> Table:
    path = tmp_path / "t.csv"
    path.write_text(text)
    table = open_table(path, {"job_title": (), CODE_COLUMN: CODE_NAMES}, ("job_title",))
    choose_compared_column(table)
    return table


@pytest.mark.parametrize("name", ["Job Code", "code", "label", "occ_code"])
def test_a_column_without_codes_is_none_of_codes(name: str, tmp_path: Path) -> None:
    table = read(tmp_path, f"id,{name},job title\n1,N01,Nurse\n2,C01,Cook\n3,B07,Baker\n")
    assert CODE_COLUMN not in table.columns
    assert table.notes == [WITHOUT.format(name)]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("code", ("2221", "5120", "")),
        ("Code", ("2221", "X", "5120")),
        ("ISCO-08 code", ("276", "840", "DE")),  # which no other codes are called
    ],
)
def test_a_column_with_codes_or_their_very_name_stays(
    name: str, codes: tuple[str, ...], tmp_path: Path
) -> None:
    rows = "".join(f"1,{code},Nurse\n" for code in codes)
    table = read(tmp_path, f"id,{name},job title\n{rows}")
    assert table.columns[CODE_COLUMN] == 1
    assert not table.notes


def test_a_later_name_is_taken_where_the_better_one_has_no_codes(tmp_path: Path) -> None:
    table = read(tmp_path, "job_code,code,label,job title\nN01,2221,2221,Nurse\nC1,5120,z9,Cook\n")
    assert table.columns[CODE_COLUMN] == 1
    assert not table.other_columns
    names = "'job_code', 'label'"
    assert table.notes == [
        f"not compared, since at most half of their values are codes of ISCO-08: {names}"
    ]


def test_other_columns_with_codes_are_noted_still(tmp_path: Path) -> None:
    table = read(tmp_path, "isco_code,code,job title\n2221,2221,Nurse\n5120,5120,Cook\n")
    assert table.columns[CODE_COLUMN] == 0
    assert table.other_columns == {CODE_COLUMN: ["code"]}
    assert table.notes == ["other columns that may be the isco_code: 'code'"]


@pytest.mark.parametrize("name", ["CITP-08", "citp08", "CITP/2008", "CIUO 08"])
def test_isco_has_other_letters_in_romance_languages(name: str, tmp_path: Path) -> None:
    """The column of ISCO-88 and that of the national code beside it are none of these codes."""
    header = f"profissão;CPP/2010;CITP-88;{name}\n"
    table = read(tmp_path, header + "enfermeira;22210;2230;2221\ncozinheiro;51200;5122;5120\n")
    assert table.columns[CODE_COLUMN] == 3
    assert not table.other_columns
