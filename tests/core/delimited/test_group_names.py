"""Names of groups above the names of the columns make no record of those."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest

from core.errors import InputError
from tests.core.delimited.test_later_header import opened, titles

GROUPS = ",,Main job,,Second job,\n"
RECORDS = "1,30,Nurse,care,Waiter,serve\n2,40,Baker,bread,,\n3,50,Plumber,pipes,Farmer,cows\n"
UNLIKE = "the first record is unlike the others"

both_formats = pytest.mark.parametrize("suffix", [".csv", ".xlsx"])


@both_formats
@pytest.mark.parametrize(
    ("above", "names"),
    [
        (GROUPS, "Id,Age,Title,Duties,Title 2,Duties 2\n"),
        (GROUPS + "\n", "Id,Age,Title,Duties,Title 2,Duties 2\n"),
        ("Person,,Main job,,Second job,\n", "Id,Age,Title,Duties,Title 2,Duties 2\n"),
        ("Survey\nPerson,,Occupation,,Spouse,\n", "Id,Age,Title,Duties,Name,Place\n"),
    ],
)
def test_names_of_all_columns_are_the_header(
    suffix: str, above: str, names: str, tmp_path: Path
) -> None:
    table = opened(tmp_path / f"in{suffix}", above + names + RECORDS)
    assert table.header == names.strip().split(",")
    assert titles(table) == ["Nurse", "Baker", "Plumber"]


@both_formats
@pytest.mark.parametrize("name", ["ISCO-08", "ISCO-88", "NACE-2", "KldB-2010"])
def test_the_name_of_a_classification_is_a_name_and_no_id(
    suffix: str, name: str, tmp_path: Path
) -> None:
    head = f",Main job,,Codes,\nId,Title,Duties,{name},Coder\n"
    records = "1,Nurse,cares,2221,A\n2,Baker,bakes,7512,A\n3,Plumber,fits pipes,7126,B\n"
    table = opened(tmp_path / f"in{suffix}", head + records)
    assert table.header == ["Id", "Title", "Duties", name, "Coder"]
    assert titles(table) == ["Nurse", "Baker", "Plumber"]


@both_formats
@pytest.mark.parametrize("groups", [GROUPS, "Person,,Main job,,Second job,x\n"])
def test_names_alike_in_two_groups_are_refused(suffix: str, groups: str, tmp_path: Path) -> None:
    names = "Id,Age,Title,Duties,Title,Duties\n"
    with pytest.raises(InputError, match="'Title' stands there twice") as raised:
        opened(tmp_path / f"in{suffix}", groups + names + RECORDS)
    assert "'Main job Title', 'Second job Title'" in raised.value.remedy
    assert raised.value.line == 2
    joined = "Id,Age,Main job Title,Main job Duties,Second job Title,Second job Duties\n"
    assert titles(opened(tmp_path / f"joined{suffix}", joined + RECORDS))[0] == "Nurse"


@both_formats
@pytest.mark.parametrize(
    "head",
    [
        "Person,,Beruf,,Partner,\nNr,Alter,Bezeichnung,Aufgaben,Bezeichnung P,Aufgaben P\n",
        "Person,,Beruf,,Partner,\nNr,Alter,Text,Code,Beruf,Aufgaben P\n",  # not the partner's
        "Id,Age,Main job,,Second job,\n,,Title,Duties,Title,Duties\n",
    ],
)
def test_names_without_a_sure_title_are_refused(suffix: str, head: str, tmp_path: Path) -> None:
    line = "line" if suffix == ".csv" else "row"
    with pytest.raises(InputError, match=rf"names of groups of columns in {line} 1") as raised:
        opened(tmp_path / f"in{suffix}", head + RECORDS)
    assert f"Put both {line}s into one" in raised.value.remedy


def test_a_row_with_one_sign_of_names_is_said(tmp_path: Path) -> None:
    content = "Person,,Beruf,\nWer,Ort,Was,Aufgaben\nAnn,Bern,Koch,kocht\nBo,Ulm,Maler,malt\n"
    table = opened(tmp_path / "in.csv", content)
    assert len(titles(table)) == 3
    assert any(note.startswith(UNLIKE) for note in table.notes)


@pytest.mark.parametrize(
    "content",
    [
        "id,job title,,x\n1,nurse,a,b\n2,cook,c,d\n",
        ",job title,age,x\nAnn,nurse,unknown,none\nBo,cook,30,4\nCy,cook,31,5\n",
        "name,job title,,\nAnn,nurse,Bern,x\nBo,cook,Ulm,y\n",
        "name,job title,,\nAnn,nurse,,x\nBo,cook,30,y\nCy,cook,31,y\n",
    ],
)
def test_a_first_record_below_columns_without_a_name_stays(content: str, tmp_path: Path) -> None:
    table = opened(tmp_path / "in.csv", content)
    assert titles(table)[0] == "nurse"
    assert not any(note.startswith(UNLIKE) for note in table.notes)


@both_formats
@pytest.mark.parametrize(
    ("head", "records"),
    [
        ("id,About your father,,\nid,Name,Job title,Age\n", "1,Al,miner,60\n2,Ed,farmer,61\n"),
        ("id,About your father,\n,Name,Job title\n", "1,Al,miner\n2,Ed,farmer\n"),
        ("Survey\nid,About your father,\n\nid,Name,Job title\n", "1,Al,miner\n2,Ed,farmer\n"),
        (
            ",About your father,,About you,\n,Name,Job title,Name,Occupation\n",
            "1,Al,miner,Eve,nurse\n2,Ed,farmer,Bo,cook\n",
        ),
        (
            "id,About you,,Your father,\nid,Age,Job title,Name,Duties\n",
            "1,30,nurse,Al,digs\n2,31,cook,Ed,ploughs\n",
        ),
    ],
)
def test_the_fathers_job_below_a_group_is_refused(
    suffix: str, head: str, records: str, tmp_path: Path
) -> None:
    line = "line" if suffix == ".csv" else "row"
    with pytest.raises(InputError, match=rf"names of groups of columns in {line}") as raised:
        opened(tmp_path / f"in{suffix}", head + records)
    assert "our father'" in raised.value.found
    assert f"Put both {line}s into one" in raised.value.remedy


@both_formats
@pytest.mark.parametrize(
    "above",
    [
        "Jobs of fathers 2026,,,",  # the whole table
        "Last update,2026-11-29,,",
        "Wave:,First,Region:,North",
        "id,About you,,",
        "Variable,Label,,\nisco,ISCO code,,\n,,,",
        "name,label,,\nid,Number,,\nJob,coded as isco,,\n",
    ],
)
def test_a_line_about_the_file_or_the_person_is_left_out(
    suffix: str, above: str, tmp_path: Path
) -> None:
    content = f"{above}\nid,Name,Job title,Age\n1,Al,miner,60\n2,Ed,farmer,61\n"
    assert titles(opened(tmp_path / f"in{suffix}", content)) == ["miner", "farmer"]


def test_a_name_of_the_titles_in_the_first_record_is_said(tmp_path: Path) -> None:
    content = "Nr,Main job,Second job\n,Title,Title\n1,nurse,cook\n2,plumber,baker\n"
    table = opened(tmp_path / "in.csv", content)
    assert titles(table) == ["Title", "nurse", "plumber"]
    assert any(note.startswith(UNLIKE) for note in table.notes)


@both_formats
@pytest.mark.parametrize("has_index", [True, False])
@pytest.mark.parametrize(
    "names",
    [
        ["person id", "person sex", "work occupation", "work industry"],
        ["id Unnamed: 0_level_1", "occupation Unnamed: 1_level_1", "score mean", "score std"],
    ],
)
def test_both_rows_of_names_of_pandas(
    suffix: str, has_index: bool, names: list[str], tmp_path: Path
) -> None:
    columns = pd.MultiIndex.from_tuples([name.split(" ", 1) for name in names])
    values = {"occupation": ["nurse", "baker", "plumber"], "industry": ["care", "food", "pipes"]}
    numbers = [[str(n * 3), str(n), str(n + 2)] for n in range(1, 4)]
    cells = [
        next((values[word] for word in name.split() if word in values), numbers[n % 3])
        for n, name in enumerate(names)
    ]
    text = pd.DataFrame(zip(*cells, strict=True), columns=columns).to_csv(index=has_index)
    table = opened(tmp_path / f"in{suffix}", text)
    assert titles(table) == ["nurse", "baker", "plumber"]


@pytest.mark.parametrize("has_index", [True, False])
def test_a_job_of_the_spouse_of_pandas_is_refused(has_index: bool, tmp_path: Path) -> None:
    data = {
        ("self", "id"): [1, 2, 3],
        ("self", "sex"): ["m", "f", "m"],
        ("spouse", "occupation"): ["nurse", "baker", "plumber"],
        ("spouse", "age"): [30, 40, 50],
    }
    written = io.StringIO()
    pd.DataFrame(data).to_csv(written, index=has_index)
    with pytest.raises(InputError, match="names of groups of columns in line 1"):
        opened(tmp_path / "in.csv", written.getvalue())
