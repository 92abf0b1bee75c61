"""What says nothing is left out of a text, in the title and in the duties."""

from __future__ import annotations

import pytest

from core.non_answers.stated_text import stated_text
from core.text import join

SAY_NOTHING = ["NA", "n/a", "99", "refused", "keine Angabe", "sans réponse", "nie wiem", "لا أعرف"]


@pytest.mark.parametrize("duties", ["", "-", "employee", *SAY_NOTHING])
def test_duties_that_say_nothing_are_none(duties: str) -> None:
    assert stated_text(join("Nurse", duties)) == "nurse | unknown"


def test_duties_that_repeat_the_title_are_none() -> None:
    assert stated_text(join("Nurse", " NURSE.")) == "nurse | unknown"
    assert stated_text(join("Nurse", "Nurse, nights")) == "nurse | nurse nights"


@pytest.mark.parametrize("title", ["", "-", *SAY_NOTHING])
def test_a_title_that_says_nothing_is_none(title: str) -> None:
    assert stated_text(join(title, "lays bricks")) == "unknown | lays bricks"


@pytest.mark.parametrize(
    ("title", "duties"),
    [
        ("Nurse", "gives medication"),
        ("Nurse", "retired"),  # says that the job is of the past
        ("retired", "gave medication"),
        ("Employee", "in an office"),
        ("Freelancer", "draws logos"),
        ("selbstständig", "backt Brot"),
        ("kendi hesabına", "fırın"),
    ],
)
def test_what_says_something_stays(title: str, duties: str) -> None:
    text = join(title, duties)
    assert stated_text(text) == text


@pytest.mark.parametrize("duties", ["n/a", "self employed"])
def test_of_two_parts_that_say_nothing_the_title_stays(duties: str) -> None:
    assert stated_text(join("refused", duties)) == "refused | unknown"
