"""Letters of another script that look the same: "ΛOΓIΣTHΣ" with Latin O, I, T and H.

People who change the layout of the keyboard within a word, and programs that recognise printed
letters, write a Greek or a Cyrillic word with some Latin letters, or the other way round. A reader
sees no difference, but to a program it is another word.
"""

from __future__ import annotations

import re
from functools import partial
from string import ascii_lowercase

from core.letters.accents import with_letters

_WORD = re.compile(r"[^\W\d_]{3,}")  # of three letters: "kΩ" and "μA" are units
# In lower case, because texts are compared so, but by their capitals: those nobody can tell apart.
_LATIN_TO_GREEK = dict(zip("abezhikmnoptyx", "αβεζηικμνορτυχ", strict=True))
_LATIN_TO_CYRILLIC = dict(zip("abcehijkmopstxy", "авсенијкморѕтху", strict=True))
# Nearly all texts lack one of these: that is told in a tenth of the time.
_LATIN, _OTHER = re.compile("[a-z]"), re.compile("[\u0370-\u04ff\u1f00-\u1fff]")
_SIDE_BY_SIDE = "[a-z][{0}]|[{0}][a-z]"
_TO_OTHER = {
    re.compile(_SIDE_BY_SIDE.format("\u0370-\u03ff\u1f00-\u1fff")): _LATIN_TO_GREEK,
    re.compile(_SIDE_BY_SIDE.format("\u0400-\u04ff")): _LATIN_TO_CYRILLIC,
}


def without_look_alikes(text: str) -> str:
    """Return ``text``, in lower case, with the letters of two scripts in a word as those of one.

    Where both would do, the word is Greek or Cyrillic: no Latin keyboard has such a letter. A word
    stays as it is where some letters of either script look like none of the other.
    """
    if text.isascii() or not (_OTHER.search(text) and _LATIN.search(text)):
        return text
    for side_by_side, to_other in _TO_OTHER.items():
        if side_by_side.search(text):
            text = _WORD.sub(partial(_in_one_script, side_by_side, to_other), text)
    return text


def _in_one_script(
    side_by_side: re.Pattern[str], to_other: dict[str, str], found: re.Match[str]
) -> str:
    word = found.group()
    if not side_by_side.search(word):
        return word
    to_latin = {other: latin for latin, other in to_other.items()}
    latin = set(word).intersection(ascii_lowercase)
    if latin <= to_other.keys():
        return with_letters(word, to_other)
    if set(word) - latin <= to_latin.keys():
        return with_letters(word, to_latin)
    return word
