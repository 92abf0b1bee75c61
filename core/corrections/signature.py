"""Who gave an answer, when, and with which comment; and whether it settles a conflict.

The columns ``coder``, ``coded_at``, ``comment`` and ``adjudicated`` may be missing, and any of
their values, too, also as a mark such as NA. If one name alone stands in the column ``coder``, it
holds for all rows: a coder types it once. In a file that the program keeps, every row says what
holds for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.files.compiled_table import read_yaml
from core.isco_codes.answer_words import AnswerWord, means
from core.isco_codes.plain_field import plain_text
from core.languages.message import Message
from core.letters.word_pattern import any_of
from core.non_answers.missing_values import StatedCells
from core.review_contract import ADJUDICATED, CODED_AT, CODER, COMMENT, SIGNATURE_COLUMNS
from core.settings_file.coder_names import coder_key, coder_name

if TYPE_CHECKING:
    from core.csv_table import Table
    from core.formats.source import Row

SEQUENCE = "sequence"
"""The column that a file has which the program keeps."""
_CLOCKS_DIFFER = timedelta(days=1)  # between time zones, and between machines
YES = "yes"
"""The value of ``adjudicated`` in a row whose answer settles a conflict."""
# With dots and four digits of the year the day stands before the month, or the year stands first,
# as in Hungarian, or in ISO 8601 with an hour of one digit. Otherwise the month may stand first.
_YEAR_LAST = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[-./]) ?(?P<second>\d{1,2})(?P=mark) ?"
    r"(?P<year>\d{4}|(?<!-)\d\d)(?!\d)(?P<rest>.*)"  # 27-11-26 may have the year first
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-./]) ?(?P<month>\d{1,2})(?P=mark) ?(?P<day>\d{1,2})(?!\d)\.?"
    r"(?P<rest>.*)"
)
_CLOCK_WORDS = Path(__file__).with_name("clock_words.yaml")
# Excel counts days; a date that lost its format stands as such a number (45000 is 2023-03-15).
_SERIAL = re.compile(r"[45]\d{4}(?:[.,]\d+)?")
_SERIAL_ZERO = datetime(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Signature:
    """The values of one row. ``coded_at`` is ISO 8601; ``note`` says what was left out.

    ``is_time_left_out``: a time is written, and cannot be read or has not come.
    """

    coder: str = ""
    coded_at: str = ""
    comment: str = ""
    is_adjudicated: bool = False
    note: str = ""
    is_time_left_out: bool = False

    @property
    def cells(self) -> list[str]:
        """The values of ``SIGNATURE_COLUMNS``, as they are written."""
        return [self.coder, self.coded_at, self.comment, YES if self.is_adjudicated else ""]


NO_SIGNATURE = Signature()


class SignatureReader:
    """Reads the signatures of a table."""

    def __init__(self, table: Table, first_column: int = 0) -> None:
        """Find the name that holds for all rows, if there is one.

        Parameters
        ----------
        first_column : columns before it are the input's own, and say nothing about an answer.
        """
        self._table = table
        self._cells = StatedCells(table.columns, first_column)
        self._is_signed = any(name in self._cells for name in SIGNATURE_COLUMNS)
        self._only_coder = self._find_only_coder()
        self._is_day_first = self._find_order()
        self._latest = datetime.now(UTC) + _CLOCKS_DIFFER

    def read(self, row: Row) -> Signature:
        """Return the signature of a row."""
        if not self._is_signed:
            return NO_SIGNATURE
        written = plain_text(self._cells.get(row, CODED_AT))
        coded_at, time_note = _time(written, self._is_day_first, self._latest)
        adjudicated, answer_note = _answer(self._cells.get(row, ADJUDICATED))
        return Signature(
            coder=self._coder(row) or self._only_coder,
            coded_at=coded_at,
            comment=self._cells.get(row, COMMENT),
            is_adjudicated=adjudicated,
            note=Message.listed((time_note, answer_note)),
            is_time_left_out=bool(time_note),
        )

    def _find_only_coder(self) -> str:
        if CODER not in self._cells or SEQUENCE in self._table.header:
            return ""
        names: dict[str, str] = {}
        for _, row in self._table.answer_rows():
            name = self._coder(row)
            if name:
                names.setdefault(coder_key(name), name)
            if len(names) > 1:
                return ""
        return next(iter(names.values()), "")

    def _find_order(self) -> bool | None:
        """Return whether the day stands before the month in the column; None where unclear."""
        if CODED_AT not in self._cells or SEQUENCE in self._table.header:
            return None
        cells = (plain_text(self._cells.get(row, CODED_AT)) for _, row in self._table.answer_rows())
        orders = set(map(_own_order, filter(None, map(_YEAR_LAST.fullmatch, cells)))) - {None}
        return orders.pop() if len(orders) == 1 else None

    def _coder(self, row: Row) -> str:
        return coder_name(self._cells.get(row, CODER))


def _time(written: str, is_day_first: bool | None, latest: datetime) -> tuple[str, str]:
    """Return a time in ISO 8601, and a note where it cannot be read or lies after ``latest``."""
    if not written:
        return "", ""
    try:
        time = datetime.fromisoformat(_as_iso(written, is_day_first))
    except ValueError:
        note = Message(
            "{column} {written!r} is left out: expected a time such as 2026-11-27T09:30",
            column=CODED_AT,
            written=written,
        )
        return "", note
    if (time if time.tzinfo else time.replace(tzinfo=UTC)) > latest:
        note = Message(
            "{column} {written!r} is left out: expected a time that has passed",
            column=CODED_AT,
            written=written,
        )
        return "", note
    return time.isoformat(timespec="seconds"), ""


def _as_iso(written: str, is_day_first: bool | None) -> str:
    """Return a date and the time behind it as people write them, or a day of Excel, in ISO 8601.

    ``is_day_first`` is the order of the column, for dates that do not tell their own. Anything else
    is returned as it is, and so is a date whose order is unclear.
    """
    if date := _YEAR_FIRST.fullmatch(written):
        year, month, day = date["year"], date["month"], date["day"]
    elif date := _YEAR_LAST.fullmatch(written):
        order = _own_order(date)
        order = is_day_first if order is None else order
        if order is None and int(date["first"]) != int(date["second"]):
            return written
        year = f"20{date['year']}"[-4:]
        day, month = date["first"], date["second"]
        if order is False:
            day, month = month, day
    elif _SERIAL.fullmatch(written):
        time = _SERIAL_ZERO + timedelta(days=float(written.replace(",", ".")))
        return (time + timedelta(milliseconds=500)).isoformat(timespec="seconds")
    else:
        return written
    iso = f"{year}-{month:0>2}-{day:0>2}"
    rest = _end_of_year().sub("", date["rest"])
    if not rest:
        return iso
    clock = _clock(rest)
    return written if clock is None else f"{iso}T{clock}"


@cache
def _end_of_year() -> re.Pattern[str]:
    """Return the pattern of what stands behind the year of a date: "27.11.2026.", "… 2026 r."."""
    return re.compile(rf"^(?:\.|\s?{_clock_words('year')}\.?)(?=[\s,]|$)", re.IGNORECASE)


@cache
def _clock_form() -> re.Pattern[str]:
    """Return the pattern of a time behind a date: "T9:05", ", kl. 9.05", " às 9h05", "9:05 pm"."""
    at, behind, am, pm = map(_clock_words, ("at", "behind", "am", "pm"))
    return re.compile(
        rf"(?:,?\s*(?:{at}\.?\s+)?|T)"
        r"(?P<hour>\d{1,2})(?:[:.]|\s?h\s?)(?P<minutes>\d\d(?:[:.]\d\d)?)"
        rf"(?:\s*(?:(?P<am>{am})|(?P<pm>{pm}))\.?|\s*{behind}\.?)?",
        re.IGNORECASE,
    )


def _clock_words(kind: str) -> str:
    languages = read_yaml(_CLOCK_WORDS).values()
    return any_of(word for words in languages for word in words.get(kind, ()))


def _clock(written: str) -> str | None:
    """Return a time of the day in ISO 8601; None for what is none, such as "14:05 PM"."""
    clock = _clock_form().fullmatch(written)
    if clock is None:
        return None
    hour = int(clock["hour"])
    if clock["am"] or clock["pm"]:
        if not 0 < hour <= 12:
            return None
        hour = hour % 12 + (12 if clock["pm"] else 0)
    return f"{hour:02}:{clock['minutes'].replace('.', ':')}"


def _own_order(date: re.Match[str]) -> bool | None:
    """Return whether the day stands before the month; None where the date does not tell."""
    if date["mark"] == "." and len(date["year"]) == 4:
        return True
    first, second = int(date["first"]) > 12, int(date["second"]) > 12
    return first if first != second else None


def _answer(written: str) -> tuple[bool, str]:
    """Return whether an answer settles a conflict, and a note where that cannot be read."""
    if not written or means(written, AnswerWord.YES):
        return bool(written), ""
    note = Message(
        "{column} {written!r} is left out: expected {yes!r}, or nothing",
        column=ADJUDICATED,
        written=written,
        yes=YES,
    )
    return False, note
