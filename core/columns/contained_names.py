"""Find names in the words of a header, and leave out those that only say where something is.

"Stress in your occupation" asks for the stress: a name after "in your" does not say what a column
holds. ``header_names.yaml`` has such words by language.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from core.columns.header_words import plain_words

Words = tuple[str, ...]
Languages = Mapping[Words, frozenset[str]]
"""Names, each with the languages that have it."""

_WORD = re.compile(r"(\w+)(\.(?!\w))?")
_MIN_CUT, _MIN_CUT_NAME = 3, 5  # letters of a word, and of a name of one word: many begin alike


def contained(words: Sequence[str], names: Collection[Words]) -> list[Words]:
    """Return the names that stand in ``words``, in the order of the words."""
    return [name for _, name in placed_names(words, names)]


def contained_subjects(words: Sequence[str], names: Languages, before: Languages) -> list[Words]:
    """Return those of the names in ``words`` that follow none of ``before`` in their language.

    A name within one that does is left out with it: "occupation" in "in your main occupation".
    """
    placed = list(placed_names(words, names))
    aside = [
        (start, start + len(name))
        for start, name in placed
        if follows(words[:start], before, names[name])
    ]
    return [
        name
        for start, name in placed
        if not any(first <= start and start + len(name) <= end for first, end in aside)
    ]


def placed_names(words: Sequence[str], names: Collection[Words]) -> Iterator[tuple[int, Words]]:
    """Yield where each name starts, and the name."""
    longest = max(map(len, names))
    for start in range(len(words)):
        for n in range(1, min(longest, len(words) - start) + 1):
            if (part := tuple(words[start : start + n])) in names:
                yield start, part


def places_of_names(words: Sequence[str], names: Collection[Words]) -> set[int]:
    """Return where a word of a name stands."""
    return {
        place
        for start, name in placed_names(words, names)
        for place in range(start, start + len(name))
    }


def without_places(words: Sequence[str], places: Collection[int]) -> Words:
    """Return the words that do not stand at these places."""
    return tuple(word for place, word in enumerate(words) if place not in places)


def follows(words: Sequence[str], before: Languages, languages: frozenset[str]) -> bool:
    """Return whether ``words`` end with one of ``before`` in one of the languages."""
    longest = max(map(len, before), default=0)
    return any(
        not languages.isdisjoint(before.get(tuple(words[-n:]), ()))
        for n in range(1, min(longest, len(words)) + 1)
    )


def abbreviated(
    header: str, names: Collection[Words], others: Collection[Words] = ()
) -> list[Words]:
    """Return the names that a header abbreviates with dots: "Naziv rad. mjesta", "Yrkesben.".

    None where it may be one of ``others`` as well, unless that begins with one of the names:
    "Befattn." is "befattning", and no "befattningsbeskrivning".
    """
    words = _WORD.findall(header)
    least = _MIN_CUT if len(words) > 1 else _MIN_CUT_NAME
    cut = [word for word, dot in words if dot]
    if not cut or min(map(len, cut)) < least:
        return []
    starts = [("".join(plain_words(word)), bool(dot)) for word, dot in words]
    found = _cut_to(starts, names)
    begun = tuple(map("".join, found))
    is_clear = not found or all("".join(name).startswith(begun) for name in _cut_to(starts, others))
    return found if is_clear else []


def _cut_to(starts: Sequence[tuple[str, bool]], names: Collection[Words]) -> list[Words]:
    n_words = len(starts)
    return [
        name
        for name in names
        if len(name) == n_words
        and all(
            word.startswith(start) if is_cut else word == start
            for word, (start, is_cut) in zip(name, starts, strict=True)
        )
    ]
