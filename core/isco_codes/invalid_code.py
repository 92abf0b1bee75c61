"""Say what is wrong with a field that has no code of ISCO-08 in it."""

from __future__ import annotations

import re

from core.isco_codes.answer_words import AnswerWord, means
from core.isco_codes.code_titles import group_titled
from core.isco_codes.missing_code import dashed_code
from core.non_answers.repeat_marks import is_repeat_mark


def why_invalid(text: str) -> str:
    """Return why ``text``, a field with plain digits and spaces, is no code."""
    if re.fullmatch(r"\d{5,}", text):
        return f"{len(text)} digits: a code of ISCO-08 has at most 4"
    if (code := dashed_code(text)) is not None:
        return f"a dash before {code}: give the code alone"
    if (group := group_titled(text)) is not None:
        return f"the title of {group}: give the code"
    if is_repeat_mark(text):
        return f"{text!r} stands for the code of another row: give the code"
    if means(text, AnswerWord.YES):
        return f"{text!r} names no code: give the code"
    is_asked = re.fullmatch(r"\d{3,4}\s*\?+", text)
    return f"the question mark doubts {text!r}" if is_asked else "not a code of ISCO-08"
