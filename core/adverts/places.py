"""Leave out of a title the place behind it: "Koch in München" is "koch", "nurse, Leeds" "nurse".

The places are in ``places.yaml``, by their names alone: no list has all of them, and a word that
may be something else is no place here. Only the end of a title counts; "mayor of London" stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from core.files.compiled_table import read_yaml

_TABLE_PATH = Path(__file__).with_name("places.yaml")
_Phrases = dict[str, list[tuple[str, ...]]]


@dataclass(frozen=True)
class _Places:
    """The table: its phrases by their last words, the longest first."""

    places: _Phrases
    before: _Phrases
    after: _Phrases
    stays_behind: frozenset[str]


def ends_in_place(words: Sequence[str]) -> bool:
    """Return whether the last word of a cleaned title may be of a place."""
    table = _table()
    return words[-1] in table.places or words[-1] in table.after or _is_postal_code(words[-1])


def without_place(words: Sequence[str]) -> list[str]:
    """Return the words of a cleaned title without the place at its end, and what goes with it."""
    table = _table()
    end = len(words)
    if _is_postal_code(words[end - 1]):
        end -= 1
    end -= _length_before(words, end, table.after)
    length = _length_before(words, end, table.places)
    if not length:
        return list(words)
    end -= length
    if end and _is_postal_code(words[end - 1]):
        end -= 1
    while length := _length_before(words, end, table.before):
        end -= length
    is_part_of_name = end > 0 and words[end - 1] in table.stays_behind
    return list(words if is_part_of_name else words[:end])


def _length_before(words: Sequence[str], end: int, phrases: _Phrases) -> int:
    """Return the number of words of the longest phrase that ends before ``end``, else 0."""
    if end < 1:
        return 0
    for phrase in phrases.get(words[end - 1], ()):
        if len(phrase) <= end and tuple(words[end - len(phrase) : end]) == phrase:
            return len(phrase)
    return 0


def _is_postal_code(word: str) -> bool:
    return word.isdecimal() and len(word) in (4, 5)


@cache
def _table() -> _Places:
    table = read_yaml(_TABLE_PATH)
    return _Places(
        places=_by_last_word(chain.from_iterable(table["places"].values())),
        before=_by_last_word(table["before"]),
        after=_by_last_word(table["after"]),
        stays_behind=frozenset(table["stays_behind"]),
    )


def _by_last_word(texts: Iterable[str]) -> _Phrases:
    by_last: _Phrases = {}
    for phrase in sorted({tuple(text.split()) for text in texts}, key=len, reverse=True):
        by_last.setdefault(phrase[-1], []).append(phrase)
    return by_last
