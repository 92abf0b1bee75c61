"""A stray quotation mark does not make records part of a field without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.csv_table import Table, open_table
from core.errors import InputError
from core.settings import Columns


def opened(path: Path, content: str) -> Table:
    path.write_text(content, encoding="utf-8", newline="")
    return open_table(path, Columns().model_dump(), ("job_title",))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("content", "line"),
    [
        (
            'id,job title,duties\n1,nurse,"care\n2,cook,food\n3,baker,bread\n4,clerk,filing\n'
            '5,miner,coal"\n6,driver,lorry\n',
            2,
        ),
        (
            'id;Bemerkung;Beruf\n0;;Koch\n1;"alt;Maurer\n2;neu;Koch\n3;neu;Lehrer\n'
            '4;alt";Bäcker\n5;;Maurer\n',
            3,
        ),
        ('id;Note;Beruf\n1;"alt;Maurer\n2;neu;Koch\n3;alt";Bäcker\n5;;Maurer\n', 2),
        ('Beruf\tNote\tOrt\nKoch\t"ja\tA\nArzt\t\tB\nWirt\t\tC\nAmme\t\tD\nHirt\tnein"\tE\n', 2),
    ],
)
def test_records_within_a_field_are_refused(
    content: str, line: int, end: str, tmp_path: Path
) -> None:
    table = opened(tmp_path / "in.csv", content.replace("\n", end))
    with pytest.raises(InputError, match="as many delimiters") as raised:
        list(table.rows())
    assert raised.value.line == line
    assert "opens the field by mistake" in raised.value.remedy


@pytest.mark.parametrize(
    ("content", "n_lines"),
    [
        ('id;Beruf;Note\n1;Koch;"alt\n2;Arzt;"\n3;Wirt;\n', 1),
        ('id;Note;Beruf\n1;"alt;Koch\n2;neu";Arzt\n3;;Wirt\n', 2),
        ('Beruf;Note;Ort\nKoch;"alt\nArzt;neu;Ulm\nWirt;";Bonn\nHirt;;Ulm\n', 2),
    ],
)
def test_a_line_like_a_record_is_said(content: str, n_lines: int, tmp_path: Path) -> None:
    table = opened(tmp_path / "in.csv", content)
    list(table.rows())
    assert f"(from line 2 on, {n_lines})" in " ".join(table.row_notes)
    table.sample()
    assert len(table.row_notes) == 1


def test_the_first_of_several_fields_is_named(tmp_path: Path) -> None:
    field = '{};Koch;"alt\n2;Arzt;"\n'
    table = opened(tmp_path / "in.csv", "id;Beruf;Note\n" + field.format(1) + field.format(3))
    list(table.rows())
    assert "(the first from line 2 on, 1)" in " ".join(table.row_notes)


@pytest.mark.parametrize(
    "content",
    [
        'id,job title,duties\n1,nurse,"care,\nmeals, beds, baths\nnights"\n2,cook,food\n',
        'id,duties,job title\n1,"care, meals\nbeds, baths",nurse\n2,food,cook\n',
        'id,duties,job title\n1,"care,cleaning\nmeals",nurse\n2,food,cook\n',
        'id,job title,duties\n1,nurse,"care,meals,beds\nwash,dress,feed\na,b,c\nd,e,f"\n',
        'id;job title\n1;"nurse\nin a ward; nights\nand days"\n2;cook\n',
        'job title\n"nurse,\nward"\ncook\n',
        'job title,text\nnurse,"I care.\n\nFor people, mostly\nat night, often\nby day, too"\n',
    ],
)
def test_a_text_with_line_breaks_is_fine(content: str, tmp_path: Path) -> None:
    table = opened(tmp_path / "in.csv", content)
    assert list(table.rows())
    assert table.row_notes == []


def test_a_cell_of_a_workbook_may_have_any_lines(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["id", "job title", "duties"], [1, "nurse", "a\n2,b,c\n3,d,e\n4,f,g\n5,h,i"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "in.xlsx")
    table = open_table(tmp_path / "in.xlsx", Columns().model_dump(), ("job_title",))
    assert len(list(table.rows())) == 1 and table.row_notes == []
