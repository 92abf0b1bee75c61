"""The words of a header, and the table of names and words.

``header_names.yaml`` has the words in 31 languages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from core.files.compiled_table import read_yaml
from core.letters.accents import plain_digraphs, plain_letters, with_apostrophes
from core.letters.look_alikes import without_look_alikes

_NAMED = frozenset({"job_title", "duties_description"})
MAX_NAME_WORDS = 5
"""A header of more words is a question."""
_TABLE_PATH = Path(__file__).with_name("header_names.yaml")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# "T\ufffdtigkeit", "T?tigkeit": a program wrote a sign for a letter beyond ASCII.
_MAY_HAVE_LOST = re.compile(r"\?*[\w\ufffd]+(?:\?+[\w\ufffd]+)*\?*")
_LOST = re.compile(r"\ufffd|(?<=[^\W\d_])\?+(?=[^\W\d_])")
_SIGNS = re.compile(r"[?\ufffd]+")


class _Letters(dict[int, str]):
    """Code point → the letter, mark or digit, or a space for anything else; filled on demand."""

    def __missing__(self, code_point: int) -> str:
        letter = chr(code_point)
        self[code_point] = letter if letter.isalnum() or unicodedata.combining(letter) else " "
        return self[code_point]


_LETTERS = _Letters()


@lru_cache(maxsize=1 << 13)  # the header is compared with names by many functions
def words_of(header: str) -> tuple[str, ...]:
    """Return the words of a header in lower case, at camelCase and punctuation apart."""
    if _LOST.search(header):
        header = _with_lost_letters(header)
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", with_apostrophes(header)))
    # Turkish "İ" becomes "i" and a dot of its own.
    lower = spaced.translate(_LETTERS).casefold().replace("i\u0307", "i")
    return tuple(without_look_alikes(lower).split())


def _with_lost_letters(header: str) -> str:
    """Return a header with all its lost letters; as it is where those of a word are not known.

    That word may say that the header is about another person or time.
    """
    words = {word: _restored(word) for word in _MAY_HAVE_LOST.findall(header)}
    return header if "" in words.values() else _MAY_HAVE_LOST.sub(lambda m: words[m[0]], header)


@lru_cache(maxsize=1 << 12)
def _restored(word: str) -> str:
    """Return the one word of the table that a word with lost letters may have been, else nothing.

    A sign before or behind a word may be its letter, or a mark: "souhait?" is "souhaité". A word
    without other signs is returned without that one.
    """
    bare = word.strip("?")
    for written in (word, bare):
        parts = _SIGNS.split(written.casefold())
        if len(parts) == 1 or not any(parts):
            continue
        pattern = re.compile(r"[^\x00-\x7f]+".join(map(re.escape, parts)))
        found = list(filter(pattern.fullmatch, _accented_words()))
        if len(set(map(plain_letters, found))) == 1:
            return min(found)
    return "" if _LOST.search(bare) else bare


@cache
def _accented_words() -> frozenset[str]:
    tables = (name_table()[column].values() for column in _NAMED)
    by_language = [*chain(*tables), *(name_table()[key] for key in name_table().keys() - _NAMED)]
    names = (name for listed in by_language for names in listed.values() for name in names)
    return frozenset(word for name in names for word in words_of(name) if not word.isascii())


def plain_words(text: str) -> tuple[str, ...]:
    """Return the words of a header without accents."""
    return tuple(map(plain_letters, words_of(text)))


def written_forms(text: str) -> frozenset[tuple[str, ...]]:
    """Return the words of a name as people write them: without accents, and with "aa" for "å"."""
    words = words_of(text)
    return frozenset(tuple(map(form, words)) for form in (plain_letters, plain_digraphs))


@cache
def name_table() -> dict[str, Any]:
    """Return the table of names and words."""
    return read_yaml(_TABLE_PATH)


def usual_names(column: str, language: str | None = None) -> list[str]:
    """Return the usual header names of one of our columns, in one language or in all of them."""
    return [
        name
        for names in name_table().get(column, {}).values()
        for code, listed in names.items()
        if language in (None, code)
        for name in listed
    ]


@cache
def phrases(key: str) -> frozenset[tuple[str, ...]]:
    """Return the phrases under one key of the table in words, as written and in plain letters."""
    names = (name for listed in name_table()[key].values() for name in listed)
    return frozenset(form for name in names for form in {words_of(name), *written_forms(name)})


@cache
def named_languages(key: str) -> Mapping[tuple[str, ...], frozenset[str]]:
    """Return the names under one key of the table in plain words, each with its languages."""
    names: dict[tuple[str, ...], frozenset[str]] = {}
    add_languages(names, name_table()[key])
    return names


def add_languages(
    names: dict[tuple[str, ...], frozenset[str]], by_language: Mapping[str, Sequence[str]]
) -> None:
    """Add names to ``names`` in plain words, each with its languages."""
    for language, listed in by_language.items():
        for name in frozenset().union(*map(written_forms, listed)):
            names[name] = names.get(name, frozenset()) | {language}
