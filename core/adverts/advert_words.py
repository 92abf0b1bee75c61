"""Leave out of a title the words of adverts that say how somebody is employed, not what the job is.

"Koch in Vollzeit oder Teilzeit gesucht" is "koch". A place at the end goes with them
(``places.py``), since they stand before and behind it: "Koch, Berlin, Vollzeit". The words of each
language are in ``advert_words.yaml``; they count as whole words alone, in a title of any language,
since offices write "full time" in all of them. A title of such words alone stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from core.adverts.advert_table import languages
from core.adverts.places import ends_in_place, without_place
from core.letters.conjunctions import conjunctions

_Phrase = tuple[str, ...]
_MAX_CONJUNCTION = 3  # words: "as well as"


@dataclass(frozen=True)
class _Words:
    """The table: its phrases by their first words, the longest first."""

    first_words: frozenset[str]
    terms: dict[str, list[_Phrase]]
    start: dict[str, list[_Phrase]]
    end: dict[str, list[_Phrase]]
    before: dict[_Phrase, frozenset[str]]
    conjunctions: dict[str, list[_Phrase]]
    job: frozenset[str]
    seeks: frozenset[str]
    stays_beside: frozenset[str]


def without_advert_words(title: str) -> str:
    """Return a cleaned title (``core.text.clean``) without such words."""
    table = _table()
    words = title.split()
    # What stood on both sides of a term may be one, too.
    while words and (not table.first_words.isdisjoint(words) or ends_in_place(words)):
        left = _without_ends(_without_terms(words, table), table)
        if left:
            left = without_place(left)
        if left == words or not table.seeks.isdisjoint(left):
            break
        if not any(map(str.isalpha, "".join(set(left) - table.stays_beside))):
            break
        words = left
    return " ".join(words)


def _without_terms(words: Sequence[str], table: _Words) -> list[str]:
    """Return the words without terms, and without the conjunctions beside and between them.

    A conjunction of one or two letters may say something of the job ("C/E", "PL/EN"), unless it is
    between two.
    """
    left: list[str] = []
    n_left_at_last_term: int | None = None
    position = 0
    while position < len(words):
        if term := _phrase_at(words, position, table.terms):
            while n_words := _n_beside(left, n_left_at_last_term, table.before[term], table):
                del left[-n_words:]
            n_left_at_last_term = len(left)
            position += len(term)
            continue
        conjunction = _phrase_at(words, position, table.conjunctions)
        is_behind_term = n_left_at_last_term == len(left)
        if conjunction and is_behind_term and len(conjunction[0]) > 2:
            position += len(conjunction)
            continue
        left.append(words[position])
        position += 1
    return left


def _n_beside(
    left: Sequence[str], n_left_at_last_term: int | None, before: frozenset[str], table: _Words
) -> int:
    """Return the number of words at the end that go with the term behind them."""
    if left and left[-1] in before:
        return 1
    for n_words in range(min(len(left), _MAX_CONJUNCTION), 0, -1):
        phrase = tuple(left[-n_words:])
        is_between = len(left) - n_words == n_left_at_last_term
        if phrase in table.conjunctions.get(phrase[0], ()) and (is_between or len(phrase[0]) > 2):
            return n_words
    return 0


def _without_ends(words: list[str], table: _Words) -> list[str]:
    start = _phrase_at(words, 0, table.start) or ()
    rest = words[len(start) :]
    for position in range(len(rest)):
        end = _phrase_at(rest, position, table.end)
        if end is not None and position + len(end) == len(rest):
            rest = rest[:position]
            break
    return words if rest and rest[0] in table.job else rest


def _phrase_at(
    words: Sequence[str], position: int, phrases: dict[str, list[_Phrase]]
) -> _Phrase | None:
    if position >= len(words):
        return None
    for phrase in phrases.get(words[position], ()):
        if tuple(words[position : position + len(phrase)]) == phrase:
            return phrase
    return None


@cache
def _table() -> _Words:
    before: dict[_Phrase, frozenset[str]] = {}
    for language in languages():
        for term in map(_phrase, language["terms"]):
            before[term] = before.get(term, frozenset()) | frozenset(language.get("before", ()))
    terms = _by_first_word(before)
    start = _by_first_word(map(_phrase, _all("start")))
    end = _by_first_word(map(_phrase, _all("end")))
    return _Words(
        first_words=frozenset(chain(terms, start, end)),
        terms=terms,
        start=start,
        end=end,
        before=before,
        conjunctions=_by_first_word(map(_phrase, conjunctions())),
        job=frozenset(_all("job")),
        seeks=frozenset(_all("seeks")),
        stays_beside=frozenset(_all("stays_beside")),
    )


def _all(key: str) -> Iterator[str]:
    return chain.from_iterable(language.get(key, ()) for language in languages())


def _phrase(text: str) -> _Phrase:
    return tuple(text.split())


def _by_first_word(phrases: Iterable[_Phrase]) -> dict[str, list[_Phrase]]:
    by_first: dict[str, list[_Phrase]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        by_first.setdefault(phrase[0], []).append(phrase)
    return by_first
