"""Header names: the same whatever their writing, and never those of another question."""

from __future__ import annotations

import re

import pytest

from core.columns.header_names import Match, match, usual_names

LANGUAGES = re.findall(
    r"\w+",
    "de es fr it pt nl pl ro cs sk sl hr hu bg el lt lv et fi sv da no is ga mt ar id en tr ru uk",
)


@pytest.mark.parametrize(
    "header",
    [
        "job_title", "Job Title", "jobTitle", "JOB-TITLE", "job.title", " Jobtitle ", "Job title:",
        "Q5. Job title", "Q12_job_title", "work/job_title", "group_work/jobTitle", "data-job_title",
        "respondent.jobTitle", "Job title::English (en)", "Job title (main job)", "job_title_text",
    ],
)  # fmt: skip
def test_our_name_in_many_writings(header: str) -> None:
    found = match(header, "job_title")
    assert found is not None and found[0] == Match.OURS


@pytest.mark.parametrize(
    ("header", "level"),
    [
        ("Berufsbezeichnung", Match.EXACT),
        ("TAETIGKEITSBEZEICHNUNG", Match.EXACT),
        ("Intitule du poste", Match.EXACT),
        ("zawod", Match.SPECIFIC),
        ("PROFISSÃO", Match.SPECIFIC),
        ("Επάγγελμα", Match.SPECIFIC),
        ("المهنة", Match.SPECIFIC),
        ("title", Match.GENERIC),
        ("Tätigkeit", Match.GENERIC),
        ("What is your main occupation?", Match.CONTAINED),
        ("Quelle est votre profession ?", Match.CONTAINED),
        ("Wie lautet Ihre Berufsbezeichnung?", Match.CONTAINED),
    ],
)
def test_how_much_a_name_says(header: str, level: Match) -> None:
    found = match(header, "job_title")
    assert found is not None and found[0] == level


@pytest.mark.parametrize(
    "header",
    [
        "father_occupation", "Mother's occupation", "occupation_code", "occupationId",
        "spouse.occupation", "previous occupation", "Beruf des Vaters", "profession du conjoint",
        "How satisfied are you with your occupation?", "occupation_isco08", "industry", "jobs",
        "id", "", "name", "kod zawodu",
    ],
)  # fmt: skip
def test_other_questions_are_not_the_job(header: str) -> None:
    assert match(header, "job_title") is None


@pytest.mark.parametrize("column", ["job_title", "duties_description"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_names_of_its_own_that_are_found(column: str, language: str) -> None:
    names = usual_names(column, language)
    assert len(names) > 2
    for name in names:
        for written in (name, name.upper(), name.replace(" ", "_"), name.title().replace(" ", "")):
            assert match(written, column) is not None, written
