"""Sentences that are English where programs read them, and in a page's language where people do.

A receipt, the log and JSON are contracts: they stay English. A page may be in another language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from core.isco_titles.group_title import GroupTitle
from core.languages.language_name import LanguageName


class Speaks(Protocol):
    """A language of the pages: see ``core/languages/page_language.py``."""

    def gettext(self, text: str) -> str:
        """Return a text in the language."""

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Return the form of a text for ``n`` things."""

    def count(self, n: int) -> str:
        """Return a whole number as the language writes it."""

    def number(self, value: float, digits: int) -> str:
        """Return a number with so many decimals."""

    def signed(self, value: float, digits: int = 2) -> str:
        """Return a difference with its sign."""

    def fraction(self, value: float) -> str:
        """Return a number with the decimals that it has."""

    def language_name(self, code: str) -> str:
        """Return the name of a language."""

    def group_title(self, code: str) -> str:
        """Return the title of a group of ISCO-08."""


class Rounded(float):
    """A number that a text has with so many ``digits`` after the mark; ``is_signed`` with +."""

    digits: int
    is_signed: bool

    def __new__(cls, value: float, digits: int, is_signed: bool = False) -> Rounded:
        """Return ``value`` as it is; only its text is rounded."""
        number = super().__new__(cls, value)
        number.digits, number.is_signed = digits, is_signed
        return number

    def __str__(self) -> str:
        return f"{float(self):{'+' if self.is_signed else ''},.{self.digits}f}"

    def said(self, language: Speaks) -> str:
        """Return the number as a language writes it."""
        return (language.signed if self.is_signed else language.number)(self, self.digits)


class Message(str):
    """An English text that a page can say in its language.

    It is a plain ``str`` for everything else. ``source`` is what a catalogue translates: the text
    before its ``{names}`` were filled with ``values``. Written to a file, pickled or copied, it is
    the English text alone.
    """

    source: str
    sources: tuple[str, str]
    n: int
    values: Mapping[str, Any]

    def __new__(cls, source: str, **values: Any) -> Message:
        """Return the message ``source``, in which each ``{name}`` stands for a value."""
        return cls.of((source, source), 1, values)

    @classmethod
    def counted(cls, n: int, one: str, many: str, **values: Any) -> Message:
        """Return the message ``one`` or ``many``, for ``n`` things; ``{n}`` is their number."""
        return cls.of((one, many), n, {"n": n, **values})

    @classmethod
    def notes_of(cls, n: int, one: str, many: str, **values: Any) -> list[str]:
        """Return a list with the message about ``n`` things; an empty one where there are none."""
        return [cls.counted(n, one, many, **values)] if n else []

    @staticmethod
    def listed(parts: Sequence[str]) -> str:
        """Return one message of several parts, which a semicolon separates; "" where all are ""."""
        listed = ""
        for part in filter(None, parts):
            listed = Message("{some}; {last}", some=listed, last=part) if listed else part
        return listed

    @classmethod
    def of(cls, sources: tuple[str, str], n: int, values: Mapping[str, Any]) -> Message:
        """Return the message of its parts: the source for one and for many things, for ``n``."""
        source = sources[n != 1]
        message = super().__new__(cls, source.format(**_written(values, "{:,}".format, str)))
        message.source, message.sources = source, sources
        message.n, message.values = n, values
        return message

    def translated(self, language: Speaks) -> str:
        """Return the text in a language, with the messages in it."""

        def said(value: Any) -> Any:
            if isinstance(value, LanguageName):
                return language.language_name(value.code)
            if isinstance(value, GroupTitle):
                return language.group_title(value.code)
            if isinstance(value, Rounded):
                return value.said(language)
            if isinstance(value, Message):
                return value.translated(language)
            return language.fraction(value) if type(value) is float else value

        one, many = self.sources
        source = language.gettext(one) if one == many else language.ngettext(one, many, self.n)
        return source.format(**_written(self.values, language.count, said))

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


def _written(
    values: Mapping[str, Any], count: Callable[[int], str], text: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return the values with counts as people write them."""
    return {
        name: count(value) if type(value) is int else text(value) for name, value in values.items()
    }
