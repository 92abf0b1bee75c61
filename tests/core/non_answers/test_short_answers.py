"""Dittos, greetings, references, numbers in words and the like are no answers, in 28 languages."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.own_tables.code_source import SOURCE_OF_NON_ANSWER
from core.text import join

LISTED = Path(__file__).with_name("short_answers.csv")
JOBS = Path(__file__).with_name("short_jobs.txt")
FIND = built_in_non_answers().find


def short_answers() -> dict[tuple[str, str], list[str]]:
    with LISTED.open(encoding="utf-8", newline="") as file:
        return {
            (row["language"], row["kind"]): row["texts"].split("; ") for row in csv.DictReader(file)
        }


def test_both_kinds_are_listed_in_every_language() -> None:
    languages = {language for language, _ in short_answers()}
    assert len(languages) == 28 and len(short_answers()) == 56


@pytest.mark.parametrize(("language", "kind"), short_answers())
def test_a_short_text_without_a_job_is_no_answer(language: str, kind: str) -> None:
    for text in short_answers()[language, kind]:
        assert SOURCE_OF_NON_ANSWER[FIND(join(text))] == kind, text


def test_no_short_job_is_taken_for_one() -> None:
    jobs = JOBS.read_text(encoding="utf-8").splitlines()
    assert len(jobs) >= 200
    assert [job for job in jobs if FIND(join(job))] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1. CDD", "not_stated"),
        ("2) keine Angabe", "not_stated"),
        ("a) retired", "not_working"),
        ("b) Rentner", "not_working"),
        ("1. Offizier", None),
        ("b) nurse", None),
        ("E-5", None),
    ],
)
def test_the_number_of_a_list_in_front_says_nothing(text: str, kind: str | None) -> None:
    assert FIND(join(text)) == kind


@pytest.mark.parametrize("text", ["DWP", "works at DWP", "four", "Monday", "mother"])
def test_such_a_text_with_duties_is_an_answer(text: str) -> None:
    assert FIND(join(text, "drives a lorry")) is None
    assert FIND(join(text, "n/a")) in set(NonAnswerKind)


@pytest.mark.parametrize("text", ["tesco", "ich arbeite bei Aldi", "vinn í Bónus", "TBA"])
def test_a_shop_names_the_work(text: str) -> None:
    """Who works for a shop or a snack bar sells there: reference answers code that."""
    assert FIND(join(text)) is None
