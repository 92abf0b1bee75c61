"""The forms of the number of an advert: "(Ref. 4711)", "Job ID 4711", "#2024-113", "- R23456"."""

from __future__ import annotations

from core.adverts.advert_table import any_mark_word, mark_words
from core.letters.word_pattern import any_of

# "ID-10 cards" are no advert.
_ID = r"id(?=\W{0,3}\d{4})"
_LONG_NUMBER = (
    r"(?:^|[–|(\[]\s?|\s-\s)(?!iso|iec|din|en)(?:[a-z]{1,4}[-_]?\d{5,}|\d{5,}(?:-\d+)*(?:-[a-z])?)"
    r"(?:\s*[)\]]|(?=\s*$|\s[–|-]\s))"
)
_GAP = r"[\s._-]{0,2}"


def reference() -> str:
    """Return a pattern of numbers with a name that nothing else has."""
    name = _name(mark_words("reference", "alone"))
    return (
        rf"[(\[]?\s*(?:(?<!\w){name}(?![^\W\d_])[\s.:#°º-]*"
        r"(?:n[or]?[.°º]\s*)?[a-z]{0,5}[-/]?|(?<!\w)#\s?(?=[\d/-]{3}))\d[\w/.-]{2,}\s*[)\]]?"
    )


def reference_beside_title() -> str:
    """Return a pattern of numbers that are of an advert only beside a title.

    They have another name, or none and are long, in brackets or behind a dash.
    """
    name = _name(mark_words("reference", "alone") | mark_words("reference", "beside"))
    return (
        rf"(?:[(\[]\s*)?(?<!\w)(?:{name}|{_ID})(?![^\W\d_])"
        rf"[\s.:#°º_-]{{0,4}}(?:[a-z]{{1,5}}[-/])?[a-z]{{0,3}}\d[\w/.-]+(?:\s*[)\]])?"
        rf"|{_LONG_NUMBER}"
    )


def _name(names: frozenset[str]) -> str:
    """Return a pattern of a name, or of two words that make one: "Job-Nr.", "nr oferty"."""
    number, of = any_mark_word("reference", "number"), any_mark_word("reference", "of")
    return (
        rf"(?:(?:{number}{_GAP})?{any_of(names)}(?:{_GAP}{number})?"
        rf"|{of}{_GAP}{number}|{number}{_GAP}{of})"
    )
