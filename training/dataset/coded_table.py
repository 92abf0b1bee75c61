"""A file of records with codes, as a training and an evaluation read it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from core.columns.record_text import row_text
from core.csv_table import Row, open_table
from core.isco_codes.code_column import CODE_COLUMN, CODE_NAMES, CodeReader
from core.isco_codes.written_code import WrittenCode
from core.non_answers.known_texts import NonAnswers
from core.own_tables.table_kind import refuse_own_codes
from core.settings import DataSettings
from core.text import JOB_TITLE
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
        aliases = {**_COLUMNS, **data.read_columns.aliases}
        self.table = open_table(path, aliases, (JOB_TITLE, CODE_COLUMN), data.encoding)
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
