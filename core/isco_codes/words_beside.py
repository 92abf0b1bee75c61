"""Recognise words beside digits that are no answer.

They deny the code (``not 7212``), doubt it (``7212 (unsure)``), point to another place
(``see row 2221``), or name another classification (``SOC 7212``, ``7212 (ISCO-88)``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# "not 7212", "7212 is wrong", "ca. 7212". Titles with such words ("not elsewhere classified") have
# more of them.
_MAX_OBJECTION_WORDS = 3
_NEGATION = re.compile(
    r"\b(?:not|no|never|wrong|incorrect|false|delete|remove|instead|anything|\w+n['’]t|nicht|kein|keine"
    r"|falsch|statt|pas|non|faux|jamais|ni|incorrecto|borrar|não|nao|errado|nie|błędny|zamiast|nu"
    r"|greșit|ne|není|špatně|nem|ikke|inte|ei|niet|geen|fout|bukan|tidak|salah|όχι|не|لا|ليس)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:ca|circa|cca|zirka|cirka|about|approx|approximately|roughly|or so|or similar|or like"
    r"|etwa|ungefähr|oder so|oder ähnlich(?:es)?|env|environ|à peu près|aprox|aproximadamente"
    r"|más o menos|mais ou menos|o similar|ou semelhante|più o meno|ongeveer|około|mniej więcej"
    r"|asi|přibližně|približne|kb|körülbelül|aproximativ|cam|okoli|oko|otprilike|približno|около"
    r"|примерно|приблизительно|περίπου|ungefär|omtrent|omkring|noin|suunnilleen|umbes|apmēram"
    r"|maždaug|apie|sekitar|kira-kira|تقريبا|حوالي)\b",
    re.IGNORECASE,
)
# No title has such a word, so any number of words may stand around it.
_DOUBT = re.compile(
    r"\b(?:unsure|uncertain|maybe|perhaps|possibly|presumably|probably|doubtful|tentative"
    r"|not (?:\w+ )?(?:sure|certain)|unsicher|vielleicht|evtl|eventuell|möglicherweise|vermutlich"
    r"|wahrscheinlich|zweifelhaft|(?:nicht|pas) (?:\w+ )?(?:sicher|sûr|sûre|certain)|incertaine?"
    r"|peut-être|douteux|probablement|inseguro|insegura|quizás?|tal vez|dudos[oa]|probablemente"
    r"|no estoy segur[oa]|incert[oa]|forse|probabilmente|talvez|duvidos[oa]|provavelmente"
    r"|onzeker|misschien|waarschijnlijk|niepewn[aey]|być może|prawdopodobnie|nejist[áýé]|možná"
    r"|pravděpodobně|neist[áýé]|možno|pravdepodobne|bizonytalan|talán|valószínűleg|nesigur(?:an|na|no|ă)?"
    r"|negotov[ao]?|morda|možda|vjerojatno|probabil"
    r"|non (?:\w+ )?sicur[oa]|não (?:\w+ )*certeza|несигурн[аои]|несигурен|може би|вероятно"
    r"|не уверена?|возможно|αβέβαι[οηα]ς?|ίσως|πιθανώς|osäker|osäkert|kanske|troligen|usikker"
    r"|usikkert|måske|kanskje|epävarma|ehkä|ebakindel|võib-olla|nedrošs|varbūt|neaišku|galbūt"
    r"|tidak yakin|ragu-ragu|mungkin|غير متأكد|ربما)\b",
    re.IGNORECASE,
)
# Words before digits that say where to look. Those of places stand in answers, too ("juge de
# ligne", "operaria, línea"): they count alone, or behind a word for "see".
_MAX_POINTER_WORDS = 4
_SEE = (
    r"(?:see|cf|ask|siehe|vgl|vergleiche|frag(?:e|en)?|voir|demander|véase|ver|vide|vedi|zie"
    r"|zobacz|patrz|pozri|lásd|vezi|glej|vidi|виж|смотри|см|βλέπε|δες|katso|vaata|skat|skatīt"
    r"|žiūrėti|žr|lihat|انظر|راجع)"
)
_PLACE = (
    r"(?:row|line|cell|record|ext|extension|durchwahl|zeile|seite|datensatz|ligne|fila|línea|linha"
    r"|riga|rij|wiersz|(?:viz )?řádek|riadok|sor|rând|vrstica|redak|ред|строка|γραμμή|se rad"
    r"|(?:se )?række|rivi|rida|rinda|eilutė|baris|صف)"
)
_POINTER = re.compile(rf"{_PLACE}|{_SEE}(?:[\s.:,;].*)?", re.IGNORECASE)
_NAMES = (
    r"(?P<name>(?P<isco_88>(?:isco|ciuo|citp)[\s_-]*(?:19)?88)"
    r"|(?:soc|noc|anzsco|osca|kldb|rome|pcs(?:-ese)?|cno|cbo|ssyk|styrk|kzis|o\*?net|isic|nace|naics)"
    r"(?:[\s_-]*(?:19|20)?\d\d(?![\d-]))?)"
)
_NAME = re.compile(rf"\W*(?:(?:uk|us)[\s_-]*)?{_NAMES}\W*", re.IGNORECASE)
# Its codes may be none of ISCO-08, and have letters.
_NAME_WITH_CODE = re.compile(rf"(?<!\w){_NAMES}(?![^\W\d_])", re.IGNORECASE)


def objection(words: str) -> str:
    """Return what the words beside a code say against it; empty where they say nothing."""
    is_short = len(words.split()) <= _MAX_OBJECTION_WORDS
    if is_short and _NEGATION.search(words):
        return "the words beside it deny the code"
    is_doubted = _DOUBT.search(words) or (is_short and _ABOUT.search(words))
    return "the words beside it doubt the code" if is_doubted else ""


def points_elsewhere(words: str) -> bool:
    """Return whether the words before digits say that these are a place, such as a row."""
    is_short = len(words.split()) <= _MAX_POINTER_WORDS
    return is_short and _POINTER.fullmatch(words.strip(" \t.:,;#")) is not None


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


def _named(match: re.Match[str] | None) -> OtherClassification | None:
    return match and OtherClassification(match["name"], match["isco_88"] is not None)
