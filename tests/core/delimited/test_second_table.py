"""A table below the records of another one is refused, and none of it is coded with them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from core.csv_table import Table, open_table
from core.errors import InputError
from core.settings import Columns

STAFF = "id,name,occupation,age\n1,Ann,nurse,33\n2,Bo,cook,44\n"


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


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    ("below", "line"),
    [
        ("\nid,name,father's occupation,age\n1,Ann,miner,70\n", 5),
        ("id,name,former occupation,age\n1,Ann,miner,70\n", 4),  # files put one below the other
        ("\ufeffid,job,Letzter Beruf,age\n1,Ann,miner,70\n", 4),
        (",,,\nid,name,Letzter Beruf,age\n1,Ann,miner,70\n", 5),
        ("\nFormer staff,,,\nid,person,former occupation,wage\n3,Cy,smith,9\n", 6),
        ("\nid,firm,industry,city\n1,Inn,restaurant,Ulm\n", 5),
    ],
)
def test_names_of_other_columns_are_refused(
    suffix: str, below: str, line: int, tmp_path: Path
) -> None:
    table = opened(tmp_path / f"in{suffix}", STAFF + below)
    with pytest.raises(InputError) as raised:
        list(table.rows())
    error = raised.value
    assert error.line == line and "names of other columns below the records ('id'," in error.found
    assert "into a file of its own" in error.remedy
    assert ("sheet 'Sheet', row" in str(error)) == (suffix == ".xlsx")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    "below",
    [
        "\nid,name,occupation,age\n3,Cy,baker,22\n",  # its own header again
        "id,name,occupation,age in years\n3,Cy,baker,22\n",  # with the titles where they were
        "\nid,name,baker,22\n",  # a number: a record
        "\n3,name,baker,22\n",
        "\n3,Cy,occupation,22\n",
        "\nid,Cy,baker,unknown\n",
        "\n,,baker,\n,,smith,\n",
    ],
)
def test_what_may_be_a_record_is_read(suffix: str, below: str, tmp_path: Path) -> None:
    records = STAFF if not below.startswith("\nid,Cy") else STAFF.replace("1,", "A-x,")
    table = opened(tmp_path / f"in{suffix}", records + below)
    n_records = records.count("\n") - 1 + sum(map(bool, below.split("\n")))
    assert len(list(table.rows())) == n_records


def test_a_heading_is_no_header(tmp_path: Path) -> None:
    content = "name,occupation\nAnn,nurse\n,\nname,\nBo,cook\n"
    assert len(list(opened(tmp_path / "in.csv", content).rows())) == 4
