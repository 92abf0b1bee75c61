"""Duties that say nothing are left out of a text; a title, and duties that say something, stay."""

from __future__ import annotations

import pytest

from core.non_answers.stated_text import stated_text
from core.text import join


@pytest.mark.parametrize(
    "duties",
    ["", "NA", "n/a", "-", "99", "refused", "keine Angabe", "sans réponse", "nie wiem", "لا أعرف"],
)
def test_duties_that_say_nothing_are_none(duties: str) -> None:
    assert stated_text(join("Nurse", duties)) == "nurse | unknown"


@pytest.mark.parametrize(
    ("title", "duties"),
    [
        ("Nurse", "gives medication"),
        ("Nurse", "retired"),  # says that the job is of the past
        ("Employee", "in an office"),
        ("Freelancer", "draws logos"),
        ("refused", "lays bricks"),
    ],
)
def test_what_says_something_stays(title: str, duties: str) -> None:
    text = join(title, duties)
    assert stated_text(text) == text
