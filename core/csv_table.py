"""The table contract: a strict, streaming reader of tables of every format.

A table is a delimited text or a file of any other format of ``core/formats``. Every value is a
string. A table is read completely or refused: no row is skipped, shifted, padded or changed
(``0110``, ``NA``, ``1e5`` and an id of 23 digits stay as they are). These are refused, with the
file, the line and the remedy: a missing column, two columns of a name that is read, a row with more
or fewer fields than the header, a quote that is never closed, a field with records in it or of more
than 1,000,000 characters. Empty fields at the end of rows that stand under no name are added, or,
where every row has them, left out.

A blank line has no fields and is no record; ``Table.n_blank_lines`` counts them. What else is none,
``core/delimited/layout.py`` finds at the start, and ``core/delimited/rows_below.py`` at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice

from core.columns.column_choice import Aliases, choose_columns
from core.columns.equal_names import note_equal_names
from core.csv_writer import BOM
from core.delimited.format_errors import DELIMITERS, no_column, wrong_width
from core.delimited.layout import Layout
from core.delimited.rows_below import RowsBelow
from core.delimited.second_table import SecondTable
from core.delimited.swallowed_lines import SwallowedLines
from core.errors import InputError
from core.formats.content import Content
from core.formats.file_format import FileFormat, detect_format
from core.formats.file_names import misleading_ending
from core.formats.open_content import open_content
from core.formats.source import AUTO, Row, Source
from core.settings_file.text_columns import JOB_TITLE

CHUNK_ROWS = 10_000
_WITH_RECORDS_ALONE = (FileFormat.JSONL, FileFormat.PARQUET, FileFormat.STATA, FileFormat.SPSS)
_END_OF_FILE = "\x1a"  # what DOS programs, and SAS on Windows, write after the last line
_CHUNK_CHARS = 16_000_000
SAMPLE_ROWS = 1_000
"""So many records from the start of a table tell what its columns hold."""


@dataclass
class Table:
    """A file whose header has been read.

    ``columns`` maps our name of a column (``"job_title"``) to its position in the header; a column
    that the file does not have is not in it. ``other_columns`` has the header names that fit one of
    our columns as well. ``notes`` says in words what was decided about the file.
    ``legacy_encoding`` is the one it was opened with. ``n_blank_lines``, ``below`` and
    ``row_notes`` are complete after the rows are read.
    """

    path: Source
    format: FileFormat
    content: Content
    columns: dict[str, int] = field(default_factory=dict)
    other_columns: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    legacy_encoding: str = AUTO
    n_blank_lines: int = field(default=0, init=False)
    below: RowsBelow = field(default_factory=RowsBelow, init=False)
    _notes_on_fields: list[str] = field(default_factory=list, init=False)

    @property
    def header(self) -> Row:
        """The names of the columns as the file has them."""
        return self.content.layout.header

    @property
    def layout(self) -> Layout:
        """How the file is laid out."""
        return self.content.layout

    @property
    def encoding(self) -> str:
        """The encoding of a text; the format of any other file."""
        return self.content.encoding or str(self.format)

    @property
    def delimiter(self) -> str:
        """The delimiter of a delimited text, a comma for any other format."""
        return self.content.layout.delimiter

    @property
    def delimiter_name(self) -> str:
        """The name of the delimiter in words, ``""`` for a format that has none."""
        return DELIMITERS[self.delimiter] if self.format == FileFormat.CSV else ""

    @property
    def row_notes(self) -> list[str]:
        """What was noticed while the rows were read, in words."""
        return [*self.below.notes, *self._notes_on_fields]

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Yield (line on which the record starts, its fields), each as long as the header.

        Raises InputError at the first row that is not; the rows yielded before it stay valid.
        """
        width = len(self.header)
        for line, row in self.below.divide(self._rows()):
            yield line, row if len(row) == width else self._fitted(line, row)

    def answer_rows(self) -> Iterator[tuple[int, Row]]:
        """Yield the rows that may have an answer: those that do not repeat the header."""
        return ((line, row) for line, row in self.rows() if not self.repeats_header(row))

    def _rows(self) -> Iterator[tuple[int, Row]]:
        """Yield every row below the header as it is; a blank one has no fields, and is counted.

        Raises InputError for a field that swallowed records.
        """
        n_blank_lines = 0
        width = len(self.header)
        swallowed = SwallowedLines(self.path, self.header, self.delimiter)
        title = self.columns.get(JOB_TITLE)
        second = SecondTable(self.path, self.header, title or 0, self.content.sheet)
        for line, row in self.content.read():
            if title is not None:
                second.check(line, row)
            if not row or (len(row) == 1 and _is_blank_line(row[0], width)):
                n_blank_lines += 1
                yield line, []
            else:
                if self.format == FileFormat.CSV:
                    swallowed.check(line, row)
                yield line, row
        self.n_blank_lines = n_blank_lines
        self._notes_on_fields = swallowed.notes

    def _fitted(self, line: int, row: Row) -> Row:
        """Return a row of another length as long as the header, where nothing is lost by that."""
        width = len(self.header)
        missing, surplus = self.header[len(row) :], row[width:]
        is_expected = len(surplus) in (0, self.layout.n_surplus)
        if is_expected and not any(map(str.strip, [*missing, *surplus])):
            return row[:width] + [""] * len(missing)
        raise wrong_width(self.path, line, row, self.header, self.delimiter)

    def chunks(self, n_rows: int = CHUNK_ROWS) -> Iterator[list[Row]]:
        """Yield the records in file order, ``n_rows`` at a time, or fewer if they are long."""
        chunk: list[Row] = []
        n_chars = 0
        for _, row in self.rows():
            chunk.append(row)
            n_chars += sum(map(len, row))
            if len(chunk) == n_rows or n_chars >= _CHUNK_CHARS:
                yield chunk
                chunk = []
                n_chars = 0
        if chunk:
            yield chunk

    def sample(self) -> list[Row]:
        """Return the first records; those before an error, which is raised where they are read."""
        rows: list[Row] = []
        with suppress(InputError):
            rows.extend(row for _, row in islice(self.rows(), SAMPLE_ROWS))
        return rows

    def get(self, row: Row, column: str) -> str:
        """Return the field of one of our columns; ``""`` if the file has no such column."""
        position = self.columns.get(column)
        return "" if position is None else row[position]

    def repeats_header(self, row: Row) -> bool:
        """Whether a record repeats the names of the columns, as in files put one below the other.

        A table with a single column has no such record: the name may be an answer. The files may
        have the names in other capitals.
        """
        names = self.header
        return len(names) > 1 and all(
            cell.lstrip(BOM).strip().casefold() == name.strip().casefold()
            for cell, name in zip(row, names, strict=True)
        )


