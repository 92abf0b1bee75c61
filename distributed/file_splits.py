"""One input file → splits: its records in their order, cut to the size of a shard.

A file is read to its end before its first split is coded: it is coded whole or not at all, as
``isco classify`` does it. CSV is read by the strict reader (``core/csv_table.py``): every column is
text. Parquet columns keep their types (integers stay integers, also beside missing values). The
columns of titles and duties must be text, and a column that does not fit into a cell (nested or
binary) is refused. Memory is bounded by a split, and by the pages of a row group.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from core.columns.column_choice import choose_columns
from core.columns.equal_names import refuse_equal_names
from core.columns.record_text import context_columns
from core.csv_table import SAMPLE_ROWS, check_columns, open_table
from core.errors import InputError
from core.formats.file_format import FileFormat, detect_format
from core.formats.parquet_file import (
    batches_of,
    damaged,
    is_text_type,
    refuse_without_text,
    schema_of,
    value_type,
)
from core.formats.source import AUTO
from core.non_answers.answers_beside import AnswersBeside
from core.non_answers.other_periods import OtherPeriods
from core.own_tables.table_kind import refuse_own_table
from core.settings import Columns
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from distributed.arrow_types import arrow_table
from distributed.inputs import InputFile

SPLIT_ROWS = 20_000
SPLIT_BYTES = 32 << 20
"""A split ends when it has this many rows or this many bytes."""

_REQUIRED = (JOB_TITLE,)
_PARQUET_ROWS = 1_000  # decoded at a time, so that a split of long texts stays near its bytes


class TextColumns(NamedTuple):
    """The names of the columns of titles, of duties, and of what is appended to these."""

    title: str
    duties: str | None
    context: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """Records of one file, and the columns of their texts."""

    records: pa.Table
    columns: TextColumns


@dataclass(frozen=True)
class FileContents:
    """What a file contains, and in ``notes`` how it was read.

    ``n_blank_lines``, ``n_rows_below``, ``encoding`` and ``delimiter`` are filled for CSV.
    """

    n_records: int
    n_blank_lines: int = 0
    n_rows_below: int = 0
    encoding: str = ""
    delimiter: str = ""
    notes: tuple[str, ...] = ()


def check_file(file: InputFile, columns: Columns, legacy_encoding: str = AUTO) -> FileContents:
    """Read all of ``file`` and return what it contains; InputError if it cannot be coded.

    ``legacy_encoding`` is that of a CSV file that is not Unicode (``data.encoding``).
    """
    try:
        if detect_format(file).format is FileFormat.PARQUET:
            return _check_parquet(file, columns)
        return _check_csv(file, columns, legacy_encoding)
    except (pa.ArrowException, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # a fault of the storage, not of the file
        raise damaged(file, error, "a whole Parquet or CSV file") from None


def read_splits(
    file: InputFile,
    columns: Columns,
    n_rows: int = SPLIT_ROWS,
    legacy_encoding: str = AUTO,
) -> Iterator[Split]:
    """Yield the splits of a checked file, of ``n_rows`` rows; the same file gives the same splits.

    A file without records gives one split without rows, so that its columns are not lost.
    """
    if detect_format(file).format is FileFormat.PARQUET:
        yield from _read_parquet(file, columns, n_rows)
    else:
        yield from _read_csv(file, columns, n_rows, legacy_encoding)


def _check_csv(file: InputFile, columns: Columns, legacy_encoding: str) -> FileContents:
    table = open_table(file, columns.aliases, _REQUIRED, legacy_encoding)
    refuse_equal_names(file, table.header)
    refuse_own_table(file, table.header, table.sample())
    checks = AnswersBeside(table), OtherPeriods(table)
    n_records = 0
    for chunk in table.chunks():
        n_records += len(chunk)
        for check in checks:
            check.add(chunk)
    return FileContents(
        n_records,
        table.n_blank_lines,
        table.below.n_left_out,
        table.encoding,
        table.delimiter_name,
        (*table.notes, *table.row_notes, *(note for check in checks for note in check.notes())),
    )


def _check_parquet(file: InputFile, columns: Columns) -> FileContents:
    with _open_parquet(file) as parquet:
        _, _, notes = _parquet_layout(file, parquet, columns)
        n_records = sum(batch.num_rows for batch in parquet.iter_batches(_PARQUET_ROWS))
        return FileContents(n_records, notes=tuple(notes))


def _read_csv(
    file: InputFile, columns: Columns, n_rows: int, legacy_encoding: str
) -> Iterator[Split]:
    table = open_table(file, columns.aliases, _REQUIRED, legacy_encoding)
    schema = pa.schema([(name, pa.string()) for name in table.header])
    text_columns = _text_columns(table.header, table.columns)
    rows: list[list[str]] = []
    n_bytes = 0
    n_splits = 0
    for _, row in table.rows():
        rows.append(row)
        n_bytes += sum(map(len, row))
        if len(rows) == n_rows or n_bytes >= SPLIT_BYTES:
            yield Split(arrow_table(rows, schema), text_columns)
            rows = []
            n_bytes = 0
            n_splits += 1
    if rows or not n_splits:
        yield Split(arrow_table(rows, schema), text_columns)


@contextmanager
def _open_parquet(file: InputFile) -> Iterator[pq.ParquetFile]:
    # Page by page: a row group can be larger than memory.
    with file.open() as opened, pq.ParquetFile(opened, buffer_size=1 << 20) as parquet:
        yield parquet


def _parquet_layout(
    file: InputFile, parquet: pq.ParquetFile, columns: Columns
) -> tuple[pa.Schema, TextColumns, list[str]]:
    """Return the columns as they are written, those of the text, and notes on the choice of them.

    Raises InputError for a table of ours, and for columns that are missing, stand twice, or cannot
    be written.
    """
    own_schema, sample = schema_of(parquet), _sample(parquet)
    header = own_schema.names
    refuse_own_table(file, header, sample)
    choice = choose_columns(file, [header], sample, columns.aliases, _REQUIRED)
    check_columns(file, [header], choice.columns, columns.aliases, _REQUIRED)
    refuse_equal_names(file, header)
    text_columns = _text_columns(header, choice.columns)
    texts = (text_columns.title, text_columns.duties)
    fields = [_output_field(file, field, field.name in texts) for field in own_schema]
    return pa.schema(fields), text_columns, choice.notes


def _sample(parquet: pq.ParquetFile) -> list[list[str]]:
    """Return the first records as text: their values tell what the columns hold."""
    batch = next(batches_of(parquet, SAMPLE_ROWS), None)
    columns = [column.to_pylist() for column in batch.columns] if batch is not None else []
    return [
        ["" if value is None else str(value) for value in row] for row in zip(*columns, strict=True)
    ]


def _read_parquet(file: InputFile, columns: Columns, n_rows: int) -> Iterator[Split]:
    with _open_parquet(file) as parquet:
        schema, text_columns, _ = _parquet_layout(file, parquet, columns)
        batches: list[pa.RecordBatch] = []
        n_splits = 0
        for batch in batches_of(parquet, min(_PARQUET_ROWS, n_rows)):
            batches.append(batch)
            n_read = sum(b.num_rows for b in batches)
            if n_read >= n_rows or sum(b.nbytes for b in batches) >= SPLIT_BYTES:
                read = pa.Table.from_batches(batches)
                yield Split(_cast(read.slice(0, n_rows), schema), text_columns)
                batches = read.slice(n_rows).to_batches()
                n_splits += 1
        if batches or not n_splits:
            rest = pa.Table.from_batches(batches, schema_of(parquet))
            yield Split(_cast(rest, schema), text_columns)


def _cast(records: pa.Table, schema: pa.Schema) -> pa.Table:
    # Without the metadata that pandas or Spark add: it would not be true with our columns.
    return records.replace_schema_metadata(None).cast(schema).combine_chunks()


def _text_columns(header: Sequence[str], indexes: dict[str, int]) -> TextColumns:
    duties_index = indexes.get(DUTIES)
    return TextColumns(
        header[indexes[JOB_TITLE]],
        None if duties_index is None else header[duties_index],
        tuple(header[indexes[column]] for column in context_columns(indexes)),
    )


def _output_field(file: InputFile, field: pa.Field, is_text: bool) -> pa.Field:
    """Return the field as it is written; InputError for a type that no cell can hold."""
    kind = value_type(field)
    if is_text_type(kind):
        return pa.field(field.name, kind if pa.types.is_large_string(kind) else pa.string())
    if is_text:
        raise InputError(
            file,
            f"a column {field.name!r} of type {field.type}",
            expected="text where job titles and duties stand",
            remedy="Rename that column if it holds something else, or write it as text.",
        )
    refuse_without_text(file, field)
    return pa.field(field.name, kind)
