"""Headers of the respondent's own job, and of what a respondent does, in all languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.columns.header_names import Match, match, names_another
from core.columns.header_words import usual_names
from core.csv_table import open_table
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from tests.core.listed_texts import listed

OF_THE_RESPONDENT = """\
Respondent's occupation | Occupation of the respondent | Interviewee occupation
Beruf des Befragten | Beruf der befragten Person | Beruf der Zielperson
Profession de l'enquêté | Profession de la personne interrogée | Profession du répondant
Ocupación del encuestado | Profesión de la entrevistada
Professione dell'intervistato | Professione del rispondente
Profissão do inquirido | Profissão da entrevistada | Profissão do respondente
Beroep van de respondent | Beroep respondent
Zawód respondenta | Zawód badanego | Zawód osoby badanej
Ocupația respondentului | Povolání respondenta | Zaměstnání dotázaného
Povolanie respondenta | Zamestnanie opýtaného | Poklic anketiranca | Zanimanje ispitanika
A válaszadó foglalkozása | Професия на анкетирания | Επάγγελμα ερωτώμενου
Respondento profesija | Respondenta profesija | Vastaja amet | Vastaajan ammatti
Respondentens yrke | Respondentens erhverv | Starf svaranda | مهنة المستجيب
Katılımcının mesleği | Профессия респондента | Професія респондента | Pekerjaan responden"""

DOES = """\
What they do | Was machen Sie? | Ce qu'il fait | Qué hace | Cosa fa | O que faz | Wat doet u
Co robi | Ce face | Co dělá | Čo robí | Kaj dela | Što radi | Mit csinál | Какво прави | Τι κάνει
Ką veikia | Ko dara | Mida teeb | Mitä tekee | Vad gör du | Hvad laver du | Hva gjør du
Hvað gerir þú | Cad a dhéanann sé | X'jagħmel | ماذا يفعل | Apa yg dikerjakan | Ne yapıyor
Что делает | Що робить"""


@pytest.mark.parametrize("header", listed(OF_THE_RESPONDENT))
def test_the_job_of_the_respondent_is_the_job(header: str) -> None:
    found = match(header, JOB_TITLE)
    assert found is not None and found[0] <= Match.GENERIC


@pytest.mark.parametrize(
    "header", ["Pekerjaan KRT", "Pekerjaan ortu", "Respondent's last occupation"]
)
def test_another_job_is_still_another(header: str) -> None:
    assert match(header, JOB_TITLE) is None


@pytest.mark.parametrize("header", listed(DOES))
def test_what_somebody_does_is_the_duties(header: str) -> None:
    assert match(header, DUTIES) == (Match.GENERIC, 0)
    assert match(header, JOB_TITLE) is None


@pytest.mark.parametrize("column", [JOB_TITLE, DUTIES])
def test_no_usual_name_is_taken_for_another_job(column: str) -> None:
    """Indonesian "apa" is what, and Hungarian "apa" is a father."""
    assert not [name for name in usual_names(column) if names_another(name, column)]


def test_it_is_found_below_notes(tmp_path: Path) -> None:
    path = tmp_path / "survei.csv"
    path.write_text(
        "Survei angkatan kerja,,,\n\n"
        "No,Pekerjaan responden,Apa yang dikerjakan,Pekerjaan ayah\n"
        "1,PNS,guru SD,petani\n",
        encoding="utf-8",
    )
    table = open_table(path, {JOB_TITLE: [], DUTIES: []}, (JOB_TITLE,))
    assert [table.header[table.columns[name]] for name in (JOB_TITLE, DUTIES)] == [
        "Pekerjaan responden",
        "Apa yang dikerjakan",
    ]
