"""The forms of the number of an advert: "(Ref. 4711)", "#2024-113", "Req-10293", "- R23456"."""

from __future__ import annotations

from core.adverts.advert_table import any_mark_word

# "ID-10 cards" are no advert.
_ID = r"id(?=\W{0,3}\d{4})"
_LONG_NUMBER = (
    r"(?:^|[–|(\[]\s?|\s-\s)(?!iso|iec|din|en)(?:[a-z]{1,4}[-_]?\d{5,}|\d{5,}(?:-\d+)*(?:-[a-z])?)"
    r"(?:\s*[)\]]|(?=\s*$|\s[–|-]\s))"
)


def reference() -> str:
    """Return a pattern of numbers with a name that nothing else has."""
    return (
        rf"[(\[]?\s*(?:(?<!\w){any_mark_word('reference', 'alone')}(?![^\W\d_])[\s.:#°º-]*"
        r"(?:n[or]?[.°º]\s*)?[a-z]{0,5}[-/]?|(?<!\w)#\s?(?=[\d/-]{3}))\d[\w/.-]{2,}\s*[)\]]?"
    )


def reference_beside_title() -> str:
    """Return a pattern of numbers that are of an advert only beside a title.

    They have another name, or none and are long, in brackets or behind a dash.
    """
    return (
        rf"(?:[(\[]\s*)?\b(?:{any_mark_word('reference', 'beside')}|{_ID})(?![^\W\d_])"
        rf"[\s.:#°º_-]{{0,4}}(?:[a-z]{{1,5}}[-/])?[a-z]{{0,3}}\d[\w/.-]+(?:\s*[)\]])?"
        rf"|{_LONG_NUMBER}"
    )
