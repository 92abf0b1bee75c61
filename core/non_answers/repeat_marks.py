"""Tell marks that stand for the text of the row above: ``"``, ``''``, ``〃``, ``do.``, ``dito``.

They are no answer. What is above is not put in their place: rows may have been sorted since.
"""

from __future__ import annotations

import re
from functools import cache

from core.letters.accents import plain_letters
from core.non_answers.listed_texts import compared_forms
from core.text import clean

REPEAT_WORDS = tuple(
    word.strip()
    for word in """
    ditto; dto.; same; the same; same as above; as above; see above; like above; as before
    dito; desgl.; dsgl.; dgl.; desgleichen; ebenso; ebd.; ebenda; ders.; derselbe; dieselbe
    dasselbe; gleich; siehe oben; s. o.; wie oben; w. o.; wie vorher; idem; ibid.; ibidem
    voir ci-dessus; comme ci-dessus; lo mismo; igual; como arriba; come sopra; o mesmo
    como acima; zie boven; jak wyżej; j.w.; viz výše; 々; 同上; 同
    """.replace("\n", ";").split(";")
    if word.strip()
)
"""Words of any language; ``known_texts.py`` counts them among the texts that are no answers."""
_MAX_CHARS = 20
# "do." is ditto; "DO", as the letters of an office, is an occupation to the person who writes it.
_SIGNS = re.compile(r"""do\.|[\s.–—-]*(?:["“”„‟″〃〞]|['’´`]{2}|,,|\|\||//)+[\s.–—"“”-]*""")


def is_repeat_mark(cell: str) -> bool:
    """Return whether a cell is only a mark for the text above it."""
    if len(cell) > _MAX_CHARS or not cell:
        return False
    return _SIGNS.fullmatch(cell) is not None or plain_letters(clean(cell)) in _compared_words()


@cache
def _compared_words() -> frozenset[str]:
    return frozenset(compared_forms(REPEAT_WORDS))
