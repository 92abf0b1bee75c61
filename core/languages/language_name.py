"""The names of languages, from the CLDR."""

from __future__ import annotations


class LanguageName(str):
    """The English name of a language, which a page says in its own; ``code`` is ISO 639-1."""

    code: str

    def __new__(cls, code: str) -> LanguageName:
        """Return the name of the language ``code``."""
        name = super().__new__(cls, language_name(code, "en"))
        name.code = code
        return name

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


def language_name(code: str, page_language: str) -> str:
    """Return the name of the language ``code`` in another one."""
    # Few files need a name, and every command would load Babel for it.
    from babel import Locale

    return str(Locale(page_language).languages[code])
