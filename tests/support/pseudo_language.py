"""A language that nobody speaks: a word of a page that is not in it went past the catalogues."""

from __future__ import annotations

import re
from gettext import NullTranslations
from html.parser import HTMLParser
from pathlib import Path

from core.languages.page_language import PageLanguage

# What a translation keeps: a value, an element, an entity.
_KEPT = re.compile(r"%\(\w+\)s|%%|\{\w+(?:!r)?\}|<[^>]+>|&\w+;")
_LETTERS = str.maketrans({chr(n): chr(n + 0xFEE0) for n in (*range(65, 91), *range(97, 123))})
_WORD = re.compile(r"[A-Za-z]{2,}")
_NO_WORDS = {"script", "style", "code", "kbd"}
_LABELS = ("aria-label", "alt", "title", "placeholder")


class _PseudoCatalogue(NullTranslations):
    """Says each text in full-width letters, and leaves values and elements as they are."""

    def gettext(self, message: str) -> str:
        parts, end = [], 0
        for kept in _KEPT.finditer(message):
            parts += [message[end : kept.start()].translate(_LETTERS), kept.group()]
            end = kept.end()
        return "".join([*parts, message[end:].translate(_LETTERS)])

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def pseudo_language() -> PageLanguage:
    """Return the language, with the numbers of German."""
    return PageLanguage("de", _PseudoCatalogue())


class _Words(HTMLParser):
    """The words of a page and of its labels, but for code, keys, and what is marked as English."""

    def __init__(self) -> None:
        super().__init__()
        self.words: set[str] = set()
        self._open: list[bool] = []  # whether the words of an open element are left out

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in ("meta", "input", "rect", "line", "circle", "polyline", "img"):
            is_left_out = tag in _NO_WORDS or values.get("lang") == "en"
            self._open.append(is_left_out or any(self._open[-1:]))
        for name in _LABELS:
            self.words |= words_in(values.get(name) or "")

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._open[-1:]):
            self.words |= words_in(data)


def words_in(text: str) -> set[str]:
    """Return the words of a text that are in plain letters."""
    return set(_WORD.findall(text))


def english_words(page: Path, data: str) -> set[str]:
    """Return the words of a page that are not in the language, and not in ``data``."""
    reader = _Words()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.words - words_in(data)
