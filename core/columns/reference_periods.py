"""The weeks and the year to which the questions of a survey refer.

"Your occupation last week" is no former occupation, and neither is "occupation in the last 12
months". Where a file asks for both, the job of the week is the one that people have now.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from core.columns.contained_names import contained, placed_names
from core.columns.header_words import phrases, plain_words, words_of

_WEEK, _YEAR, _LEAD = "reference_week", "reference_year", "leads_to_a_period"


@cache
def _periods() -> frozenset[tuple[str, ...]]:
    return phrases(_WEEK) | phrases(_YEAR)


def without_periods(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a header without those of the week or the year that it asks for.

    The words that lead to it go with it: "emploi au cours des 7 derniers jours".
    """
    aside: set[int] = set()
    for start, period in placed_names(words, _periods()):
        end = start + len(period)
        first = min(
            (lead for lead in range(start) if tuple(words[lead:start]) in phrases(_LEAD)),
            default=start,
        )
        aside.update(range(first, end))
    return tuple(word for place, word in enumerate(words) if place not in aside)


@lru_cache(maxsize=4096)
def is_of_a_year(header: str) -> bool:
    """Return whether a header asks for what was in the last 12 months."""
    year = phrases(_YEAR)
    return bool(contained(words_of(header), year) or contained(plain_words(header), year))


def goes_with_title(duties: str, title: str) -> bool:
    """Return whether the duties of one header may be those of the job of another.

    The duties of the last 12 months are not those of the job that a person has now.
    """
    return is_of_a_year(title) or not is_of_a_year(duties)
