"""Fields of survey programs that came unfilled state nothing; what only looks like one is text."""

from __future__ import annotations

import pytest

from core.non_answers.known_texts import NonAnswerKind, built_in_non_answers
from core.non_answers.unfilled_fields import is_unfilled_field
from core.text import NOTHING_STATED, join


@pytest.mark.parametrize(
    "cell",
    [
        "${q://QID12/ChoiceTextEntryValue}",
        "${e://Field/job}",
        " ${job_title} ",
        '[question("value"), id="3"]',
        "[question(&quot;option value&quot;), id=&quot;12&quot;]",
        '[contact("job title")]',
        "{{field:d8a1}}",
        "{{ answer_123 }}",
        "{Q1.shown}",
        "{INSERTANS:123X4X5}",
        "{TOKEN:ATTRIBUTE_1}",
        "{Q12}",
        "{question_not_shown}",
        "[pipe: Q1]",
        "[Q1]",
        "[[q12_a]]",
        "^f('Q1')^",
        "%rostertitle%",
        "%%job%%",
        "<%= job %>",
    ],
)
def test_a_field_states_nothing(cell: str) -> None:
    assert join(cell) == NOTHING_STATED
    assert built_in_non_answers().find(join(cell)) is NonAnswerKind.NOT_STATED
    assert join("cook", cell) == "cook | n a"


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "[nurse]",
        "nurse {Q1}",
        "${job} nurse",
        "{nurse}",
        "[url",
        "100% nurse",
        "%",
        "[Quality manager]",
        "<none>",
        "#1 nurse",
        "@home carer",
    ],
)
def test_what_is_no_field(cell: str) -> None:
    assert not is_unfilled_field(cell)
