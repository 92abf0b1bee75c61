"""Sentences that are English where programs read them, and in a page's language where people do.

A receipt, the log and JSON are contracts: they stay English. A page may be in another language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.languages.language_name import LanguageName


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
        return cls._filled((source, source), 1, values)

    @classmethod
    def counted(cls, n: int, one: str, many: str, **values: Any) -> Message:
        """Return the message ``one`` or ``many``, for ``n`` things; ``{n}`` is their number."""
        return cls._filled((one, many), n, {"n": n, **values})

    @classmethod
    def notes_of(cls, n: int, one: str, many: str, **values: Any) -> list[str]:
        """Return a list with the message about ``n`` things; an empty one where there are none."""
        return [cls.counted(n, one, many, **values)] if n else []

    @classmethod
    def _filled(cls, sources: tuple[str, str], n: int, values: Mapping[str, Any]) -> Message:
        source = sources[n != 1]
        message = super().__new__(cls, source.format(**_written(values, "{:,}".format, str)))
        message.source, message.sources = source, sources
        message.n, message.values = n, values
        return message

    def translated(
        self,
        gettext: Callable[[str], str],
        ngettext: Callable[[str, str, int], str],
        count: Callable[[int], str],
        language_name: Callable[[str], str],
    ) -> str:
        """Return the text in the language of these functions, with the messages in it."""

        def translate(value: Any) -> Any:
            if isinstance(value, LanguageName):
                return language_name(value.code)
            is_message = isinstance(value, Message)
            return (
                value.translated(gettext, ngettext, count, language_name) if is_message else value
            )

        one, many = self.sources
        source = gettext(one) if one == many else ngettext(one, many, self.n)
        return source.format(**_written(self.values, count, translate))

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


def _written(
    values: Mapping[str, Any], count: Callable[[int], str], text: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return the values with counts as people write them."""
    return {
        name: count(value) if type(value) is int else text(value) for name, value in values.items()
    }
