"""A language of the pages: its catalogue, and how it writes numbers, shares and times.

``<language>.po`` beside this module is the catalogue of a language; English has none, because the
program is written in it. The catalogues are read as they are, so there is nothing to compile.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, cached_property
from gettext import GNUTranslations, NullTranslations
from importlib import resources

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from core.isco_titles.group_titles import ENGLISH, titles_in
from core.languages.message import Message

_SUFFIX = ".po"
# Words, numbers and plurals of a page are those of one country: those of Brazil are others.
_COUNTRIES = {"pt": "PT"}
_MAX_PLURAL = 100  # every form of a plural is used for one of the numbers up to here


class PageLanguage:
    """One language of the pages.

    ``code`` is its two letters of ISO 639-1; ``tag`` (BCP 47) names the country, too, where one
    is meant.
    """

    def __init__(self, code: str, catalogue: NullTranslations) -> None:
        self.code = code
        self._catalogue = catalogue
        self._locale = Locale(code, _COUNTRIES.get(code))
        self.tag = str(self._locale).replace("_", "-")

    def gettext(self, text: str) -> str:
        """Return a text of the program in this language; a ``Message`` with its values."""
        if isinstance(text, Message):
            return text.translated(self)
        return self._catalogue.gettext(text) if text else ""  # "" is the head of a catalogue

    def language_name(self, code: str) -> str:
        """Return the name of a language (its ISO 639-1 code) in this one."""
        return str(self._locale.languages[code])

    def group_title(self, code: str) -> str:
        """Return the title of a group of ISCO-08 in this language."""
        return titles_in(self.code)[code]

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Return the form of a text for ``n`` things."""
        return self._catalogue.ngettext(one, many, n)

    def forms(self, one: str, many: str) -> Mapping[str, str]:
        """Return the forms of a text by a number's category (CLDR), for ``Intl.PluralRules``."""
        category = self._locale.plural_form
        return {category(n): self.ngettext(one, many, n) for n in range(_MAX_PLURAL, -1, -1)}

    def count(self, n: int) -> str:
        """Return a whole number with the marks of its thousands."""
        return self.number(n, 0)

    def number(self, value: float, digits: int) -> str:
        """Return a number with so many decimals, as Python rounds it; a dash for NaN."""
        if value != value:  # NaN is not itself
            return "–"
        # Babel rounds the decimal text of a number: the log and a page would differ.
        value = round(value, digits) or 0.0  # no "−0.00"
        decimals = f".{'0' * digits}" if digits else ""
        return format_decimal(value, f"#,##0{decimals}", locale=self._locale).replace("-", "−")

    def fraction(self, value: float) -> str:
        """Return a number such as a threshold with the decimals that it has, seven at most.

        So many a confidence has, being a 32-bit number: 0.9999999 is not 1.
        """
        return format_decimal(value, "#,##0.#######", locale=self._locale)

    def signed(self, value: float, digits: int = 2) -> str:
        """Return a difference with its sign."""
        sign = "+" if round(value, digits) > 0 else ""  # nor "+0.0"
        return sign + self.number(value, digits)

    def percent(self, share: float, digits: int = 1) -> str:
        """Return a share as people read it; a dash for NaN."""
        number = self.number(100 * share, digits)
        return number if share != share else f"{number}{self.percent_sign}"

    @cached_property
    def percent_sign(self) -> str:
        """The sign of percent after a number, with the space that the language puts before it."""
        if self.code == ENGLISH:
            # As ISO 80000-1 writes it, and as the tables of statistical offices do.
            return "\N{NO-BREAK SPACE}%"
        return str(self._locale.percent_formats[None].suffix[0])

    @cached_property
    def list_separator(self) -> str:
        """What separates the columns of a CSV file for people: a spreadsheet's own.

        Excel divides lines at the list separator of the country, which is a semicolon where the
        comma is the mark of decimals.
        """
        return ";" if self.fraction(0.5) == "0,5" else ","

    def day(self, day: str) -> str:
        """Return a day (its ISO 8601 text) as people read it."""
        if self.code == ENGLISH:
            return day
        return format_date(date.fromisoformat(day), "medium", locale=self._locale)

    def when(self, moment: datetime | str) -> str:
        """Return a time (or its ISO 8601 text) as people read it: here, with the time zone."""
        here = _here(moment)
        if here is None:
            return str(moment)
        if self.code == ENGLISH:  # day and month have another order in London than in New York
            return f"{here:%Y-%m-%d %H:%M:%S} {_zone(here)}"
        return f"{format_datetime(here, 'medium', locale=self._locale)} {_zone(here)}"

    def month(self, moment: datetime | str) -> str:
        """Return the month and the year of a time here; a dash for a text that is no time."""
        here = _here(moment)
        return "–" if here is None else str(format_skeleton("yMMMM", here, locale=self._locale))


def _here(moment: datetime | str) -> datetime | None:
    """Return a time, or its ISO 8601 text, in the time zone of this machine; None for no time."""
    try:
        return (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone()
    except (ValueError, OverflowError):
        return None


def _zone(moment: datetime) -> str:
    """Return the name of a time's zone; its distance from UTC where the system has no name."""
    name = moment.tzname() or ""
    offset = moment.isoformat()[-6:]
    return name if name.isalpha() else f"UTC{offset}"


@cache
def page_languages() -> tuple[str, ...]:
    """Return the languages that pages can have, in alphabetical order."""
    names = (file.name for file in resources.files(__package__).iterdir())
    return tuple(
        sorted({ENGLISH, *(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))})
    )


@cache
def page_language(language: str) -> PageLanguage:
    """Return a language of the pages; English for one that has no catalogue."""
    if language == ENGLISH or language not in page_languages():
        return PageLanguage(ENGLISH, NullTranslations())
    with resources.files(__package__).joinpath(language + _SUFFIX).open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return PageLanguage(language, GNUTranslations(compiled))
