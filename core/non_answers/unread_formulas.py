"""Recognise the formulas of spreadsheets that came instead of their results: ``=IF(B2="","",B2)``.

Names of functions are not looked up, because every language of a spreadsheet has its own. A text is
a formula if it begins with ``=``, has the form of one to its end, and holds what nobody types as an
occupation: the reference of a cell, or a call with a text or a call in it. So ``=nurse``,
``="nurse"`` and ``=Pfleger(in)`` are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from core.columns.shown_names import shown_text
from core.languages.message import Message
from core.letters.plain_text import plain_text
from core.letters.word_pattern import any_of
from core.non_answers.spreadsheet_words import SpreadsheetWord, spreadsheet_words

_MAX_CHARS = 8_192  # of a formula in Excel
_BEGIN = re.compile(r"\s*+'?\s*+\{?\s*+=")  # cells are filled up with blanks: each is tried once
_NAME = r"[^\W\d][\w.]*"
_SHEET = rf"(?:\$?(?:'(?:[^']|'')+'|{_NAME})[!.]|\[[^\]]+\]{_NAME}!)"
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<text>"(?:[^"]|"")*(?:"|\Z))
    | (?P<cell>{_SHEET}?\$?[A-Z]{{1,3}}\$?\d{{1,7}}(?![\w(])   # A2, Sheet1!$A$2, 'Jobs 1'.A2
        | {_NAME}\|'[^']*'!{_NAME}                             # of another program: cmd|'/C'!A0
        | (?:{_NAME})?\[(?:[@#.\[]|-?\d+\])[^\]]*\]*           # [@Title], Jobs[[#All],[Title]]
        | {_SHEET}?\#(?:[\w/]+[!?]|N/A)                         # #REF!
        | [A-Z][\w.]*\(\s*\))                                  # TODAY()
    | (?P<call>{_NAME}\()
    | (?P<name>{_NAME}(?:!{_NAME}|\[[^\]]*\])?)
    | (?P<number>\d+(?:[.,]\d+)?(?:E[+-]?\d+)?)
    | (?P<open>[({{])
    | (?P<close>[)}}%\#])
    | (?P<operator>[-+*/^&=<>:;,@!\\$])
    )""",
    re.VERBOSE,
)


@dataclass
class UnreadFormulas:
    """How many records of a file have a formula that shows no text, as title or as duties."""

    n_records: int = 0
    _first: str = ""

    def add(self, parts: Iterable[str]) -> None:
        """Count a record by its title and its duties."""
        formulas = (part for part in parts if "=" in part)
        unread = next((part for part in formulas if shown_by_formula(plain_text(part)) == ""), "")
        self.n_records += bool(unread)
        self._first = self._first or unread

    @property
    def notes(self) -> list[str]:
        """Return in words how many there are, with an example."""
        return Message.notes_of(
            self.n_records,
            "{n} record has a formula as title or duties, which was not read ({text}): open "
            "the file in a spreadsheet program and save it, so that it has the results",
            "{n} records have a formula as title or duties, which was not read ({text}): "
            "open the file in a spreadsheet program and save it, so that it has the results",
            text=repr(shown_text(self._first)),
        )


def shown_by_formula(cell: str) -> str | None:
    """Return what a formula shows: the text of a link, else ``""``. None if ``cell`` is none."""
    begin = _BEGIN.match(cell)
    if begin is None or len(cell) > _MAX_CHARS or not _is_expression(cell, begin.end()):
        return None
    link = _link().fullmatch(cell)
    return link["shown"].replace('""', '"') if link else ""


@cache
def _link() -> re.Pattern[str]:
    function = any_of(spreadsheet_words(SpreadsheetWord.LINK))
    return re.compile(
        rf"\s*'?\s*=\s*{function}\(.*[,;]\s*\"(?P<shown>(?:[^\"]|\"\")*)\"\s*\)?\s*",
        re.IGNORECASE | re.DOTALL,
    )


def _is_expression(cell: str, start: int) -> bool:
    """Return whether ``cell`` is an expression from ``start`` on, with a cell or a full call."""
    end = len(cell.rstrip())
    has_call = is_formula = follows_value = False
    while start < end:
        token = _TOKEN.match(cell, start)
        if token is None:
            return False
        start = token.end()
        kind = token.lastgroup
        if kind in ("text", "cell", "call", "name", "number", "open"):
            if follows_value:  # "A2 mechanic" are words
                return False
            if kind == "name" and not has_call:
                return False
            is_formula |= kind == "cell" or (has_call and kind in ("text", "call"))
            has_call |= kind == "call"
        follows_value = kind in ("text", "cell", "name", "number", "close")
    return is_formula
