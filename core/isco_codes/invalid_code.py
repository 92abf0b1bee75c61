"""Say what is wrong with a field that has no code of ISCO-08 in it."""

from __future__ import annotations

import re
from functools import cache

from core.isco_codes.answer_words import AnswerWord, means
from core.isco_codes.code_titles import group_titled
from core.isco_codes.missing_code import dashed_code
from core.languages.message import Message
from core.letters.conjunctions import any_word_between_numbers
from core.non_answers.repeat_marks import is_repeat_mark
from core.taxonomy import UNIT, isco08

_NO_CODE = Message("not a code of ISCO-08")
# Five to eight digits, of which a separator may divide the first four from the others.
_LONG_CODE = re.compile(r"(?<!\d)(\d{4}[ .-]?\d{1,4})(?!\d)")


def why_invalid(text: str) -> Message:
    """Return why ``text``, a field with plain digits and spaces, is no code."""
    if re.fullmatch(r"\d{5,}", text):
        reason = Message("{n} digits: a code of ISCO-08 has at most 4", n=len(text))
        return _with_first_digits(reason, text) or reason
    if (code := dashed_code(text)) is not None:
        return Message("a dash before {code}: give the code alone", code=code)
    if (group := group_titled(text)) is not None:
        return Message("the title of {group}: give the code", group=group)
    if (long := _LONG_CODE.search(text)) is not None:
        reason = Message("{code!r} is no code of ISCO-08, which has at most 4 digits", code=long[1])
        if (advised := _with_first_digits(reason, long[1])) is not None:
            return advised
    if _several_numbers().fullmatch(text):
        return Message(
            "more than one code, and ISCO-08 does not have {codes}: give one",
            codes=", ".join(code for code in re.findall(r"\d+", text) if code not in isco08()),
        )
    if means(text, AnswerWord.YES) or means(text, AnswerWord.AGREES):
        return Message("{text!r} names no code: give the code", text=text)
    if is_repeat_mark(text):
        return Message("{text!r} stands for the code of another row: give the code", text=text)
    if re.fullmatch(r"\d{3,4}\s*\?+", text):
        return Message("the question mark doubts {text!r}", text=text)
    return _NO_CODE


@cache
def _several_numbers() -> re.Pattern[str]:
    between = rf"(?:[/,;+&|]|\b{any_word_between_numbers()}\b\.?)"
    return re.compile(rf"\d{{3,4}}(?:\s*{between}\s*\d{{3,4}})+", re.IGNORECASE)


def _with_first_digits(reason: Message, long_code: str) -> Message | None:
    """Return the reason with advice, None where the first digits are no unit group."""
    first = long_code[:UNIT]
    if first not in isco08().titles:
        return None
    return Message(
        "{why}; if it is a national code that begins with one, give {code}", why=reason, code=first
    )
