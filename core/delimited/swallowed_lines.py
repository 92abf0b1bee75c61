"""Tell records that a stray quotation mark made part of a field from a text with line breaks.

``1;"alt;Koch`` opens a field that ends at the next quotation mark, some records below. That is
valid, and the records between are lost: lines of the field then have as many delimiters as the
header.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from core.columns.value_kinds import is_number_or_code
from core.delimited.format_errors import DELIMITERS
from core.errors import InputError
from core.formats.source import Row, Source
from core.languages.message import Message
from core.row_counts import quantity

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_MIN_CERTAIN = 3  # so many lines in a row that look like records are no text


class SwallowedLines:
    """Counts the quoted fields of one delimited text with lines that look like records."""

    def __init__(self, path: Source, header: Row, delimiter: str) -> None:
        """Take the header, whose number of delimiters a record has."""
        self._path, self._delimiter = path, delimiter
        self._n_delimiters = len(header) - 1
        self._n_fields = self._first_line = self._n_first = 0

    @property
    def notes(self) -> list[str]:
        """Return a note that names the first line and how many lines look like records."""
        return Message.notes_of(
            self._n_fields,
            "{n} quoted field has line breaks and lines that look like records (from line "
            "{line} on, {n_lines}): if a quotation mark is there by mistake, records are lost",
            "{n} quoted fields have line breaks and lines that look like records (the first "
            "from line {line} on, {n_lines}): if a quotation mark is there by mistake, records "
            "are lost",
            line=self._first_line,
            n_lines=self._n_first,
        )

    def check(self, line: int, row: Row) -> None:
        """Count the fields of the record that begins in ``line``.

        Raises InputError where that is beyond doubt: three lines within a field, or all lines of a
        field of three, look like records.
        """
        text = "".join(row)
        if self._n_delimiters < 1 or ("\n" not in text and "\r" not in text):
            return
        for place, cell in enumerate(row):
            parts = _LINE_BREAK.split(cell)
            if len(parts) > 1 and (n_lines := self._n_like_records(line, row, place, parts)):
                self._n_fields += 1
                self._first_line = self._first_line or line
                self._n_first = self._n_first or n_lines

    def _n_like_records(self, line: int, row: Row, place: int, parts: Sequence[str]) -> int:
        """Return how many lines of a field look like records, whole ones and the ends of it."""
        is_last = place == len(row) - 1
        inner = parts[1:] if is_last else parts[1:-1]
        numbers = [n for n, cell in enumerate(row[:place]) if is_number_or_code(cell)]
        are_like = [self._is_like_record(part, numbers) for part in inner]
        n_most = max((len(list(run)) for is_like, run in groupby(are_like) if is_like), default=0)
        opens = self._completes(parts[0], place)
        closes = not is_last and self._completes(parts[-1], len(row) - 1 - place)
        n_lines = sum(are_like) + opens + closes
        is_whole = bool(numbers) and n_lines == len(parts) >= _MIN_CERTAIN
        is_long = n_most >= _MIN_CERTAIN and (numbers or self._n_delimiters > 1)
        if is_whole or is_long:
            raise self._swallowed(line, n_lines)
        return n_lines if any(are_like) or (opens and closes) else 0

    def _is_like_record(self, part: str, numbers: Sequence[int]) -> bool:
        """Whether a line has the delimiters of a record, and numbers where this record has them."""
        cells = part.split(self._delimiter)
        return self._completes(part, 0) and all(
            is_number_or_code(cells[n]) for n in numbers if cells[n].strip()
        )

    def _completes(self, part: str, n_others: int) -> bool:
        """Whether a part of a line has the delimiters that a record has beside ``n_others``.

        In a text a space follows a comma.
        """
        n_here = part.count(self._delimiter)
        is_text = f"{self._delimiter} " in part
        return n_here > 0 and n_here + n_others == self._n_delimiters and not is_text

    def _swallowed(self, line: int, n_lines: int) -> InputError:
        return InputError(
            self._path,
            f"a quoted field in the record of line {line} with line breaks, and in it "
            f"{quantity(n_lines, 'line')} with as many delimiters "
            f"({DELIMITERS[self._delimiter]}) as the header",
            expected="no records within a field",
            remedy='Remove the " that opens the field by mistake, or double it if it is part of '
            "the text. If the field is right, replace its line breaks by spaces.",
            line=line,
        )
