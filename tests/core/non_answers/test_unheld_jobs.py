"""A text that names a job of somebody else, or a wanted one, is told from the person's own job."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.non_answers.listed_texts import compared_texts
from core.non_answers.unheld_jobs import UnheldJobs
from core.text import join

JOBS = UnheldJobs(built_in_non_answers())
FREQUENT_ALONE = {"ru", "sw", "tl", "uk"}  # languages of which only frequent texts are listed
KINDS = {"another_person", "negation", "search", "wish", "need", "opinion", "ambiguous_title"}


def listed(name: str) -> Iterator[tuple[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for text in row["texts"].split("; "):
                yield row["language"], text


def joined(text: str) -> str:
    title, _, duties = text.partition(" | ")
    return join(title, duties)


def test_every_language_has_lead_ins_of_every_kind() -> None:
    kinds: dict[str, set[str]] = {}
    for language, kind, _ in compared_texts("unheld_jobs.csv"):
        kinds.setdefault(language, set()).add(kind)
    beside = [kinds.pop(language) for language in FREQUENT_ALONE]
    assert all({"another_person", "search", "wish"} == found for found in beside)
    assert len(kinds) == 28
    relatives = {"relative_before", "relative_behind"}  # not in each language
    assert all(found - relatives == KINDS for found in kinds.values())
    assert {language for language, _ in listed("unheld_jobs.csv")} == set(kinds) | FREQUENT_ALONE


@pytest.mark.parametrize(("language", "text"), listed("unheld_jobs.csv"))
def test_a_job_that_the_person_does_not_have(language: str, text: str) -> None:
    assert built_in_non_answers().find(joined(text)) is None
    assert JOBS.names(joined(text)), language
    assert JOBS.names(joined(text.upper()))


@pytest.mark.parametrize(("language", "text"), listed("held_jobs.csv"))
def test_answers_and_advertisements_name_a_job_that_somebody_has(language: str, text: str) -> None:
    assert not JOBS.names(joined(text)), language


def test_duties_count_as_the_title_does_where_this_says_nothing() -> None:
    assert JOBS.names(join("", "my wife is a nurse"))
    assert JOBS.names(join("n/a", "not a nurse"))
    assert JOBS.names(join("cook", "looking for work as a cook"))
    assert not JOBS.names(join("assistant", "not a nurse"))
    assert not JOBS.names(join("student")) and not JOBS.names(join("", "student"))


def test_a_title_that_states_nothing_denies_no_job() -> None:
    """Twenty languages have one that begins as a denial does: "keine Angabe", "nie wiem"."""
    states_nothing = {NonAnswerKind.NOT_STATED, NonAnswerKind.STATUS}
    texts = [
        join(text, "lays bricks")
        for _, kind, forms in compared_texts("non_answers.csv")
        if kind in states_nothing
        for text in forms
    ]
    assert len(texts) > 5000
    assert [text for text in texts if JOBS.names(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "no soy policía, soy vigilante privado",
        "mi marido es ganadero, yo trabajo de maestra en el pueblo",
    ],
)
def test_what_the_person_does_instead_is_an_answer(text: str) -> None:
    assert not JOBS.names(join(text))


def test_titles_that_the_settings_add_count() -> None:
    added = built_in_non_answers().extended({NonAnswerKind.NOT_WORKING: ["on sabbatical"]})
    assert UnheldJobs(added).names(join("On sabbatical", "travelling"))
    assert not JOBS.names(join("On sabbatical", "travelling"))
