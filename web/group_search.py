"""Find groups while somebody types: by titles, by what is said about groups, and by the model."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from core.isco_titles.group_notes import group_notes
from core.letters.accents import without_accents
from core.taxonomy import UNIT, isco08
from core.text import clean
from isco import Coder, taxonomy
from web.payloads import FoundGroup

_LIKELY = 0.1
# What is read in a title counts as much as this probability: half a word tells a model little. Of
# 150 beginnings of words in titles of 6 languages 123 find such a title first, with 0.25 110; of
# 240 job titles typed to three quarters the code is first for 189, with 0.25 for 187.
_BONUS = {"title": 0.5, "words": 0.45, "model": 0.0}


def find_groups(coder: Coder, query: str, language: str, n: int) -> list[FoundGroup]:
    """Return at most ``n`` groups that fit ``query``, unit groups first, the likeliest first.

    Groups are found by their title in ``language`` or their code, by the job titles that are known
    of them (in English), and by the model. Every word counts from its first letters on. Raises
    ArgumentError for a language without titles.
    """
    by_title = taxonomy.search(query, language)
    context = dict.fromkeys(coder.settings.data.context_in_duties)  # nothing is known of it yet
    candidates = coder.candidates(query, None, context, k=len(isco08().units))
    likely = {candidate.isco_code: candidate.confidence for candidate in candidates}
    found = dict.fromkeys((code for code, p in likely.items() if p >= _LIKELY), "model")
    found |= dict.fromkeys(_with_words(query), "words") | dict.fromkeys(by_title, "title")
    if query.strip().isdecimal():
        codes = list(by_title)
    else:
        codes = sorted(
            found,
            key=lambda code: (-len(code), -likely.get(code, 0.0) - _BONUS[found[code]], code),
        )
    return [
        FoundGroup(isco_code=code, isco_title=taxonomy.title(code, language), found_by=found[code])
        for code in codes[:n]
    ]


def _with_words(query: str) -> Iterator[str]:
    """Yield the unit groups whose known job titles have every word of ``query``."""
    words = [f" {word}" for word in without_accents(clean(query)).split()]
    if words:
        for code, text in _known_titles().items():
            if all(word in text for word in words):
                yield code


@cache
def _known_titles() -> dict[str, str]:
    """Return the job titles that are known of each unit group, with a space before each word."""
    return {
        code: " " + without_accents(clean(f"{note.included} {note.index_titles}"))
        for code, note in group_notes().items()
        if len(code) == UNIT
    }
