"""Compare the words beside a code with the titles of ISCO-08."""

from __future__ import annotations

import re
from functools import cache

from core.taxonomy import isco08

_STEM_CHARS = 4


def contradicted_by(code: str, title: str) -> str | None:
    """Return the group whose title this is, None where it is no title or that of ``code``.

    A group above ``code`` or below it does not contradict it.
    """
    groups = _groups_by_title().get(_words(title), ())
    if not groups or any(_is_related(group, code) for group in groups):
        return None
    return groups[0]


def is_unlike_title(code: str, title: str) -> bool:
    """Whether words of other titles of ISCO-08 stand beside ``code``, and none of its own.

    Words are compared by their first four letters. Words that no title has, as those of another
    language, say nothing.
    """
    stems = _stems(title)
    return bool(stems & _all_stems()) and not stems & _stems_of(code)


def _is_related(group: str, code: str) -> bool:
    return group.startswith(code) or code.startswith(group)


def _words(title: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W\d_]+", title.casefold()))


def _stems(title: str) -> frozenset[str]:
    return frozenset(word[:_STEM_CHARS] for word in _words(title) if len(word) >= _STEM_CHARS)


@cache
def _groups_by_title() -> dict[tuple[str, ...], tuple[str, ...]]:
    groups: dict[tuple[str, ...], tuple[str, ...]] = {}
    for code, title in isco08().titles.items():
        groups[_words(title)] = (*groups.get(_words(title), ()), code)
    return groups


@cache
def _all_stems() -> frozenset[str]:
    return frozenset().union(*map(_stems, isco08().titles.values()))


@cache
def _stems_of(code: str) -> frozenset[str]:
    titles = isco08().titles
    return frozenset().union(*(_stems(titles[c]) for c in titles if _is_related(c, code)))
