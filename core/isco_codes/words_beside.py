"""Recognise words beside digits that are no answer.

They deny the code (``not 7212``), doubt it (``7212 (unsure)``), point to another place
(``see row 2221``), or name another classification (``SOC 7212``, ``7212 (ISCO-88)``). The words of
each language are in ``answer_words.yaml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from core.isco_codes.answer_words import AnswerWord, any_answer_word, plain_answer
from core.languages.message import Message

# Titles with words that deny or approximate ("not elsewhere classified") have more of them.
_MAX_OBJECTION_WORDS = 3
# Words for places stand in answers, too: "juge de ligne", "operaria, línea".
_MAX_POINTER_WORDS = 4
_NAMES = (
    r"(?P<name>(?P<isco_88>(?:isco|ciuo|citp)[\s_-]*(?:19)?88|(?:στεπ|step-)[\s_-]*(?:19)?92|στεπ)"
    r"|(?:soc|noc|cnp|cpp|anzsco|osca|kldb|rome|pcs(?:-ese)?|cno|cbo|ssyk|styrk|kzis|nkz|kbji|o\*?net"
    r"|feor|cp(?=[\s_-]*20(?:11|21))|psoc|sinco|knocs|masco|sasco|ofo|psco|bsco|ksco|keco"
    r"|disco(?=[\s_-]*(?:08|88))|istarf|lpk|aml|ak(?=[\s_-]*20)|brc|sbc|нкпд|nkpd|εστεπ"
    r"|isic|nace|naics|scian|pkd|nkd|kbli|ciiu|citi|cae)"
    r"(?:[\s_/-]*(?:19|20)?\d\d(?![\d-]))?)"
)
_DOUBTED = Message("the words beside it doubt the code")
_DENIED = Message("the words beside it deny the code")
_NAME = re.compile(rf"\W*(?:(?:uk|us)[\s_-]*)?{_NAMES}\W*", re.IGNORECASE)
# Its codes may be none of ISCO-08, and have letters.
_NAME_WITH_CODE = re.compile(rf"(?<!\w){_NAMES}(?![^\W\d_])", re.IGNORECASE)


def objection(words: str) -> str:
    """Return what the words beside a code say against it; empty where they say nothing."""
    words = plain_answer(words)
    if _whole_word(AnswerWord.DOUBTS).search(words):  # before the "not" of "not sure"
        return _DOUBTED
    if len(words.split()) > _MAX_OBJECTION_WORDS:
        return ""
    if _whole_word(AnswerWord.DENIES).search(words):
        return _DENIED
    return _DOUBTED if _whole_word(AnswerWord.ABOUT).search(words) else ""


def points_elsewhere(words: str) -> bool:
    """Return whether the words before digits say that these are a place, such as a row."""
    is_short = len(words.split()) <= _MAX_POINTER_WORDS
    plain = plain_answer(words).strip(" \t.:,;#")
    return is_short and _pointer().fullmatch(plain) is not None


@cache
def _whole_word(kind: AnswerWord) -> re.Pattern[str]:
    return re.compile(rf"\b{any_answer_word(kind)}\b")


@cache
def _pointer() -> re.Pattern[str]:
    place, see = any_answer_word(AnswerWord.PLACE), any_answer_word(AnswerWord.SEE)
    return re.compile(rf"{place}|{see}(?:[\s.:,;].*)?")


@dataclass(frozen=True, slots=True)
class OtherClassification:
    """A classification in which the same digits mean something else than in ISCO-08."""

    name: str
    is_isco_88: bool


def other_classification(words: str) -> OtherClassification | None:
    """Return the classification that the words beside a code name, None where they name none."""
    return _named(_NAME.fullmatch(words))


def classification_of(written: str) -> OtherClassification | None:
    """Return the classification that a field names beside a code of it, None where it does not."""
    match = _NAME_WITH_CODE.search(written)
    rest = written[: match.start()] + written[match.end() :] if match else ""
    return _named(match) if any(map(str.isdecimal, rest)) else None


def classification_in(name: str) -> OtherClassification | None:
    """Return the classification that the name of a column has in it, None where it has none."""
    return _named(_NAME_WITH_CODE.search(name.replace("_", " ")))


def _named(match: re.Match[str] | None) -> OtherClassification | None:
    return match and OtherClassification(match["name"], match["isco_88"] is not None)
