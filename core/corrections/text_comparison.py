"""Compare the text of a row of a review with its title and duties: do they belong together?

A spreadsheet that sorts a part of the columns gives texts the answers of others. Each of them would
be certain from then on.
"""

from __future__ import annotations

import re
import unicodedata

from core.columns.header_names import column_key
from core.columns.record_text import row_text, without_missing_values
from core.columns.shown_names import shown_text
from core.csv_table import Table
from core.formats.source import Row
from core.languages.message import Message
from core.non_answers.missing_values import is_missing_value
from core.non_answers.spreadsheet_errors import is_spreadsheet_error
from core.review_contract import MAX_SHOWN_CHARS, TEXT
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from core.text import BETWEEN, UNKNOWN, join

_ANY = "x"  # beside an empty part, so that this is read as one
_NUMBER = re.compile(r"\d[\d ]*(?:e\d+)?")  # as clean() leaves 1-2, 3/4, 0110 and 1e5
_LOST = re.compile("[?\ufffd]")
_MARKUP = re.compile("[<=]")
_MAX_CHARS = 60


class TextComparison:
    """Compares the rows of one table.

    Only the columns of a review are compared, by their very names: in the table of somebody else
    ``title`` may be another thing. A column without any value in the file was emptied, and says
    nothing.
    """

    def __init__(self, table: Table) -> None:
        """Find the columns to compare; none where the table has no column ``text``."""
        self._table = table
        names = [column_key(name) for name in table.header] if TEXT in table.columns else []
        self._positions = {
            name: names.index(name)
            for name in (JOB_TITLE, DUTIES)
            if name in names and self._is_filled(names.index(name))
        }

    def _is_filled(self, position: int) -> bool:
        return not all(is_missing_value(row[position]) for _, row in self._table.answer_rows())

    def difference(self, row: Row, text: str) -> str:
        """Return how the title and the duties of a row differ from its text; empty if they agree.

        ``text`` is the prepared text. Capitals, punctuation, spaces and accents make no difference,
        and neither does what a spreadsheet or a review changes in a cell.
        """
        cells = {name: row[position] for name, position in self._positions.items()}
        if not cells or self._is_text_of(row, cells, text):
            return ""
        parts = dict(zip((JOB_TITLE, DUTIES), text.split(BETWEEN), strict=True))
        if all(_agree(parts[name], cell, name) for name, cell in cells.items()):
            return ""
        shown = BETWEEN.join(shown_text(cell, _MAX_CHARS) for cell in cells.values())
        return Message(
            "{text_column} is {text!r}, and {columns} {shown!r}: the file was sorted or edited in "
            "part. Answer in an unchanged copy of the review, and sort whole rows",
            text_column=TEXT,
            text=shown_text(text, _MAX_CHARS),
            columns=_named(*cells),
            shown=shown,
        )

    def _is_text_of(self, row: Row, cells: dict[str, str], text: str) -> bool:
        """Whether this is the text that the program makes of the row.

        The duties of a review have the columns of ``data.context_in_duties`` appended; a list that
        a person made may have them beside the duties.
        """
        written = join(cells.get(JOB_TITLE, ""), cells.get(DUTIES, ""))
        if text == written or len(cells) == 1:
            return text == written
        emptied = without_missing_values(self._table, row)
        return text in (row_text(self._table, row), row_text(self._table, emptied))


def _named(column: str, other: str | None = None) -> str:
    """Return the names of one or two columns, in words."""
    return column if other is None else Message("{first} and {last}", first=column, last=other)


def _agree(part: str, cell: str, column: str) -> bool:
    """Return whether a cell of a column may be what a part of a text was made of."""
    is_title = column == JOB_TITLE  # "(m/w/d)" is left out of a title, not of duties
    read = join(cell, _ANY).split(BETWEEN)[0] if is_title else join(_ANY, cell).split(BETWEEN)[1]
    if read == part or is_spreadsheet_error(cell):
        return True
    if is_missing_value(cell) and (part == UNKNOWN or is_missing_value(part)):
        return True  # a program writes an empty cell as NA, and another one NA as an empty cell
    if _NUMBER.fullmatch(part) and any(map(str.isdecimal, cell)):
        return True  # a spreadsheet makes numbers and dates of such cells: 0110, 1-2
    if _LOST.search(cell) and _ascii(read) in (_ascii(part), _ascii(_letters(part))):
        return True  # letters, or their accents, that an encoding does not have
    if len(cell) < MAX_SHOWN_CHARS:
        return _letters(part) == _letters(read)
    # Cut for display, maybe within a word; what markup shows depends on its end.
    start = _letters(" ".join(read.split()[:-1]))
    return _MARKUP.search(cell) is not None or _letters(part).startswith(start)


def _letters(part: str) -> str:
    decomposed = unicodedata.normalize("NFKD", part)
    return "".join(filter(str.isalnum, decomposed))


def _ascii(part: str) -> str:
    return "".join(character for character in part if character.isascii() and character.isalnum())
