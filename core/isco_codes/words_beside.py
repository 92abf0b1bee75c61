"""Recognise words that take a code back: ``not 7212``, or ``SOC 7212``, ``7212 (ISCO-88)``."""

from __future__ import annotations

import re
from dataclasses import dataclass

# "not 7212", "7212 is wrong". Titles with "not elsewhere classified" have more words.
_MAX_NEGATION_WORDS = 3
_NEGATION = re.compile(
    r"\b(?:not|no|never|wrong|incorrect|false|delete|remove|instead|anything|\w+n['’]t|nicht|kein|keine"
    r"|falsch|statt|pas|non|faux|jamais|ni|incorrecto|borrar|não|nao|errado|nie|błędny|zamiast|nu"
    r"|greșit|ne|není|špatně|nem|ikke|inte|ei|niet|geen|fout|bukan|tidak|salah|όχι|не|لا|ليس)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\W*(?:(?:uk|us)[\s_-]*)?(?P<name>(?P<isco_88>(?:isco|ciuo|citp)[\s_-]*(?:19)?88)"
    r"|(?:soc|noc|anzsco|osca|kldb|cno|cbo|ssyk|o\*?net|isic|nace|naics)(?:[\s_-]*\d{2,4})?)\W*",
    re.IGNORECASE,
)


def is_denial(words: str) -> bool:
    """Return whether the words beside a code deny it."""
    return len(words.split()) <= _MAX_NEGATION_WORDS and _NEGATION.search(words) is not None


@dataclass(frozen=True, slots=True)
class OtherClassification:
    """A classification in which the same digits mean something else than in ISCO-08."""

    name: str
    is_isco_88: bool


def other_classification(words: str) -> OtherClassification | None:
    """Return the classification that the words beside a code name, None where they name none."""
    match = _NAME.fullmatch(words)
    return match and OtherClassification(match["name"], match["isco_88"] is not None)
