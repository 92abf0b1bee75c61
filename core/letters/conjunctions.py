"""Read ``conjunctions.yaml``: the words for "and", "or", "to" and "then" by language.

They stand between occupations, words of adverts, numbers and codes, in texts of any language: the
words of all languages are looked for together.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from core.files.compiled_table import read_yaml
from core.letters.letter_pairs import languages, word_costs
from core.letters.word_pattern import any_of

_TABLE_PATH = Path(__file__).with_name("conjunctions.yaml")


def any_sure_conjunction() -> str:
    """Return a pattern of any word for "and" or "or" that is no other word in any language."""
    return any_of(_words("sure"))


def any_word_between() -> str:
    """Return a pattern of any word between two occupations."""
    return any_of(_words("sure") | _words("then"))


def any_word_beside_a_part() -> str:
    """Return a pattern of any word that says that an occupation is a further one: "besides"."""
    return any_of(_words("then"))


def divides(word: str, text: str) -> bool:
    """Return whether a word for "and" between two parts of ``text`` is no other word there.

    Dutch "en" is "in" in French, Polish "i" in Norwegian. The pairs of letters of the other words
    tell, which are likelier in its language.
    """
    word = word.casefold()
    own, others = _languages_of(word)
    if not others:
        return True
    words = [other for other in text.split() if other.casefold() != word]
    bits = [sum(costs) for costs in zip(*map(word_costs, words), strict=True)]
    return not bits or min(bits[place] for place in own) < min(bits[place] for place in others)


@cache
def _languages_of(word: str) -> tuple[list[int], list[int]]:
    """Return where the languages are in which a word is "and", and those where it is another."""
    places = {language: place for place, language in enumerate(languages())}
    own: list[int] = []
    others: set[int] = set()
    for language, kinds in _table().items():
        elsewhere = kinds.get("elsewhere", {}).get(word)
        if elsewhere is not None:
            own.append(places[language])
            others.update(places[other] for other in elsewhere)
    return own, sorted(others)


def conjunctions() -> frozenset[str]:
    """Return the words for "and" and "or", also those that are other words elsewhere."""
    return _words("sure") | _words("ambiguous")


def words_for_to() -> frozenset[str]:
    """Return the words for "to" between two numbers."""
    return _words("to")


def any_word_for_to() -> str:
    """Return a pattern of any such word."""
    return any_of(words_for_to())


def any_word_between_numbers() -> str:
    """Return a pattern of any word for "and", "or" or "to"."""
    return any_of(conjunctions() | words_for_to())


def _words(kind: str) -> frozenset[str]:
    return frozenset(word for language in _table().values() for word in language.get(kind, ()))


@cache
def _table() -> dict[str, dict[str, Any]]:
    return read_yaml(_TABLE_PATH)