def _is_blank_line(text: str, width: int) -> bool:
    """Whether a line without a delimiter is no record. Of one column, an empty text is."""
    return set(text) == {_END_OF_FILE} or (width > 1 and not text.strip())


def open_table(
    path: Source, aliases: Aliases, required: Iterable[str], legacy_encoding: str = AUTO
) -> Table:
    """Return the table in ``path``, with its format, encoding, layout and columns detected.

    Parameters
    ----------
    aliases : our column name → the header names that decide for it, the preferred name first. Case,
        accents, spaces and punctuation are ignored. Titles and duties are also recognised by their
        usual names (``core/columns/header_names.yaml``) and by their values.
    required : the columns without which the file is refused.
    legacy_encoding : the encoding of a file that is not Unicode (``data.encoding``); ``auto``: its
        words tell it.

    Raises InputError if the file cannot be read as a table, or lacks a required column.
    """
    required = tuple(required)
    detected = detect_format(path)
    content = open_content(path, detected.format, aliases, required, legacy_encoding)
    table = Table(path, detected.format, content, legacy_encoding=legacy_encoding)
    headers = [table.header, *content.layout.further_headers, *filter(None, [content.questions])]
    has_lines = detected.format not in _WITH_RECORDS_ALONE
    line = content.layout.n_lines_above + 1 if has_lines else None
    sample = table.sample()
    try:
        choice = choose_columns(path, headers, sample, aliases, required, line)
        equal = check_columns(path, headers, choice.columns, aliases, required, line)
    except InputError as error:
        raise error.in_sheet(content.sheet) from None
    table.columns = choice.columns
    if len(table.header) > 1 and has_lines:
        table.below = RowsBelow(sample, choice.columns.values())
    table.other_columns = choice.others
    ending = misleading_ending(path.name, detected.format, detected.is_packed)
    notes = [*content.notes, *content.layout.notes, *choice.notes, *equal]
    table.notes = [*filter(None, [ending]), *notes]
    return table


def check_columns(
    path: Source,
    headers: Sequence[Sequence[str]],
    columns: Mapping[str, int],
    aliases: Aliases,
    required: Iterable[str],
    line: int | None = None,
) -> list[str]:
    """Return a note of the columns that have one name.

    ``headers`` are the header and further rows of names. Raises InputError for a header without a
    required column, or with a name twice that the program reads.
    """
    for name in required:
        if name not in columns:
            labels = chain.from_iterable(headers[1:])
            raise no_column(path, headers[0], aliases, name, line, labels)
    return note_equal_names(path, headers, columns, aliases, line)
