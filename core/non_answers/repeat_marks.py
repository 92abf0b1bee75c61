"""Tell marks that stand for the text of the row above: ``"``, ``''``, ``〃``, ``do.``, ``dito``.

They are no answer; ``repeats.csv`` has the words, ``row_references.csv`` those that name a row or a
question ("see line 12"). What is above is not put in their place: rows may have been sorted
since.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import chain

from core.letters.accents import plain_letters
from core.non_answers.listed_texts import compared_texts
from core.text import clean

REPEATS = ("repeats.csv", "row_references.csv")
_MAX_CHARS = 40
# "do." is ditto; "DO", as the letters of an office, is an occupation to the person who writes it.
# "id." is idem, and "id" the name of a column.
_SIGNS = re.compile(
    r"""do\.|[IiÍí]d\.|[\s.–—-]*(?:["“”„‟″〃〞]|['’´`]{2}|,,|\|\||//)+[\s.–—"“”-]*"""
)


def is_repeat_mark(cell: str) -> bool:
    """Return whether a cell is only a mark for the text above it."""
    if len(cell) > _MAX_CHARS or not cell:
        return False
    return _SIGNS.fullmatch(cell) is not None or names_another_row(plain_letters(clean(cell)))


def names_another_row(text: str) -> bool:
    """Return whether a cleaned text in plain letters is one of the words; numbers do not matter.

    They stand behind the row or before it: "siehe Zeile 12", "lásd a 12. sort".
    """
    return " ".join(word for word in text.split() if not word.isdecimal()) in _compared_words()


@cache
def _compared_words() -> frozenset[str]:
    rows = chain.from_iterable(map(compared_texts, REPEATS))
    return frozenset(chain.from_iterable(keys for _, _, keys in rows))
