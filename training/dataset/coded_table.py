"""A file of records with codes, as a training and an evaluation read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from core.columns.column_choice import Aliases
from core.columns.record_text import row_text
from core.columns.shown_names import listed
from core.csv_table import Table, open_table
from core.delimited.format_errors import no_column
from core.errors import InputError
from core.formats.source import Row
from core.isco_codes.code_column import CODE_COLUMN, CODE_NAMES, CodeReader
from core.isco_codes.other_code_columns import names_of_isco_codes
from core.isco_codes.written_code import WrittenCode
from core.non_answers.known_texts import NonAnswers
from core.own_tables.table_kind import refuse_own_codes
from core.settings import DataSettings
from core.settings_file.text_columns import JOB_TITLE
from training.dataset.unusable_records import why_unusable

_COLUMNS = {
    CODE_COLUMN: CODE_NAMES,
    "weight": ("weight",),
    "source": ("source",),
    "group": ("group", "group_id"),
    "language": ("language", "lang"),
}


class CodedTable:
    """An opened file of coded records; ``table`` has its header and its rows."""

    def __init__(self, path: Path, data: DataSettings) -> None:
        """Open the file. Raises InputError, also where the codes are predictions of ours."""
        self.table = _opened(path, {**_COLUMNS, **data.read_columns.aliases}, data.encoding)
        refuse_own_codes(path, self.table.header, self.table.columns[CODE_COLUMN])

    def warning(self) -> str | None:
        """Return what is doubtful about the codes as a whole, None where nothing is."""
        return self._reader.warning()

    def records(
        self, non_answers: NonAnswers
    ) -> Iterator[tuple[int, Row, str, WrittenCode, str | None]]:
        """Yield line, row, text and code of each record, and why it is unusable, None if it is not.

        A record is unusable that can neither train nor measure.
        """
        for line, row in self.table.rows():
            text = row_text(self.table, row)
            code = self._reader.read(self.table.get(row, CODE_COLUMN))
            yield line, row, text, code, why_unusable(text, code, non_answers)

    @cached_property
    def _reader(self) -> CodeReader:
        """What reads the codes; it looks through all of them first."""
        return CodeReader(self.table.get(row, CODE_COLUMN) for _, row in self.table.rows())


def _opened(path: Path, aliases: Aliases, encoding: str) -> Table:
    """Return the table with titles and codes; without codes it is opened as the inbox opens it.

    Of several sheets that one is read which has both. Raises InputError.
    """
    with suppress(InputError):
        return open_table(path, aliases, (JOB_TITLE, CODE_COLUMN), encoding)
    table = open_table(path, aliases, (JOB_TITLE,), encoding)
    if CODE_COLUMN not in table.columns:
        raise _no_codes(table, aliases)
    return table


def _no_codes(table: Table, aliases: Aliases) -> InputError:
    """Return the error of a table without a column of codes, and where they seem to be."""
    line = table.layout.n_lines_above + 1
    error = no_column(table.path, table.header, aliases, CODE_COLUMN, line)
    if names := names_of_isco_codes(table):
        remedy = f"{error.remedy} Codes of ISCO seem to be in {listed(names)}: call the column "
        error = error.with_parts(remedy=f"{remedy}with the right ones {CODE_COLUMN!r}.")
    return error.in_sheet(table.content.sheet)
