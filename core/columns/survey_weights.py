"""Find the columns that are named like survey weights, in 31 languages."""

from __future__ import annotations

from functools import cache

from core.columns.contained_names import contained
from core.columns.header_names import keys_of, keys_of_any
from core.columns.header_words import phrases, plain_words, words_of

_WEIGHTS, _PERHAPS = "names_survey_weights", "may_name_survey_weights"
_NUMBERS = "0123456789_ "


def is_named_as_weights(header: str) -> bool:
    """Return whether a header says that its column has survey weights: "Poids", "w_wgt_2024".

    A word that also means the weight of a body counts where nothing but a number is beside it.
    """
    names = phrases(_WEIGHTS)
    if contained(words_of(header), names) or contained(plain_words(header), names):
        return True
    return bool(keys_of(header.rstrip(_NUMBERS)) & _whole_names())


@cache
def _whole_names() -> frozenset[str]:
    return keys_of_any(map(" ".join, phrases(_WEIGHTS) | phrases(_PERHAPS)))
