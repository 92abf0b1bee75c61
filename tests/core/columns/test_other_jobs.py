"""Columns of another job, person or time are not the job, and those of the main job are."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from core.columns.header_names import Match, match, names_another
from core.csv_table import Table, open_table
from core.errors import InputError
from core.settings import Columns
from tests.core.columns.headers import (
    MAIN_AND_OTHER,
    NAMES_OF_ANOTHER,
    NOT_THE_DUTIES,
    NOT_THE_JOB,
    THE_DUTIES,
    THE_JOB,
)
from tests.core.listed_texts import listed

ALIASES = Columns().model_dump()


@pytest.mark.parametrize("header", listed(NOT_THE_JOB))
def test_another_job_is_not_the_job(header: str) -> None:
    for written in (header, header.upper(), header.replace(" ", "_")):
        assert match(written, "job_title") is None


@pytest.mark.parametrize("header", listed(NOT_THE_DUTIES))
def test_other_duties_are_not_those_of_the_job(header: str) -> None:
    for written in (header, header.upper(), header.replace(" ", "_")):
        assert match(written, "duties_description") is None


@pytest.mark.parametrize("header", listed(THE_JOB))
def test_the_job_stays_the_job(header: str) -> None:
    assert match(header, "job_title") is not None


@pytest.mark.parametrize("header", listed(THE_DUTIES))
def test_the_duties_stay_the_duties(header: str) -> None:
    assert match(header, "duties_description") is not None


@pytest.mark.parametrize("line", MAIN_AND_OTHER.splitlines())
def test_the_main_job_is_read_beside_another(line: str, tmp_path: Path) -> None:
    main, other = line.split(" | ")
    for header in (["id", main, other], ["id", other, main]):
        table = opened(tmp_path, [header, ["1", "nurse", "cook"], ["2", "miner", "baker"]])
        assert table.header[table.columns["job_title"]] == main
        assert "duties_description" not in table.columns
        assert names_another(other, "job_title")
        assert any(repr(other) in note for note in table.notes)


@pytest.mark.parametrize(
    ("header", "titles", "note"),
    [
        ("Nr|Tätigkeit|2. Beruf|3. Beruf", 1, "not read as job titles"),
        ("Nr|2. zaměstnání|práce|", 2, "not read as job titles"),
        ("Nr|Tätigkeit|2. Beruf|3. Ort", 2, None),  # questions
        ("1. Nr|Tätigkeit|2. Beruf|Ort", 2, None),
        ("Nr|3. Beruf|Stelle|Ort", 1, "other columns that may be the job titles"),
        (
            "Nr|2. Beruf|Was machen Sie beruflich?|Ort",
            1,
            "other columns that may be the job titles",
        ),
    ],
)
def test_a_number_counts_jobs_or_questions(
    header: str, titles: int, note: str | None, tmp_path: Path
) -> None:
    rows = [header.split("|"), ["7", "Koch", "Maler", "Wirt"], ["8", "Bäcker", "Arzt", "Koch"]]
    table = opened(tmp_path, rows)
    assert table.columns["job_title"] == titles
    assert [text.startswith(note or "") for text in table.notes] == [True] * (note is not None)


def test_the_job_of_another_member_below_long_paths_is_noted(tmp_path: Path) -> None:
    """KoBo repeats the groups in each name of a wide export."""
    first, second = (f"home/members[{n}]/home/members/job_title" for n in (1, 2))
    rows = [["id", second, first], ["1", "cook", "nurse"], ["2", "", "miner"]]
    table = opened(tmp_path, rows)
    assert table.columns == {"job_title": 2}
    assert table.notes == [
        f"not read as job titles, since their names say something else: {second!r}"
    ]


@pytest.mark.parametrize("line", NAMES_OF_ANOTHER.splitlines())
def test_a_name_that_is_another_job_in_one_word_is_noted(line: str, tmp_path: Path) -> None:
    main, *others = line.split(" | ")
    for other in others:
        for written in (other, other.upper(), f"Q12. {other}"):
            rows = [["id", main, written], ["1", "nurse", "cook"], ["2", "miner", "baker"]]
            table = opened(tmp_path, rows)
            assert table.columns == {"job_title": 1} and "job_title" not in table.other_columns
            assert table.notes == [
                f"not read as job titles, since their names say something else: {written!r}"
            ]


def test_whether_there_is_another_job_is_no_title_of_it(tmp_path: Path) -> None:
    rows = [["id", "Beruf", "Nebenberuf"], ["1", "nurse", "ja"], ["2", "miner", "nein"]]
    assert opened(tmp_path, rows).notes == []


def test_without_the_job_a_table_is_refused(tmp_path: Path) -> None:
    for header in (["id", "Zweiter Beruf"], ["Tugas utama", "Pekerjaan tambahan"]):
        with pytest.raises(InputError):
            opened(tmp_path, [header, ["1", "cook"], ["2", "baker"]])


def test_a_name_in_the_settings_decides(tmp_path: Path) -> None:
    rows = [["id", "Lavoro principale", "Seconda occupazione"], ["1", "nurse", "cook"]]
    table = opened(tmp_path, rows, {"job_title": ("Seconda occupazione",)})
    assert table.header[table.columns["job_title"]] == "Seconda occupazione"


@pytest.mark.parametrize(
    ("main", "second", "duties", "second_duties"),
    [
        ("Zawód (praca główna)", "Zawód (praca dodatkowa)", "Czynności", "Czynności dodatkowe"),
        ("Main job", "Do you have a second job? If yes, what is it?", "Duties", "Duties 2"),
        ("occupation", "occupation of the father", "tasks", "tasks of the father"),
    ],
)
def test_duties_of_the_main_job_are_not_those_of_another(
    main: str, second: str, duties: str, second_duties: str, tmp_path: Path
) -> None:
    rows = [[main, duties, second, second_duties], ["nurse", "cares", "cook", "cooks"]]
    table = opened(tmp_path, rows, {"job_title": (second,)})
    assert table.columns == {"job_title": 2}
    assert any(repr(duties) in note and "duties_description" in note for note in table.notes)
    settings = {"job_title": (second,), "duties_description": (second_duties,)}
    table = opened(tmp_path, rows, settings)
    assert table.columns == {"job_title": 2, "duties_description": 3}
    assert not any(repr(duties) in note for note in table.notes)
    alone = [row[1:] for row in rows]  # without titles of the main job these are its duties
    table = opened(tmp_path, alone, {"job_title": (second,)})
    assert table.columns == {"job_title": 1, "duties_description": 0}


@pytest.mark.parametrize(
    "header",
    [
        "zawod czynnosci zawod2 czynnosci2",
        "zawod_1 czynnosci_1 zawod_2 czynnosci_2",
        "Title Duties Title_(job_2) Duties_(job_2)",
        "job_title tasks job_title_2 tasks_2",
    ],
)
def test_duties_have_the_number_of_the_job_that_is_set(header: str, tmp_path: Path) -> None:
    rows = [header.split(), ["nurse", "cares", "cook", "cooks"], ["x", "y", "baker", "bakes"]]
    table = opened(tmp_path, rows, {"job_title": (rows[0][2],)})
    assert table.columns == {"job_title": 2, "duties_description": 3}
    table = opened(tmp_path, [row[:3] for row in rows], {"job_title": (rows[0][2],)})
    assert table.columns == {"job_title": 2}
    assert any("is about another job" in note for note in table.notes)
    coded = [["Beruf", "Beruf2", "Aufgaben"], ["2221", "nurse", "cares"], ["5120", "cook", ""]]
    assert opened(tmp_path, coded).columns == {"job_title": 1, "duties_description": 2}


def test_a_row_of_names_below_does_not_make_another_job_the_job(tmp_path: Path) -> None:
    """Merged cells over the names: the second title is in one note, not in two that contradict."""
    book = openpyxl.Workbook()
    rows = [["", "", "Main job", "", "Second job", ""]]
    rows += [["Id", "Age", "Title", "Duties", "Title 2", "Duties 2"]]
    rows += [["1", "30", "Nurse", "care", "Waiter", "serve"]]
    rows += [["2", "40", "Cook", "cooks", "Guard", "guards"]]
    for row in rows:
        book.worksheets[0].append([cell or None for cell in row])
    path = tmp_path / "two_jobs.xlsx"
    book.save(path)
    table = open_table(path, ALIASES, ("job_title",))
    assert [row[table.columns["job_title"]] for _, row in table.rows()] == ["Nurse", "Cook"]
    (note,) = [note for note in table.notes if "'Title 2'" in note]
    assert "other columns that may be the job titles" in note


@pytest.mark.parametrize(
    ("read", "beside"),
    [
        ("job", "job_new"),
        ("Beruf", "Neuer Beruf"),
        ("Professione", "Nuova professione"),
        ("Beruf", "F13: Hat diese berufliche Tätigkeit noch einen besonderen Namen?"),
    ],
)
def test_another_title_of_the_job_is_named(read: str, beside: str, tmp_path: Path) -> None:
    rows = [["id", beside, read], ["1", "midwife", "nurse"], ["2", "baker", "cook"]]
    table = opened(tmp_path, rows)
    assert table.header[table.columns["job_title"]] == read
    assert table.other_columns == {"job_title": [beside]}


@pytest.mark.parametrize(
    "header", ["Aktuelle Tätigkeit", "Cargo principal", "Hlavní funkce", "Current role", "job_new"]
)
def test_a_general_name_with_main_or_current_stays_general(header: str) -> None:
    assert match(header, "job_title") == (Match.GENERIC, 1)


def opened(
    tmp_path: Path, rows: list[list[str]], aliases: dict[str, tuple[str, ...]] | None = None
) -> Table:
    path = tmp_path / "in.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return open_table(path, ALIASES | (aliases or {}), ("job_title",))


def test_a_table_of_others_alone_is_refused_with_their_names(tmp_path: Path) -> None:
    path = tmp_path / "pais.csv"
    path.write_text("Aluno;Profissão do pai;Profissão da mãe\nA1;pedreiro;ama\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        open_table(path, ALIASES, ("job_title",))
    assert "say something else: 'Profissão do pai', 'Profissão da mãe'" in raised.value.remedy


def test_a_table_of_second_jobs_alone_is_refused_with_their_name(tmp_path: Path) -> None:
    path = tmp_path / "nebenberufe.csv"
    path.write_text("Nr;Nebenberuf\nA1;Kellner\nA2;Taxifahrer\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        open_table(path, ALIASES, ("job_title",))
    assert "say something else: 'Nebenberuf'" in raised.value.remedy
