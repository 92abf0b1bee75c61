"""Marks for the text of the row above are no answers, and are told from other texts."""

from __future__ import annotations

import pytest

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.non_answers.repeat_marks import is_repeat_mark
from core.text import join

MARKS = (
    '" | "" | \'\' | „ | ” | 〃 | ″ | -"- | – " – | " " | -〃- | Dito | dto. | DITTO | idem'
    " | id. ci-dessus"
    " | desgl. | ebenso | s.o. | wie oben | same as above | ibid. | 同上 | 々 | ,, | -''-"
    " | jw. | to samo co wyżej | même que ci-dessus | كما سبق | نفس السابق | lo mismo que arriba"
)
OTHERS = (
    "nurse | - | . | ... | 0 | ' | C++ | DO | do | do it | ID | id | dito GmbH | 12\" pipes | |"
)


@pytest.mark.parametrize("mark", MARKS.split(" | "))
def test_a_mark_is_no_answer(mark: str) -> None:
    assert is_repeat_mark(mark)
    assert built_in_non_answers().find(join(mark)) == NonAnswerKind.NOT_STATED
    assert built_in_non_answers().find(join(mark, mark)) == NonAnswerKind.NOT_STATED
    assert built_in_non_answers().find(join(mark, "cares for patients")) is None


@pytest.mark.parametrize("text", ["", *OTHERS.split(" | ")])
def test_other_texts_are_no_marks(text: str) -> None:
    assert not is_repeat_mark(text)


@pytest.mark.parametrize(("mark", "other"), [("do.", "DO"), ("id.", "id"), ("Id.", "ID")])
def test_a_full_stop_makes_letters_a_mark_that_a_person_reads(mark: str, other: str) -> None:
    assert is_repeat_mark(mark)
    assert built_in_non_answers().find(join(other)) is None
