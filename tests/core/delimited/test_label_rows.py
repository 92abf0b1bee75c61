"""A row of labels below the header is no record, in any language; a first record stays one."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from core.columns.header_words import name_table
from core.csv_table import Table, open_table
from core.settings import Columns


def opened(tmp_path: Path, content: str) -> tuple[Table, list[list[str]]]:
    path = tmp_path / "in.csv"
    path.write_text(content, encoding="utf-8")
    table = open_table(path, Columns().model_dump(), ("job_title",))
    return table, [row for _, row in table.rows()]


@pytest.mark.parametrize(
    ("labels", "title"),
    [
        ("Startdatum,Enddatum,Antwort-ID,Was ist Ihr Beruf?", "Bäckerin"),
        ("Date de début,Date de fin,ID de réponse,Quelle est votre profession ?", "boulangère"),
        ("Fecha de inicio,Fecha final,ID de respuesta,¿Cuál es su ocupación?", "panadera"),
        ("Data początkowa,Data końcowa,ID odpowiedzi,Jaki jest Pani zawód?", "piekarka"),
        ("開始日,終了日,回答 ID,職業 (occupation),", "パン職人"),
    ],
)
@pytest.mark.parametrize("n_records", [1, 3])
def test_qualtrics_in_other_languages(
    labels: str, title: str, n_records: int, tmp_path: Path
) -> None:
    labels = labels.rstrip(",")
    record = f"2026-03-01 10:00:00,2026-03-01 10:09:00,R_3kP,{title}\n"
    _, rows = opened(
        tmp_path, f"StartDate,EndDate,ResponseId,job_title\n{labels}\n{record * n_records}"
    )
    assert [row[3] for row in rows] == [title] * n_records


def test_the_column_is_told_by_the_question_below_its_name(tmp_path: Path) -> None:
    table, rows = opened(
        tmp_path,
        "CASE;STARTED;A101_01;A102\n"
        "Interview-Nummer;Zeitpunkt des Beginns;Welchen Beruf üben Sie aus?;Zufriedenheit\n"
        "17;2026-03-01 10:00:00;Koch;4\n18;2026-03-01 11:00:00;Köchin;5\n",
    )
    assert table.columns == {"job_title": 2} and [row[2] for row in rows] == ["Koch", "Köchin"]
    assert "1 row after the header" in " ".join(table.notes)


@pytest.mark.parametrize(
    ("header", "labels"),
    [
        ("No,Profession,Sexe,Âge", "No.,Occupation,Sex,Age in years"),
        ("م,المهنة,النوع,السن", "No,Occupation,Sex,Age"),
        ("Lp.,Zawód,Płeć,Wiek", "Nr,Beruf,Geschlecht,Alter"),
    ],
)
def test_the_names_in_a_second_language(header: str, labels: str, tmp_path: Path) -> None:
    records = "1,nurse,F,34\n2,welder,M,51\nTotal,,,85\n"
    table, rows = opened(tmp_path, f"{header}\n{labels}\n{records}")
    assert [row[1] for row in rows] == ["nurse", "welder", ""]
    (header_note,), (total_note,) = table.notes, table.row_notes
    assert "1 row after the header" in header_note and "numbers alone beside it (5)" in total_note


def test_choices_of_surveymonkey_in_another_language(tmp_path: Path) -> None:
    _, rows = opened(
        tmp_path,
        "ID respondenta,ID kolektora,Data rozpoczęcia,zawód,Dojazd,,\n"
        ",,,Odpowiedź otwarta,Auto,Autobus,Pociąg\n"
        "118,4,2026-03-01,kierowca,Auto,,\n119,4,2026-03-02,piekarz,,Autobus,\n",
    )
    assert [row[3] for row in rows] == ["kierowca", "piekarz"]


@pytest.mark.parametrize(
    "first",
    [
        "1,nurse,34,2400",
        "A7,nurse,34,unknown",
        ",nurse,unknown,unknown",
        "x,nurse,refused,don't know",  # no numbers, but no labels either
        "4,What is your occupation?,34,2400",  # somebody copied the question
        "4,nurse?,thirty,a lot",
        "nurse,nurse,nurse,nurse",
        "abc,cook,thirty,a lot",  # the title of a later record
    ],
)
def test_a_first_record_stays(first: str, tmp_path: Path) -> None:
    _, rows = opened(
        tmp_path, f"id,job_title,age,income\n{first}\n2,cook,40,3000\n3,baker,41,3100\n"
    )
    assert len(rows) == 3 and rows[0] == first.split(",")


def test_what_is_not_certain_is_said(tmp_path: Path) -> None:
    content = "name,job_title,age\nAnna,nurse,thirty\n" + "".join(
        f"{name},cook,{age}\n" for age, name in enumerate(("Bo", "Cy", "Di", "Ed"), start=30)
    )
    table, rows = opened(tmp_path, content)
    assert len(rows) == 5 and "the first record is unlike the others" in " ".join(table.notes)
    table, rows = opened(tmp_path, content.replace("thirty", "30"))
    assert len(rows) == 5 and "the first record" not in " ".join(table.notes)


@pytest.mark.parametrize(
    ("content", "first"),
    [
        (
            "Nr.,Welchen Beruf haben Sie?,Alter,Ort\n%s1,Koch,33,Ulm\n2,Maler,44,Ulm\n",
            "id,v1,v2,v3",
        ),
        ("Name,Occupation,Salary\n%sAl,cook,33\nBo,mason,44\n", "text,text,EUR/month"),
        ("id,job title,hours,pay\n%s1,nurse,40,300\n2,cook,38,200\n", ",text,h/week,EUR"),
        ("id,job title,hours,pay\n%s1,nurse,40,300\n2,cook,38,200\n", "-,Freitext,Stunden,Euro"),
        ("id,job title,hours,pay\n%s1,nurse,40,300\n2,cook,38,200\n", "int,varchar(255),int,real"),
        ("id,job title,hours,pay\n%s1,nurse,40,300\n2,cook,38,200\n", ",,h/week,EUR"),
        ("Name,Beruf,Alter\n%sAl,Koch,33\nBo,Maurer,44\n", "(1),(2),(3)"),
        ("Name,Beruf,Ort\n%sAl,Koch,Ulm\nBo,Maurer,Bonn\n", "1,2,3"),
    ],
)
def test_a_row_of_variables_types_or_numbers_is_said(
    content: str, first: str, tmp_path: Path
) -> None:
    table, rows = opened(tmp_path, content % f"{first}\n")
    assert rows[0] == first.split(",")
    assert "the first record is unlike the others" in " ".join(table.notes)
    table, _ = opened(tmp_path, content % "")
    assert "the first record is unlike" not in " ".join(table.notes)


@pytest.mark.parametrize(
    "name", sorted(set(chain.from_iterable(name_table()["free_text"].values())))
)
def test_a_row_with_a_name_for_text_is_said(name: str, tmp_path: Path) -> None:
    content = f"id,job title,hours,pay\n-,{name} (80),h/week,EUR\n1,nurse,40,300\n2,cook,38,200\n"
    table, rows = opened(tmp_path, content)
    assert len(rows) == 3
    assert "the first record is unlike the others" in " ".join(table.notes)


@pytest.mark.parametrize(
    "first",
    ["4,99,45", "A7,B12,45", "1,-9,3", "7,text editor,34", ",text,", ",,unknown", "7,text,"],
)
def test_a_first_record_with_codes_is_not_said(first: str, tmp_path: Path) -> None:
    table, rows = opened(tmp_path, f"id,job_title,age\n{first}\n2,cook,40\n3,baker,41\n")
    assert len(rows) == 3 and "the first record" not in " ".join(table.notes)


def test_columns_of_text_alone_tell_nothing(tmp_path: Path) -> None:
    table, rows = opened(tmp_path, "ward,job_title\nNorth,nurse\nSouth,cook\n")
    assert len(rows) == 2 and table.notes == []


TITLES = ["baker", "welder", "nurse", "tailor", "roofer"]
NUMERIC_RECORDS = "".join(f"{30 + n},{2100 + n},{title},t{n}\n" for n, title in enumerate(TITLES))


@pytest.mark.parametrize(
    ("header", "first"),
    [
        ("years,pay,occupation,duties", "about seventy,rather little,beekeeper,looks after hives"),
        ("Alter,Lohn,Beruf,Aufgaben", "knapp vierzig,sehr wenig,Imker,betreut Bienen"),
        ("âge,salaire,profession,tâches", "la trentaine,plus de mille,profession libérale,plaide"),
        ("leeftijd,loon,beroep,taken", "eind twintig,te weinig,imker,Wat is een beroep?"),
        ("startdate,enddate,occupation,duties", "mid May,still there,beekeeper,looks after hives"),
    ],
)
@pytest.mark.parametrize("above", ["", "Survey of beekeepers\n"])
def test_a_first_record_in_words_stays_above_records_in_numbers(
    header: str, first: str, above: str, tmp_path: Path
) -> None:
    table, rows = opened(tmp_path, f"{above}{header}\n{first}\n{NUMERIC_RECORDS}")
    assert len(rows) == 6 and rows[0] == first.split(",")
    assert "the first record is unlike the others" in " ".join(table.notes)


@pytest.mark.parametrize(
    ("header", "labels"),
    [
        ("years,pay,occupation,duties", "Age in years,Net pay,Occupation of the person,Main tasks"),
        ("years,pay,v3,v4", "Age in years,Net pay,Please enter your current job title,Remarks"),
        ("Alter,Lohn,Beruf,v4", "Alter in Jahren,Lohn netto,Beruf (jetzt),Anmerkung"),
        ("leeftijd,loon,beroep,v4", "Leeftijd nu,Netto loon,Wat is uw beroep?,Opmerking"),
    ],
)
@pytest.mark.parametrize("place", [0, 2])
def test_labels_name_the_job_or_ask_for_it(
    header: str, labels: str, place: int, tmp_path: Path
) -> None:
    """With the titles in the first column each record looks like a total."""
    lines = [line.split(",") for line in (header, labels, *NUMERIC_RECORDS.splitlines())]
    for cells in lines:
        cells.insert(place, cells.pop(2))
    table, rows = opened(tmp_path, "\n".join(map(",".join, lines)))
    assert [row[place] for row in rows] == TITLES
    assert "1 row after the header" in " ".join(table.notes)


def test_a_name_of_the_settings_is_a_label(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"q1,q2,q3,q4\nYears,Pay,Trade of today,Note\n{NUMERIC_RECORDS}")
    table = open_table(path, {"job_title": ["Trade of today"]}, ("job_title",))
    assert [row[2] for _, row in table.rows()] == TITLES


CHOICES = """\
#,What do you do for a living?,Bicycle,Car,Bus
a1,school nurse,Bicycle,Car,
b2,roof tiler,,,Bus
c3,pastry cook,{third},,
"""


@pytest.mark.parametrize("third", ["Bicycle", ""])
def test_choices_below_their_names_are_answers(third: str, tmp_path: Path) -> None:
    """Typeform and SurveyMonkey write a choice below its name, also for the first person."""
    table, rows = opened(tmp_path, CHOICES.format(third=third))
    assert len(rows) == 3 and table.notes == []


def test_names_in_another_spelling_are_labels(tmp_path: Path) -> None:
    table, rows = opened(tmp_path, "age,sex,q7\nAge,Sex,Job title\n31,f,nurse\n45,m,cook\n")
    assert table.columns == {"job_title": 2} and len(rows) == 2
