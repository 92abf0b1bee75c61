"""Divide the cell of a title that may name several occupations: "nurse / taxi driver".

What divides it is a list ("nurse; cook", "1) nurse 2) cook"), a sign, or a word for "and", "or" or
"then" (``core/letters/conjunctions.yaml``). A comma, a dash and the end of a line do, too, but what
follows them often says more of the same title ("officer, leasing"), so that the parts must be
surer.
Forms of one title stay one part: "Lehrer/Lehrerin", "Verkäufer/-in", "Kauf- und Versicherungsfrau".
Whether the parts are occupations is told by the model (``inference/doubt/several_occupations.py``).
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from core.adverts.title_marks import without_marks
from core.letters.conjunctions import any_word_beside_a_part, any_word_between, divides
from core.letters.plain_text import bound_blanks, plain_text
from core.taxonomy import MAJOR, MINOR

_MAX_PARTS, _MAX_PART_CHARS = 4, 80
_MAX_CHARS = 1_000  # the patterns take the square of the length
_MIN_LETTERS = 2  # "R&D" is one
_MAX_WORDS = 4  # a longer part between signs or words is rarely a title alone
_NUMBERS = re.compile(r"\s*1\s?[).:]\s*(?P<first>\D+?)[\s,]+2\s?[).:]\s*(?P<second>\D+)")
# Commas and semicolons of other keyboards; no space stands behind full-width ones.
_SIGNS = str.maketrans({"，": ", ", "、": ", ", "；": ";", "،": ",", "؛": ";"})
_WEAK = r"\s*,\s+|\s+[-–—]\s+"
_LINE_END = r"\s*[\n\r\v\u2028]\s*"
_WEAK_BREAK = re.compile(f"{_WEAK}|{_LINE_END}")
_SURER = 0.94  # with it comma and dash take 0.13 % of titles for several, without it 0.25 %
_FIRST_WORD = re.compile(r"\W*(?P<word>\w+)")
_SAME_START = 4  # letters at the start of two forms of a title
_MAX_ENDING = 3  # letters of the ending that stands for another form: "Verkäufer/in"


class TitleParts(NamedTuple):
    """The parts of a title.

    They are occupations if each is coded surely, at least with ``confidence``, and the first
    ``n_digits`` of their codes differ.
    """

    texts: list[str]
    n_digits: int
    confidence: float = 0.0


_UNDIVIDED = TitleParts([], MAJOR)


def parts_of(title: str) -> TitleParts:
    """Return the parts of a title; none where nothing divides it, or too much does."""
    title = bound_blanks(title)
    if not title.isascii():
        title = title.translate(_SIGNS)
    if len(title) > _MAX_CHARS:
        return _UNDIVIDED
    if ";" not in title and not _break().search(title) and not _NUMBERS.match(title):
        return _UNDIVIDED  # nearly all titles
    title = without_marks(plain_text(title)).strip()
    n_digits, confidence = MINOR, 0.0
    if ";" in title:
        parts = title.split(";")
    elif numbered := _NUMBERS.fullmatch(title):
        parts = [numbered["first"], numbered["second"]]
    else:
        parts, is_weak = _between_breaks(title)
        n_digits, confidence = MAJOR, _SURER if is_weak else 0.0
        if any(len(part.split()) > _MAX_WORDS for part in parts):
            return _UNDIVIDED
    parts = [_further().sub("", part).strip() for part in parts]
    parts = [part for part in parts if part]
    is_plain = 2 <= len(parts) <= _MAX_PARTS and max(map(len, parts)) <= _MAX_PART_CHARS
    if not is_plain or any(sum(map(str.isalpha, part)) < _MIN_LETTERS for part in parts):
        return _UNDIVIDED
    return TitleParts(parts, n_digits, confidence)


@cache
def _break() -> re.Pattern[str]:
    """Return the pattern of what divides a title: a sign, or a word of any language."""
    return re.compile(
        rf"\s*[/\\|+&•·]\s*|,?\s+{any_word_between()}\s+|{_WEAK}|\s+و\s*(?=\w{{3}})|{_LINE_END}",
        re.IGNORECASE,
    )


@cache
def _further() -> re.Pattern[str]:
    """Return the pattern of words such as "besides" at the start and at the end of a part."""
    word = any_word_beside_a_part()
    return re.compile(rf"^\W*(?:{word}\b\W*)+|(?:\W+{word})+\W*$", re.IGNORECASE)


def _between_breaks(title: str) -> tuple[list[str], bool]:
    """Return the parts between signs and words, but for those within one title.

    The second value is whether a break often stands within one title.
    """
    parts = []
    start = 0
    is_weak = False
    for found in _break().finditer(title):
        before, after = title[start : found.start()], title[found.end() :]
        if _is_one_title(before, found.group(), after):
            continue
        if divides(found.group().strip(" ,"), title):
            parts.append(before)
            start = found.end()
            is_weak |= _WEAK_BREAK.fullmatch(found.group()) is not None
    return [*parts, title[start:]], is_weak


def _is_one_title(before: str, sign: str, after: str) -> bool:
    """Return whether a sign or word stands within one title, and not between two of them."""
    if before.endswith("-") or after.startswith("-") or before.count("(") > before.count(")"):
        return True
    first, second = _FIRST_WORD.match(before), _FIRST_WORD.match(after)
    if first is None or second is None:
        return False
    ending = second["word"]
    if sign in ("/", "\\") and ending.islower() and len(ending) <= _MAX_ENDING:
        return True
    if sign.isspace() and before[:1].isupper() and ending[:1].islower():
        return True  # it goes on in the next line
    start = first["word"].casefold()[:_SAME_START]
    return len(start) == _SAME_START and ending.casefold().startswith(start)
