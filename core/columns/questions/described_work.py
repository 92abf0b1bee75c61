"""Recognise a question that asks to describe one's work: "Briefly describe your work".

Such a question need not name the duties. ``header_names.yaml`` has its words by language. The work
must end the question, for "Describe your work environment" asks for something else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from core.columns.contained_names import Words, contained, places_of_names, without_places
from core.columns.header_words import phrases

_DESCRIBE = "asks_for_a_description"
_MANNER = "says_how_to_describe"
_WORK = "described_work"


def asks_to_describe(words: Sequence[str]) -> bool:
    """Return whether the plain words of a header ask for a description, of whatever it is."""
    return bool(contained(words, phrases(_DESCRIBE)))


def without_manner(words: Sequence[str]) -> Words:
    """Return the words without those that say how to describe: "please", "in your own words"."""
    return _without(words, phrases(_MANNER))


def is_about_work(words: Sequence[str]) -> bool:
    """Return whether what is to be described is the work, by words without those of manner.

    In some languages the verb ends the question: Turkish "işinizi tanımlayın".
    """
    rest = _without(words, phrases(_DESCRIBE))
    named = phrases(_WORK)
    return any(rest[-n:] in named for n in range(1, len(rest) + 1))


def _without(words: Sequence[str], names: Collection[Words]) -> Words:
    return without_places(words, places_of_names(words, names))
