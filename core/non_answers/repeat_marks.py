"""Tell marks that stand for the text of the row above: ``"``, ``''``, ``〃``, ``do.``, ``dito``.

They are no answer; ``repeats.csv`` has the words. What is above is not put in their place: rows
may have been sorted since.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import chain

from core.letters.accents import plain_letters
from core.non_answers.listed_texts import compared_texts
from core.text import clean

REPEATS = "repeats.csv"
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
    return _SIGNS.fullmatch(cell) is not None or plain_letters(clean(cell)) in _compared_words()


@cache
def _compared_words() -> frozenset[str]:
    return frozenset(chain.from_iterable(keys for _, _, keys in compared_texts(REPEATS)))
