"""A file with a column for each language is refused with what to do; no row loses its title."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.csv_table import open_table
from core.errors import InputError
from core.non_answers.answers_beside import AnswersBeside
from core.settings import Columns
from tests.support.opened_table import counted_notes, opened_table

FILLED_ONCE = [["nurse", "", ""], ["", "infirmière", ""], ["", "", "cuoco"], ["", "", ""]]


def refused(path: Path, rows: list[list[str]]) -> InputError:
    with pytest.raises(InputError) as raised:
        opened_table(path, rows)
    return raised.value


@pytest.mark.parametrize(
    "header",
    [
        ["occupation_en", "occupation_fr", "occupation_it"],
        ["Job title - EN", "Job title - FR", "Job title - IT"],
        ["job_title_cs", "job_title_hu", "job_title_el"],
    ],
)
def test_of_which_each_row_fills_one(tmp_path: Path, header: list[str]) -> None:
    error = refused(tmp_path / "in.csv", [header, *FILLED_ONCE])
    assert all(repr(name) in error.found for name in header)
    assert error.found.endswith("of which each row fills one")
    assert '=IF(B2="",C2,B2)' in error.remedy and "data.columns" not in error.remedy


def test_none_of_which_has_the_texts_of_all_rows(tmp_path: Path) -> None:
    """A person may answer in both languages: to name one column would lose the other answers."""
    rows = [["nurse", "infirmière"], ["nurse", ""], ["", "cuisinier"], ["cook", "cuisinier"]]
    error = refused(tmp_path / "in.csv", [["occupation EN", "occupation FR"], *rows])
    assert error.found.endswith("none of which has a text in all rows")
    assert '=IF(B2="",C2,B2)' in error.remedy and "data.columns" not in error.remedy


@pytest.mark.parametrize(
    "header",
    [
        ["profession (homme)", "profession (femme)"],
        ["Beruf (Mann)", "Beruf (Frau)"],
        ["profesión_hombre", "profesión_mujer"],
        ["Yrke kvinne", "Yrke mann"],
    ],
)
def test_for_women_and_men(tmp_path: Path, header: list[str]) -> None:
    """The word for a woman is that for the wife, whose job is another one."""
    rows = [row[:2] for row in FILLED_ONCE]
    error = refused(tmp_path / "in.csv", [header, *rows])
    assert "2 columns that may be the job titles" in error.found
    assert error.found.endswith("of which each row fills one")


def test_the_title_stands_before_those_of_women_and_men(tmp_path: Path) -> None:
    header = ["Beruf (Frau)", "Beruf (Mann)", "Beruf"]
    table = opened_table(tmp_path / "in.csv", [header, ["cook", "", "nurse"], ["", "a", "miner"]])
    assert table.header[table.columns["job_title"]] == "Beruf"
    assert table.notes == [
        "other columns that may be the job titles: 'Beruf (Frau)', 'Beruf (Mann)'"
    ]


def test_the_wife_alone_is_another_person(tmp_path: Path) -> None:
    rows = [["profession", "profession (femme)"], ["cuisinier", "infirmière"], ["boucher", ""]]
    (note,) = opened_table(tmp_path / "in.csv", rows).notes
    assert note.startswith("not read as job titles, since their names say something else")


@pytest.mark.parametrize("slips", [[], [["", "boucher"], ["miner", ""]]])
def test_translations_leave_the_choice(tmp_path: Path, slips: list[list[str]]) -> None:
    texts = [["nurse", "infirmière"], ["cook", "cuisinier"]] * 10
    error = refused(tmp_path / "in.csv", [["occupation_en", "occupation_fr"], *texts, *slips])
    assert "fills one" not in error.found and "data.columns.job_title" in error.remedy


def test_a_note_counts_the_titles_in_another_language(tmp_path: Path) -> None:
    assert_counted(tmp_path / "in.csv", "occupation_en", "occupation_fr")


def test_a_note_counts_the_titles_of_the_other_sex(tmp_path: Path) -> None:
    assert_counted(tmp_path / "in.csv", "profession (homme)", "profession (femme)")


def assert_counted(path: Path, first: str, second: str) -> None:
    """Assert that a note counts the titles in ``second`` alone, if the settings name ``first``."""
    path.write_text(f"{first},{second}\nnurse,\n,cuisinier\ncook,cuisinier\n", encoding="utf-8")
    table = open_table(path, Columns(job_title=[first]).model_dump(), ("job_title",))
    (note,) = counted_notes(AnswersBeside, table)
    assert note.startswith(f"1 record states nothing in {first!r} and has a text in ")
    assert f"{second!r}, which was not read ('cuisinier')" in note
    assert table.notes == [f"other columns that may be the job titles: {second!r}"]


@pytest.mark.parametrize("name", ["os{}_zawod", "zawod_os{}", "المهنة {}"])
def test_columns_of_numbered_persons_become_rows(tmp_path: Path, name: str) -> None:
    header = [name.format(number) for number in (1, 2, 3)]
    households = [["nurse", "cook", ""], ["welder", "", "tailor"], ["", "baker", "farmer"]]
    error = refused(tmp_path / "in.csv", [header, *households])
    assert "a row of its own" in error.remedy and "not coded" in error.remedy
