"""The forms in which adverts say that a job is open to all: "(m/w/d)", "H/F", "(hombre/mujer)"."""

from __future__ import annotations

from collections.abc import Iterable

from core.adverts.advert_table import any_mark_word, mark_words
from core.letters.word_pattern import any_of

_SPACE = r"\s"
_SLASH = r"\s?[/|]\s?"
_BETWEEN = r"\s*[/|,;:+*-]\s*"
_ALSO_WITH_AND = frozenset({"h/m", "r/m"})
"""Cleaning leaves the same of H&M, and of R&M, repair and maintenance."""


def letters_of_sexes() -> str:
    """Return a pattern of letters, in brackets, beside a title, or at its end."""
    third = any_mark_word("sexes", "third")
    beside = mark_words("sexes", "letters")
    pairs = beside | mark_words("sexes", "bracketed")
    in_brackets = (
        rf"[(\[]\s*(?:{any_mark_word('sexes', 'all')}"
        rf"|(?:{third}{_BETWEEN})?{_either(pairs, _BETWEEN)}(?:{_BETWEEN}{third})*)[\s*]*[)\]]"
    )
    in_title = (
        rf"(?<![\w/|.])(?:{third}{_SLASH})?(?:{_either(beside, _SLASH)}(?:{_SLASH}{third})*"
        rf"|{_either(pairs, _SLASH)}(?:(?:{_SLASH}{third})+|(?=\s*$)))(?![\w/|])"
    )
    # As it stands in texts that were cleaned: corrections kept before marks were left out.
    spaced = _either(pairs - _ALSO_WITH_AND, _SPACE)
    at_the_end = rf"(?<=\s)(?:{third}\s)?{spaced}(?:\s{third})*(?=\s*$)"
    return f"{in_brackets}|{in_title}|{at_the_end}"


def words_for_sexes() -> str:
    """Return a pattern of words, in brackets or behind a title: "homme/femme de chambre" stays."""
    both = _either(mark_words("sexes", "words"), r"\s?/\s?")
    return rf"[(\[]\s?{both}\s?[)\]]|(?<=[\w–-]\s){both}(?=\s*(?:$|[,–(-]))"


def _either(pairs: Iterable[str], separator: str) -> str:
    """Return a pattern of any pair, written "m/w", in both orders."""
    orders = [order for pair in pairs for order in (pair.split("/"), pair.split("/")[::-1])]
    return any_of("/".join(order) for order in orders).replace("/", separator)
