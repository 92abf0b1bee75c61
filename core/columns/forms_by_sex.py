"""Compare the names of columns that only a sex tells apart: "profession (homme)", "… (femme)".

A form that asks women and men apart has a column for each. A word such as "femme" is the wife
elsewhere, so that a column with it alone is about another person.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from core.columns.header_words import words_of
from core.columns.value_kinds import words_for_sexes
from core.letters.accents import plain_letters

_MIN_LETTERS = 3  # a shorter word is a number or a language elsewhere


def without_sexes(names: Sequence[str]) -> list[str]:
    """Return the names, each without its sex where that alone tells it from another one."""
    divided = list(map(_divided, names))
    sexes: dict[str, set[str]] = {}
    for rest, sex in divided:
        if rest and sex:
            sexes.setdefault(rest, set()).add(sex)
    return [
        rest if len(sexes.get(rest, ())) > 1 and sex else name
        for name, (rest, sex) in zip(names, divided, strict=True)
    ]


@lru_cache(maxsize=1 << 16)  # each row that may hold names is looked at several times
def _divided(name: str) -> tuple[str, str]:
    """Return the words of a name without the one for a sex, and that; "" where there is not one."""
    words = words_of(name)
    sexes = list(filter(_is_sex, words))
    if len(sexes) != 1:
        return "", ""
    return " ".join(word for word in words if word != sexes[0]), sexes[0]


@lru_cache(maxsize=1 << 12)
def _is_sex(word: str) -> bool:
    plain = plain_letters(word)
    return len(plain) >= _MIN_LETTERS and plain in words_for_sexes()
