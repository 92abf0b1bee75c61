"""Read ``advert_words.yaml``, the words of adverts by language.

A title may have words of any language, since offices write "full time" in all of them: the words of
all languages are looked for together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from core.files.compiled_table import read_yaml
from core.letters.word_pattern import any_of

_TABLE_PATH = Path(__file__).with_name("advert_words.yaml")
_LETTERS = re.compile(r"[^\W\d_]+")


def languages() -> list[dict[str, Any]]:
    """Return what the table has of each language."""
    return list(_table().values())


def mark_words(mark: str, part: str | None = None) -> frozenset[str]:
    """Return the words of a mark, or of one part of it, in all languages."""
    words: set[str] = set()
    for language in languages():
        of_mark = language.get("marks", {}).get(mark, ())
        words.update(of_mark if part is None else dict(of_mark).get(part, ()))
    return frozenset(words)


def any_mark_word(mark: str, part: str | None = None) -> str:
    """Return a pattern of any such word."""
    return any_of(mark_words(mark, part))


def first_letters(words: Iterable[str]) -> frozenset[str]:
    """Return the first run of letters of each of ``words``: no title without one has a word."""
    return frozenset(run[0] for word in words if (run := _LETTERS.search(word.lower())))


def has_run(title: str, runs: frozenset[str]) -> bool:
    """Return whether ``title`` has one of such runs between other signs."""
    return not runs.isdisjoint(_LETTERS.findall(title.lower()))


@cache
def _table() -> dict[str, Any]:
    return read_yaml(_TABLE_PATH)
