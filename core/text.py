"""Clean texts in the one way that training and serving share.

``clean`` lowercases, drops punctuation and special characters (all but the separator ``|``) and
collapses whitespace. Letters, their marks and digits of every script survive: "Krankenpfleger/-in"
becomes "krankenpfleger in", "μηχανικός" and "مهندس" stay what they are. It does not translate,
correct spelling or strip accents.

``TEXT_VERSION`` travels in every model bundle: a model must see texts cleaned the way its training
texts were. ``preparation_version`` is a part of a result's id: a file that is dropped again is
coded again where its records would be read as other texts.
"""

from __future__ import annotations

import re
import string
import unicodedata

from core.adverts.advert_numbers import without_advert_numbers
from core.adverts.advert_words import without_advert_words
from core.adverts.table_version import table_version
from core.adverts.title_marks import without_marks
from core.letters.accents import with_apostrophes
from core.letters.look_alikes import without_look_alikes
from core.letters.plain_text import plain_text
from core.non_answers.spreadsheet_errors import is_spreadsheet_error
from core.non_answers.unfilled_fields import is_unfilled_field
from core.non_answers.unread_formulas import shown_by_formula

TEXT_VERSION = 1
PREPARATION_VERSION = 8
"""Of the code that prepares texts, here and in the packages that it uses."""
SEPARATOR = "|"
BETWEEN = f" {SEPARATOR} "
"""What stands between the title and the duties of a joined text."""
UNKNOWN = "unknown"
NOT_AVAILABLE = "n a"
"""What is read instead of a spreadsheet's error or formula, an unfilled field and "-": "n/a"."""
EMPTY_TEXT = f"{UNKNOWN} {SEPARATOR} {UNKNOWN}"
NOTHING_STATED = f"{NOT_AVAILABLE} {SEPARATOR} {UNKNOWN}"
"""The text of a record whose title and duties are punctuation or a spreadsheet's error."""
_MAX_ADVERT_CHARS = 1_000  # a longer title is none of an advert, and takes the square of its length

# Dropped without leaving a gap, because people write the same word with and without them:
# "women's" and "womens", "midwife’s", soft hyphens, zero-width joiners.
_SILENT = frozenset("'`´‘’‛ʼ＇")
# Romanian is typed with a cedilla, too, because fonts and keyboards had no comma below.
_COMMA_BELOW = {"ş": "ș", "ţ": "ț"}
_DOTS = re.compile("(?<=i)\u0307+")  # of a capital "İ", which ``lower`` keeps above the "i"


class _Replacements(dict[int, str]):
    """Code point → its replacement; filled on demand, because Unicode is large."""

    def __missing__(self, code_point: int) -> str:
        character = chr(code_point)
        category = unicodedata.category(character)
        if character in _SILENT or category == "Cf":
            replacement = ""
        elif character == SEPARATOR or category[0] in "LMN":
            replacement = _COMMA_BELOW.get(character, character)
        else:
            replacement = " "
        self[code_point] = replacement
        return replacement


_REPLACEMENTS = _Replacements()


def preparation_version() -> str:
    """Return the version of the preparation of texts: that of its code, and that of its tables."""
    return f"{PREPARATION_VERSION}.{table_version()}"


def clean(text: str) -> str:
    """Return ``text`` in lower case, without punctuation, with single spaces.

    A word in letters of two scripts that look alike is in one of them.
    Idempotent: ``clean(clean(text)) == clean(text)``. The result is empty if no character is left.
    """
    # Lowercasing and NFKC undo each other on a few characters (final sigma, dotted İ, ﬃ); a second
    # round reaches the fixed point. Plain ASCII, nearly all input, needs neither.
    if text.isascii():
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKC", with_apostrophes(text)).lower()
        if "\u0307" in folded:
            folded = _DOTS.sub("", folded)
        folded = without_look_alikes(unicodedata.normalize("NFKC", folded).lower())
    return " ".join(folded.translate(_REPLACEMENTS).split())


def join(title: str, duties: str = "") -> str:
    """Return the text the model sees: ``title | duties``, a missing part as ``unknown``.

    HTML, escapes, emoji and invisible characters of a part are left out
    (``core/letters/plain_text.py``),
    marks such as "(m/w/d)" of a title (``core/adverts/title_marks.py``), dates and other numbers
    of adverts (``core/adverts/advert_numbers.py``), words such as "full time"
    (``core/adverts/advert_words.py``), and a place at the end (``core/adverts/places.py``). Of a
    formula that makes a link its text is read, and "n/a" of any other, and of a field that a survey
    program left unfilled (``core/non_answers``). A ``|`` inside a part is dropped, so that the
    separator stays unambiguous; a joined text, divided there and joined again, is the same. Where
    both parts are punctuation alone, or "unknown" as somebody typed it, the title is "n/a":
    somebody has answered, with nothing.
    """
    text = f"{_stated(_shown(title))} {SEPARATOR} {_cleaned(_shown(duties))}"
    if text == EMPTY_TEXT and (_is_typed(title) or _is_typed(duties)):
        return NOTHING_STATED
    return text


def whole_text(title: str, duties: str = "") -> str:
    """Return the text with all that a title says, as reviews of version 0.1 have it."""
    return f"{_cleaned(_shown(title))} {SEPARATOR} {_cleaned(_shown(duties))}"


def _shown(written: str) -> str:
    """Return what a cell says, or "n/a"."""
    if not written:  # most records have no duties
        return ""
    if is_spreadsheet_error(written):
        return NOT_AVAILABLE
    plain = plain_text(written)
    if is_unfilled_field(plain):
        return NOT_AVAILABLE
    shown = shown_by_formula(plain)
    return NOT_AVAILABLE if shown == "" else shown or plain


def _stated(title: str) -> str:
    """Return a cleaned title without what adverts say beside it.

    It is prepared until nothing changes. A correction is kept by its prepared text, which is read
    like any other text: "(m./w.)" is left as "m w" the first time, and left out the second time.
    """
    if len(title) > _MAX_ADVERT_CHARS:
        title = _cleaned(title)
    if len(title) > _MAX_ADVERT_CHARS:
        return title
    stated = without_advert_words(_cleaned(_without_marks(title)))
    while stated != title:
        title, alone = stated, _without_marks(stated)
        if alone != title:  # else to clean it and to leave out words would change nothing
            stated = without_advert_words(_cleaned(alone))
    return stated


def _without_marks(title: str) -> str:
    return without_marks(without_advert_numbers(title))


def _cleaned(part: str) -> str:
    return clean(part.replace(SEPARATOR, " ")) or UNKNOWN


def _is_typed(part: str) -> bool:
    """Return whether a part without an answer has letters or punctuation."""
    return any(
        character.isalpha()
        or character in string.punctuation
        or unicodedata.category(character).startswith("P")
        for character in plain_text(part)
    )
