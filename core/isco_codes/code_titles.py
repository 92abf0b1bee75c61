"""Compare the words beside a code with the titles of ISCO-08, in every language that has them.

The titles of the other languages are read once, when words are first met that are no English title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from core.isco_titles.group_titles import titles_in_all_languages
from core.taxonomy import isco08

_STEM_CHARS = 4


def is_title_of(code: str, title: str) -> bool:
    """Whether this is the title of ``code``, or of a group above it or below it."""
    return any(_is_related(group, code) for group in _groups_with_title(title))


def group_titled(title: str) -> str | None:
    """Return the smallest group with this title in any language; None where there is none."""
    return max(_groups_with_title(title), key=len, default=None)


def contradicted_by(code: str, title: str) -> str | None:
    """Return the group whose title this is, None where it is no title or that of ``code``.

    A group above ``code`` or below it does not contradict it. A title of a single word in another
    language than English contradicts nothing: it is a word of every day ("Verkäufer").
    """
    groups = _groups_with_title(title)
    is_everyday_word = len(_words(title)) == 1 and _key(title) not in _groups_by_title()
    if not groups or is_everyday_word or is_title_of(code, title):
        return None
    return groups[0]


def is_unlike_title(code: str, title: str) -> bool:
    """Whether words of other titles of ISCO-08 stand beside ``code``, and none of its own.

    Words are compared by their first four letters. Words that no English title has say nothing,
    unless they are the whole title of another group in their language.
    """
    if is_title_of_others(code, title) and not is_title_of(code, title):
        return True
    stems = _stems(title)
    return bool(stems & _all_stems()) and not stems & _stems_of(code)


def is_title_of_others(code: str, title: str) -> bool:
    """Whether this is the very title of other groups, and in no language that of ``code``."""
    groups = _groups_with_title(title)
    if code not in groups:
        groups = (*groups, *_groups_by_foreign_title().get(_key(title), ()))
    return bool(groups) and code not in groups


def _is_related(group: str, code: str) -> bool:
    return group.startswith(code) or code.startswith(group)


def _groups_with_title(title: str) -> tuple[str, ...]:
    """Return the groups that have this title: in English or, where none has it, in any language."""
    key = _key(title)
    return _groups_by_title().get(key) or _groups_by_foreign_title().get(key, ())


def _key(title: str) -> str:
    return " ".join(_words(title))


def _words(title: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", unicodedata.normalize("NFKC", title).casefold())


def _stems(title: str) -> frozenset[str]:
    return frozenset(word[:_STEM_CHARS] for word in _words(title) if len(word) >= _STEM_CHARS)


@cache
def _groups_by_title() -> dict[str, tuple[str, ...]]:
    return _by_title(isco08().titles.items())


@cache
def _groups_by_foreign_title() -> dict[str, tuple[str, ...]]:
    return _by_title(titles_in_all_languages())


def _by_title(titles: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for code, title in titles:
        key = _key(title)
        if code not in groups.get(key, ()):
            groups[key] = (*groups.get(key, ()), code)
    return groups


@cache
def _all_stems() -> frozenset[str]:
    return frozenset().union(*map(_stems, isco08().titles.values()))


@cache
def _stems_of(code: str) -> frozenset[str]:
    titles = isco08().titles
    return frozenset().union(*(_stems(titles[c]) for c in titles if _is_related(c, code)))
