"""A filter, a few key figures or the names of groups above a table are not its header."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from core.csv_table import Table, open_table
from core.errors import InputError
from core.settings import Columns

STAFF = "Name,Job title,Grade,Site\nAnn,clerk,C,Bern\nBob,cook,B,Ulm\n"
TABLE = "Nr,Beruf,Aufgaben,Ort\n1,Koch,kocht,Ulm\n2,Maler,malt,Ulm\n"
SMALL = "ID,Job,Sex\n1,cook,m\n2,baker,f\n"


def opened(path: Path, content: str) -> Table:
    """Return the table of a delimited text, or of a workbook with these cells."""
    if path.suffix == ".csv":
        path.write_text(content, encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        for line in content.splitlines():
            book.worksheets[0].append([cell or None for cell in line.split(",")])
        book.save(path)
    return open_table(path, Columns().model_dump(), ("job_title",))


def titles(table: Table) -> list[str]:
    return [row[table.columns["job_title"]] for _, row in table.rows()]


CASES: Sequence[tuple[str, str, list[str]]] = [
    ("Department:,Finance,Job title:,all\n", STAFF, ["clerk", "cook"]),
    ("Department:,Finance,Job title:,all\n\n", STAFF, ["clerk", "cook"]),
    ("Job title:,all,,\nSite:,Ulm,,\n,,,\n", STAFF, ["clerk", "cook"]),
    ("Region,North,Beruf,All\n\n", TABLE, ["Koch", "Maler"]),
    ("Beruf:,alle\n\n", TABLE, ["Koch", "Maler"]),
    ("Beruf:,alle,,\n,,,\n", TABLE, ["Koch", "Maler"]),
    ("Export 2026\nBeruf:,alle\n\n", TABLE, ["Koch", "Maler"]),
    ("Job,Total,Male,Female\nAll,10,5,5\n\n", SMALL, ["cook", "baker"]),
    (
        "Nr,Person,,Work,\n",
        ",Name,Age,Occupation,Duties\n1,Al,33,plumber,pipes\n2,Bo,34,nurse,cares\n",
        ["plumber", "nurse"],
    ),
    (
        "Survey 2026\nPerson,,Work,\n",
        "ID,Age,Job title,Tasks\n1,33,plumber,pipes\n2,34,nurse,cares\n3,35,cook,cooks\n",
        ["plumber", "nurse", "cook"],
    ),
]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(("above", "content", "expected"), CASES)
def test_the_table_below_is_read(
    suffix: str, above: str, content: str, expected: list[str], tmp_path: Path
) -> None:
    table = opened(tmp_path / f"in{suffix}", above + content)
    header = content.splitlines()[0].split(",")
    assert table.header == header and titles(table) == expected
    n_above = above.count("\n")
    assert f"{n_above} line{'s' if n_above > 1 else ''} above the header" in table.notes[0]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("id,job_title\n1,nurse\n2,cook\n\nid,job_title,tasks\n1,cook,cooks\n2,baker,bakes\n", 5),
        ("Beruf,Abteilung\nKoch,Ost\nMaler,West\n\nNr,Beruf\n1,Koch\n2,Maler\n", 5),
        # The number and the age of a record are no key figures of a total.
        ("id,occupation,age\n1,nurse,33\n2,cook,44\nid,job title,tasks\n3,driver,drives\n", 4),
        ("Nr,Beruf,Alter\n1,Koch,33\n2,Arzt,44\n\nNr,Beruf,Aufgaben\n4,Maurer,mauert\n", 5),
        ("job,age,sex\nnurse,33,1\ncook,44,2\n\njob,age,sex,region\nbaker,22,1,north\n", 5),
        # A caption whose first word may be a name of titles, too.
        ("Titel,Personalliste 2026\nName,Beruf\nAnna,Koch\nBert,Maler\n", 2),
        ("Poste,Direction régionale\nAgent,Métier\nAnna,Cuisinier\n", 2),
        ("Title,Staff by occupation,2026\nName,Occupation,Age\nAnn,cook,33\n", 2),
    ],
)
def test_two_tables_are_refused_with_both_lines(
    suffix: str, content: str, line: int, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as raised:
        opened(tmp_path / f"in{suffix}", content)
    word = "line" if suffix == ".csv" else "row"
    assert raised.value.line == line and f"in {word} 1 (" in raised.value.found
    assert f"in {word} {line} (" in raised.value.found
    assert f"remove the {word}s above it. Otherwise put what begins in {word} {line}" in (
        raised.value.remedy
    )


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    ("content", "n_records"),
    [
        ("id,job_title\n1,nurse\nid,job_title\n1,cook\n2,baker\n", 4),  # files one after another
        ("name,occupation,wish\nAnn,cook,occupation\nBo,cook,none\n", 2),
        ("name,occupation,wish\nAnn,cook,none\n\nBo,cook,job\nCy,cook,none\n", 3),
        ("name,occupation,wish\nAnn,occupation,none\n\nBo,occupation,job\n", 2),
        ("Name:,Job title:,Wish:\nAnn,cook,occupation\nBo,cook,none\n", 2),
        ("name,What is your job:,wish\nAnn,job,occupation\nBo,cook,none\n", 2),
        ("id,occupation,,x\n1,Beruf,x,y\n2,cook,x,y\n", 2),
    ],
)
def test_a_record_is_no_header(suffix: str, content: str, n_records: int, tmp_path: Path) -> None:
    table = opened(tmp_path / f"in{suffix}", content)
    assert ",".join(table.header) == content.splitlines()[0]
    assert len(titles(table)) == n_records
