"""A question for a second job is named in a note; one about the second job is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.columns.second_jobs import asks_for_another_job
from tests.support.opened_table import opened_table

ASKED = """\
Do you have a second job? If yes, what is it?
If [NAME] has a second job, what is it?
Please give the job title of your second job, if any.
Have you got an additional job? Please describe it.
C. Employment/C9. What is your second job?
Üben Sie daneben noch einen weiteren Beruf aus? Wenn ja, welchen?
Haben Sie eine Nebentätigkeit? Welche?
Welche Nebentätigkeit üben Sie aus?
Exercez-vous une autre activité professionnelle ? Laquelle ?
Avez-vous un deuxième emploi ? Si oui, lequel ?
Quel est l'intitulé de votre second emploi ?
emploi/autre_emploi/second_emploi
¿Tiene un segundo trabajo? ¿Cuál?
Tem outro emprego? Qual?
Ha un secondo lavoro? Quale?
Czy ma Pan/Pani drugą pracę? Jaką?
Jaki jest Pana/Pani zawód w drugiej pracy?
Heeft u nog een tweede baan? Zo ja, welke?
Wat is uw beroep in uw tweede baan?
Har du en bisyssla? Vilken?
Har du en ekstrajobb? Hvilken?
Har du bijob? Hvilket?
Onko sinulla sivutyö? Mikä?
Van másodállása? Mi az?
هل لديك عمل ثانٍ؟ ما هو؟
Apakah Anda memiliki pekerjaan sampingan? Jika ya, sebutkan."""

NOT_ASKED = """\
Do you have a second job?
Haben Sie eine Nebentätigkeit?
Do you like your second job?
How many hours do you work in your second job?
Where is your second job?
In which industry is your second job?
Name of employer in the second job
Why did you leave your previous job?
Warum haben Sie Ihren letzten Beruf aufgegeben?
Is there any other information about your job? Please specify
Which other skills does your job need?
Other comments on your work
Welche weiteren Sprachen sprechen Sie in Ihrem Beruf?
What is your occupation?"""

TITLES = ["school nurse", "bus driver", "pastry cook", "roof tiler"]


@pytest.mark.parametrize("question", ASKED.splitlines())
def test_another_job_is_asked_for(question: str) -> None:
    assert asks_for_another_job(question)
    assert asks_for_another_job(f"<p>{question}</p>")


@pytest.mark.parametrize("question", NOT_ASKED.splitlines())
def test_something_else_is_asked(question: str) -> None:
    assert not asks_for_another_job(question)


@pytest.mark.parametrize(
    "name",
    [
        "Do you have a second job? Which?",
        "s4q11_sec_occ",
        "OCC_SEC",
        "D21_SJ_TITLE",
        "emploi/second_emploi",
    ],
)
def test_a_note_names_the_column_that_was_not_read(name: str, tmp_path: Path) -> None:
    rows = [[n, title, "private tutor"] for n, title in enumerate(TITLES)]
    table = opened_table(tmp_path / "in.csv", [["id", "Occupation", name], *rows])
    assert table.columns == {"job_title": 1}
    (note,) = table.notes
    assert note.startswith("not read as job titles") and repr(name) in note


@pytest.mark.parametrize(
    "duties", ["second_job_duties", "Duties in second job", "Second job tasks"]
)
def test_the_duties_of_a_second_job_are_not_called_titles(tmp_path: Path, duties: str) -> None:
    header = ["Main job", "Duties in main job", "Second job", duties]
    rows = [[title, f"{title} things", title, f"{title} more"] for title in TITLES]
    (note,) = opened_table(tmp_path / "in.csv", [header, *rows]).notes
    assert note.endswith(": 'Second job'")


def test_yes_and_no_are_no_titles(tmp_path: Path) -> None:
    rows = [[title, "yes" if title < "n" else "no"] for title in TITLES]
    table = opened_table(tmp_path / "in.csv", [["Occupation", "What is your second job?"], *rows])
    assert table.notes == []
