"""Say what is wrong with a field that has no code of ISCO-08 in it."""

from __future__ import annotations

import re
from functools import cache

from core.isco_codes.answer_words import AnswerWord, means
from core.isco_codes.code_titles import group_titled
from core.isco_codes.missing_code import dashed_code
from core.letters.conjunctions import any_word_between_numbers
from core.non_answers.repeat_marks import is_repeat_mark
from core.taxonomy import UNIT, isco08

# Five to eight digits, of which a separator may divide the first four from the others.
_LONG_CODE = re.compile(r"(?<!\d)(\d{4}[ .-]?\d{1,4})(?!\d)")


def why_invalid(text: str) -> str:
    """Return why ``text``, a field with plain digits and spaces, is no code."""
    if re.fullmatch(r"\d{5,}", text):
        return f"{len(text)} digits: a code of ISCO-08 has at most 4{_first_digits(text)}"
    if (code := dashed_code(text)) is not None:
        return f"a dash before {code}: give the code alone"
    if (group := group_titled(text)) is not None:
        return f"the title of {group}: give the code"
    if (long := _LONG_CODE.search(text)) is not None and (first := _first_digits(long[1])):
        return f"{long[1]!r} is no code of ISCO-08, which has at most 4 digits{first}"
    if _several_numbers().fullmatch(text):
        unknown = [code for code in re.findall(r"\d+", text) if code not in isco08()]
        return f"more than one code, and ISCO-08 does not have {', '.join(unknown)}: give one"
    if is_repeat_mark(text):
        return f"{text!r} stands for the code of another row: give the code"
    if means(text, AnswerWord.YES):
        return f"{text!r} names no code: give the code"
    is_asked = re.fullmatch(r"\d{3,4}\s*\?+", text)
    return f"the question mark doubts {text!r}" if is_asked else "not a code of ISCO-08"


@cache
def _several_numbers() -> re.Pattern[str]:
    between = rf"(?:[/,;+&|]|\b{any_word_between_numbers()}\b\.?)"
    return re.compile(rf"\d{{3,4}}(?:\s*{between}\s*\d{{3,4}})+", re.IGNORECASE)


def _first_digits(long_code: str) -> str:
    """Return the advice for a national code, empty where its first digits are no unit group."""
    first = long_code[:UNIT]
    is_unit = first in isco08().titles
    return f"; if it is a national code that begins with one, give {first}" if is_unit else ""
