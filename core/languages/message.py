"""Sentences that are English where programs read them, and in a page's language where people do.

A receipt, the log and JSON are contracts: they stay English. A page may be in another language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.taxonomy import isco08

if TYPE_CHECKING:
    from core.languages.page_language import PageLanguage


class Translatable(str):
    """An English text that a page says in its language.

    It is a plain ``str`` for everything else. Written to a file, pickled or copied, it is the
    English text alone.
    """

    def translated(self, language: PageLanguage) -> str:
        """Return the text in a language."""
        raise NotImplementedError

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


class LanguageName(Translatable):
    """The name of a language, from the CLDR; ``code`` is ISO 639-1."""

    code: str

    def __new__(cls, code: str) -> LanguageName:
        """Return the name of the language ``code``; KeyError where there is none."""
        # Few files need a name, and every command would load Babel for it.
        from babel import Locale

        name = super().__new__(cls, Locale("en").languages[code])
        name.code = code
        return name

    def translated(self, language: PageLanguage) -> str:
        """Return the name in a language."""
        return language.language_name(self.code)


class GroupTitle(Translatable):
    """The title of a group of ISCO-08; ``code`` is the group's."""

    code: str

    def __new__(cls, code: str) -> GroupTitle:
        """Return the title of the group ``code``; KeyError where ISCO-08 does not have it."""
        title = super().__new__(cls, isco08().title(code))
        title.code = code
        return title

    def translated(self, language: PageLanguage) -> str:
        """Return the title in a language."""
        return language.group_title(self.code)


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

    def translated(self, language: PageLanguage) -> str:
        """Return the number as a language writes it."""
        return (language.signed if self.is_signed else language.number)(self, self.digits)


class Message(Translatable):
    """A sentence; ``source`` is what a catalogue translates.

    That is the text before its ``{names}`` were filled with ``values``.
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

    def translated(self, language: PageLanguage) -> str:
        """Return the text in a language, with the messages in it."""

        def said(value: Any) -> Any:
            if isinstance(value, Translatable | Rounded):
                return value.translated(language)
            return language.fraction(value) if type(value) is float else value

        one, many = self.sources
        source = language.gettext(one) if one == many else language.ngettext(one, many, self.n)
        return source.format(**_written(self.values, language.count, said))


def _written(
    values: Mapping[str, Any], count: Callable[[int], str], text: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return the values with counts as people write them."""
    return {
        name: count(value) if type(value) is int else text(value) for name, value in values.items()
    }
