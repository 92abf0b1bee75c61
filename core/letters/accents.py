"""Letters without their accents, which people leave out, in capitals above all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

# Letters that Unicode does not take apart, with the ones that are written for them: also those with
# a stroke, and the forms of an Arabic letter that people use for one another.
PLAIN_LETTERS = (
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŀ": "l", "ı": "i", "ð": "d"}
    | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
    | {"ة": "ه", "ى": "ي", "ـ": ""}
)
# Keyboards have it beside the apostrophe: "d´entretien". NFKC makes it a space and a mark. After a
# Greek letter it is the sign of a numeral.
_ACUTE = "\u00b4"
_ACUTE_APOSTROPHE = re.compile(rf"(?<=[A-Za-zÀ-ž]){_ACUTE}(?=[A-Za-zÀ-ž])")
# The marks of Latin, Greek, Cyrillic and Arabic but the diaeresis, the ring and the double acute,
# which make a letter another one: of 30 pairs of bundled answers that differ in these, and are no
# typos, 8 have two codes; of 215 that differ in the others, 10. Greek capitals have none.
_LEFT_OUT = re.compile(
    r"[\u0300-\u0307\u0309\u030c-\u036f\u064b-\u0652]|(?<=[\u0370-\u03ff])\u0308"
)
# Left out as accents are: of 21 pairs that differ in "ł" or "đ" alone none has two codes. Capitals
# of Turkish have no "ı" in lower case, and Russian is written without "ё".
_OPTIONAL_LETTERS = {"ł": "l", "đ": "d", "ı": "i", "ё": "е"}
# Vietnamese has them in most titles, and a tone makes another word: "thợ may" sews, "thợ máy" mends
# engines.
_VIETNAMESE = re.compile(r"[ơư\u1ea0-\u1ef9]")
_DIGRAPHS = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}


class _WithoutMarks(dict[int, int | None]):
    """Code point → itself, None for a combining mark; filled on demand, because Unicode is large.

    ``str.translate`` with it takes a fifth of the time of a test of each letter.
    """

    def __missing__(self, code_point: int) -> int | None:
        is_mark = unicodedata.category(chr(code_point)) == "Mn"
        self[code_point] = None if is_mark else code_point
        return self[code_point]


class _WithoutOptional(dict[int, str]):
    """Code point → its letter without the accents that people leave out; filled on demand."""

    def __missing__(self, code_point: int) -> str:
        written = _OPTIONAL_LETTERS.get(chr(code_point), chr(code_point))
        letter = _LEFT_OUT.sub("", unicodedata.normalize("NFD", written))
        self[code_point] = unicodedata.normalize("NFC", letter)
        return self[code_point]


_WITHOUT_MARKS = _WithoutMarks()
_WITHOUT_OPTIONAL = _WithoutOptional()


def without_accents(text: str) -> str:
    """Return ``text`` without combining marks: "infirmière" → "infirmiere".

    A letter that Unicode does not take apart stays: "ø", "ł", "ß". Models learned such texts.
    """
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFD", text).translate(_WITHOUT_MARKS)
    return unicodedata.normalize("NFC", letters)


def plain_letters(text: str) -> str:
    """Return a text in lower case for comparing: "łódź" and "lodz" are the same.

    As ``without_accents``, and letters that Unicode does not take apart become plain, too.
    """
    if text.isascii():
        return text
    return without_accents(with_letters(text, PLAIN_LETTERS))


def plain_digraphs(text: str) -> str:
    """Return a text in lower case as ``plain_letters`` does, with "ae" for "ä", "oe" for "ø"."""
    if text.isascii():
        return text
    return plain_letters(with_letters(text, _DIGRAPHS))


def without_optional_accents(text: str) -> str:
    """Return a text without the accents that people leave out: "técnico" → "tecnico".

    "ä", "ü", "å" and "ő" stay: "Drucker" print, and "Drücker" sell at doors. So does a text in
    Vietnamese.
    """
    if text.isascii() or _VIETNAMESE.search(text):
        return text
    return text.replace(" \u0301", "").translate(_WITHOUT_OPTIONAL)  # as Greek has it in capitals


def with_apostrophes(text: str) -> str:
    """Return ``text`` with an apostrophe for each acute accent that stands alone within a word."""
    return _ACUTE_APOSTROPHE.sub("'", text) if _ACUTE in text else text


def with_letters(text: str, letters: Mapping[str, str]) -> str:
    """Return ``text`` with each of a few letters replaced, in a fifth of ``translate``'s time."""
    for letter, replacement in letters.items():
        text = text.replace(letter, replacement)
    return text
