"""The weeks and the year to which the questions of a survey refer.

"Your occupation last week" is no former occupation, and neither is "occupation in the last 12
months". Where a file asks for both, the job of the week is the one that people have now. The
occupation "12 months ago" is a former one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from core.columns.contained_names import contained, placed_names, without_places
from core.columns.header_words import phrases, plain_words, words_of
from core.letters.conjunctions import conjunctions

_WEEK, _YEAR, _LEAD = "reference_week", "reference_year", "leads_to_a_period"
_AGO, _ANY_NUMBER = "says_how_long_ago", "12"


@cache
def _periods() -> frozenset[tuple[str, ...]]:
    return phrases(_WEEK) | phrases(_YEAR)


def without_periods(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a header without those of the week or the year that it asks for.

    The words that lead to it go with it: "emploi au cours des 7 derniers jours". "12 months ago" is
    a point of time, and stays.
    """
    aside: set[int] = set()
    ago = places_of_time_ago(words)
    for start, period in placed_names(words, _periods()):
        end = start + len(period)
        if not ago.isdisjoint(range(start, end)):
            continue
        first = min(
            (lead for lead in range(start) if tuple(words[lead:start]) in phrases(_LEAD)),
            default=start,
        )
        aside.update(range(first, end))
    return without_places(words, aside)


def places_of_time_ago(words: Sequence[str]) -> set[int]:
    """Return where the words of a header say how long ago: "vor 12 Monaten", "il y a 6 mois"."""
    counted = [_ANY_NUMBER if word.isdecimal() else word for word in words]
    places: set[int] = set()
    for start, phrase in placed_names(counted, phrases(_AGO)):
        end = start + len(phrase) + (phrase[-1] == _ANY_NUMBER)  # "vor 12", and "Monaten"
        first = start - (start > 0 and counted[start - 1] == _ANY_NUMBER)
        places.update(range(first, min(end, len(words))))
    return places


@lru_cache(maxsize=4096)
def is_of_a_year(header: str) -> bool:
    """Return whether a header asks for what was in the last 12 months."""
    year = phrases(_YEAR)
    return bool(contained(words_of(header), year) or contained(plain_words(header), year))


@lru_cache(maxsize=4096)
def is_period_alone(header: str) -> bool:
    """Return whether a header goes on with another period: "And in the last 12 months?"."""
    words = plain_words(header)
    rest = without_periods(words)
    return len(rest) < len(words) and conjunctions().issuperset(rest)


def goes_with_title(duties: str, title: str) -> bool:
    """Return whether the duties of one header may be those of the job of another.

    The duties of the last 12 months are not those of the job that a person has now.
    """
    return is_of_a_year(title) or not is_of_a_year(duties)
