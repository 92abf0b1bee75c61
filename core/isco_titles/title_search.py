"""Find groups by words of their titles, as far as they are typed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from core.isco_titles.group_titles import titles_in
from core.letters.accents import without_accents
from core.taxonomy import isco08
from core.text import clean


def search_titles(query: str, language: str) -> list[str]:
    """Return the codes of the groups whose title in ``language`` has every word of ``query``.

    A word counts from its first letters on, whatever its case and accents. Unit groups come first,
    then broader ones; of one level those with more words that begin with the accents of the query
    ("řidič" is not the beginning of "řídící"), then with more whole words of it, then shorter
    titles, then lower codes. A query of digits returns the groups whose code begins with them, in
    code order; one without a letter or digit returns none. Raises KeyError for an unknown language.
    """
    words = _words(query)
    if len(words) == 1 and words[0].isdecimal():
        return [code for code in isco08().titles if code.startswith(words[0])]
    if not words:
        return []
    codes = set.intersection(*(set(_with_prefix(word, language)) for word in words))
    titles = {code: _words(titles_in(language)[code]) for code in codes}

    typed = clean(query).split()

    def rank(code: str) -> tuple[int, int, int, int, str]:
        written = clean(titles_in(language)[code]).split()
        n_as_typed = sum(any(word.startswith(part) for word in written) for part in typed)
        n_whole = len({*words} & {*titles[code]})
        return -len(code), -n_as_typed, -n_whole, len(titles[code]), code

    return sorted(codes, key=rank)


def _with_prefix(prefix: str, language: str) -> Iterator[str]:
    """Yield the groups with a word that begins with ``prefix``; one may come more than once."""
    index = _index(language)
    for word, code in index[bisect_left(index, (prefix, "")) :]:
        if not word.startswith(prefix):
            return
        yield code


@cache
def _index(language: str) -> list[tuple[str, str]]:
    """Return every word of every title with its group, sorted."""
    titles = titles_in(language)
    return sorted((word, code) for code, title in titles.items() for word in _words(title))


def _words(text: str) -> tuple[str, ...]:
    return tuple(without_accents(clean(text)).split())
