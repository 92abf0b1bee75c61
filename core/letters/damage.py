"""Letters of an input that were lost or encoded twice before it came here, counted by record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.columns.shown_names import shown_text
from core.languages.message import Message
from core.letters.mojibake import mend_mojibake

REPLACEMENT = "\ufffd"
"""U+FFFD, which programs write for a letter that they cannot read."""
_LOST = re.compile(r"(?<![\w/.=&?])[^\W\d_]*\?[^\W\d_]+(?![\w/.=&?])")
_ALL_LOST = re.compile(r"[\s|]*\?{3}[?\s|]*")


def may_have_lost_letters(text: str) -> bool:
    """Whether question marks stand where letters were: within a word, or instead of all of them."""
    return _ALL_LOST.fullmatch(text) is not None or _LOST.search(text) is not None


@dataclass
class Damage:
    """How many records of a file have damaged letters.

    ``n_lost_letters`` records have U+FFFD; ``n_question_marks`` have a question mark within a word,
    where a letter may have been; ``n_encoded_twice`` have letters that were encoded twice.
    """

    n_lost_letters: int = 0
    n_question_marks: int = 0
    n_encoded_twice: int = 0
    _lost: str = ""
    _question_mark: str = ""
    _twice: str = ""

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """Count the damaged records among ``rows``."""
        for row in rows:
            text = " ".join(row)
            if "?" in text and (match := _LOST.search(text)):
                self.n_question_marks += 1
                self._question_mark = self._question_mark or match.group()
            if text.isascii():
                continue
            if REPLACEMENT in text:
                self.n_lost_letters += 1
                self._lost = self._lost or next(cell for cell in row if REPLACEMENT in cell)
            if mend_mojibake(text) != text:
                self.n_encoded_twice += 1
                self._twice = self._twice or next(
                    (cell for cell in row if mend_mojibake(cell) != cell), text
                )

    @property
    def notes(self) -> list[str]:
        """Return in words what is damaged, with an example each."""
        notes = Message.notes_of(
            self.n_lost_letters,
            "{n} record lost letters before the file came here ({text}): export the file "
            "again as UTF-8",
            "{n} records lost letters before the file came here ({text}): export the file "
            "again as UTF-8",
            text=_shown(self._lost),
        )
        notes += Message.notes_of(
            self.n_question_marks,
            "{n} record may have lost letters: a question mark stands within a word ({text})",
            "{n} records may have lost letters: a question mark stands within a word ({text})",
            text=_shown(self._question_mark),
        )
        notes += Message.notes_of(
            self.n_encoded_twice,
            "{n} record has letters that were encoded twice ({text}): the model read "
            "{mended}, the columns are as they came",
            "{n} records have letters that were encoded twice ({text}): the model read "
            "{mended}, the columns are as they came",
            text=_shown(self._twice),
            mended=_shown(mend_mojibake(self._twice)),
        )
        return notes


def _shown(text: str) -> str:
    return repr(shown_text(text))
