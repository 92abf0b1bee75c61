"""Compare the words beside a code with the titles of ISCO-08, in every language that has them.

The titles of the other languages are read once, when words are first met that are no English title.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache

from core.isco_titles.group_titles import titles_in_all_languages
from core.taxonomy import isco08

_STEM_CHARS = 4
# Of 4,000 titles of five languages in another form 5 are taken for others, with whole words 32. Of
# 2,500 job titles 457 are remarked beside their own code, with four letters 352; and 1,370 beside
# that of another major group, with four 1,180.
_FORM_CHARS = 6
_MAX_ENDING = 2  # letters: of a plural, or of a feminine form
_LAST_CHARACTER = chr(sys.maxunicode)


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

    Words are compared with English titles by their first four letters, and with its own titles in
    other languages by six: "Coiffeuse" is "Coiffeurs". Words that no English title has must be the
    whole title of another group in any language, or stand in one as whole words: "Maurer".
    """
    if is_title_of_others(code, title) and not is_title_of(code, title):
        return True
    stems = _stems(title)
    if stems & _all_stems():
        return not stems & _stems_of(code) and not _has_word_of(code, title)
    return _has_words_of_others(code, title)


def _has_word_of(code: str, title: str) -> bool:
    """Whether a word begins like one of a title of ``code`` in any language: in another form."""
    words = [word for word in _words(title) if len(word) >= _STEM_CHARS]
    alike = (
        _groups_with_prefix(word[:_FORM_CHARS])
        if len(word) >= _FORM_CHARS
        else _groups_with_word(word)
        for word in words
    )
    return any(_is_related(group, code) for groups in alike for group in groups)


def _has_words_of_others(code: str, title: str) -> bool:
    """Whether all long words are those of a title, and none is like one of a title of ``code``."""
    words = [word for word in _words(title) if len(word) >= _STEM_CHARS]
    if not words:
        return False
    # Most words are in no title.
    if not frozenset.intersection(*map(_groups_with_word, words)):
        return False
    like_ours = (_groups_with_prefix(word[:_STEM_CHARS]) for word in words)
    return not any(_is_related(group, code) for groups in like_ours for group in groups)


def _groups_with_word(word: str) -> frozenset[str]:
    """Return the groups with a word in a title that differs by an ending of two letters at most."""
    known = _groups_by_word()
    shorter = {word[:n] for n in range(max(_STEM_CHARS, len(word) - _MAX_ENDING), len(word))}
    groups = [known[form] for form in shorter if form in known]
    return frozenset().union(*groups, _groups_with_prefix(word, len(word) + _MAX_ENDING))


def _groups_with_prefix(prefix: str, max_chars: int = sys.maxsize) -> frozenset[str]:
    """Return the groups with a word in a title that begins so, and is not longer."""
    known, words = _groups_by_word(), _sorted_words()
    first, end = bisect_left(words, prefix), bisect_left(words, prefix + _LAST_CHARACTER)
    return frozenset().union(*(known[word] for word in words[first:end] if len(word) <= max_chars))


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
def _groups_by_word() -> dict[str, frozenset[str]]:
    """Return the words of the titles in all languages, each with the groups that have it."""
    groups: dict[str, set[str]] = {}
    for code, title in (*isco08().titles.items(), *titles_in_all_languages()):
        for word in _words(title):
            if len(word) >= _STEM_CHARS:
                groups.setdefault(word, set()).add(code)
    return {word: frozenset(codes) for word, codes in groups.items()}


@cache
def _sorted_words() -> list[str]:
    return sorted(_groups_by_word())


@cache
def _all_stems() -> frozenset[str]:
    return frozenset().union(*map(_stems, isco08().titles.values()))


@cache
def _stems_of(code: str) -> frozenset[str]:
    titles = isco08().titles
    return frozenset().union(*(_stems(titles[c]) for c in titles if _is_related(c, code)))
