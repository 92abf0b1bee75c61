"""One input file → splits: runs of its records in their order, the size of one shard.

A file is read to its end before the first split leaves: it is coded whole or not at all, as ``isco
classify`` does it. CSV goes through the strict reader (``core/csv_table.py``): every column is
text. Of Parquet every column keeps its type (integers stay integers, also beside missing values);
text is expected where titles and duties stand, and what does not fit into a cell (nested or binary
columns) is refused. Memory is bounded by a split, and by a row group's pages.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from core.csv_table import DELIMITERS, check_columns, find_columns, open_table
from core.errors import InputError
from core.settings import Columns
from distributed.inputs import InputFile

SPLIT_ROWS = 20_000
SPLIT_BYTES = 32 << 20
"""A split ends when it has so many rows or so many bytes."""

_REQUIRED = ("job_title",)
_PARQUET_ROWS = 1_000  # decoded at a time, so that a split of long texts stays near its bytes


@dataclass(frozen=True)
class Split:
    """Records of one file; ``title`` and ``duties`` name their columns, ``""`` for none."""

    records: pa.Table
    title: str
    duties: str


@dataclass(frozen=True)
class Contents:
    """What a file holds; the last three are of CSV."""

    n_records: int
    n_blank_lines: int = 0
    encoding: str = ""
    delimiter: str = ""


def check_file(file: InputFile, columns: Columns) -> Contents:
    """Read all of ``file``; InputError where it is not what it should be."""
    try:
        return (_check_parquet if file.is_parquet else _check_csv)(file, columns)
    except (pa.ArrowException, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # the storage is at fault, not the file
        raise InputError(
            file,
            f"damaged content ({str(error).partition(chr(10))[0]})",
            expected="a whole Parquet or CSV file",
            remedy="The copy was probably cut off: write or copy it again.",
        ) from None


def read_splits(file: InputFile, columns: Columns, n_rows: int = SPLIT_ROWS) -> Iterator[Split]:
    """Yield the splits of a checked file; the same file gives the same splits.

    A file without records gives one split of no rows, so that its columns are not lost.
    """
    yield from (_parquet if file.is_parquet else _csv)(file, columns, n_rows)


def _check_csv(file: InputFile, columns: Columns) -> Contents:
    table = open_table(file, columns.model_dump(), _REQUIRED)
    n_records = sum(1 for _ in table.rows())
    return Contents(n_records, table.n_blank_lines, table.encoding, DELIMITERS[table.delimiter])


def _check_parquet(file: InputFile, columns: Columns) -> Contents:
    with _open_parquet(file) as parquet:
        _plain_schema(file, parquet, columns)
        return Contents(sum(batch.num_rows for batch in parquet.iter_batches(_PARQUET_ROWS)))


def _csv(file: InputFile, columns: Columns, n_rows: int) -> Iterator[Split]:
    table = open_table(file, columns.model_dump(), _REQUIRED)
    schema = pa.schema([(name, pa.string()) for name in table.header])
    names = _our_columns(table.header, table.columns)
    rows: list[list[str]] = []
    n_bytes = n_splits = 0
    for _, row in table.rows():
        rows.append(row)
        n_bytes += sum(map(len, row))
        if len(rows) == n_rows or n_bytes >= SPLIT_BYTES:
            yield Split(_transpose(rows, schema), *names)
            rows, n_bytes, n_splits = [], 0, n_splits + 1
    if rows or not n_splits:
        yield Split(_transpose(rows, schema), *names)


def _transpose(rows: list[list[str]], schema: pa.Schema) -> pa.Table:
    cells = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.Table.from_arrays([pa.array(c, pa.string()) for c in cells], schema=schema)


@contextmanager
def _open_parquet(file: InputFile) -> Iterator[pq.ParquetFile]:
    # Page by page: a row group can be larger than memory.
    with file.open() as opened, pq.ParquetFile(opened, buffer_size=1 << 20) as parquet:
        yield parquet


def _plain_schema(
    file: InputFile, parquet: pq.ParquetFile, columns: Columns
) -> tuple[pa.Schema, tuple[str, str]]:
    """The columns as they are written, and the names of ours; InputError for what cannot be."""
    aliases, header = columns.model_dump(), parquet.schema_arrow.names
    found = find_columns(header, aliases)
    check_columns(file, header, found, aliases, _REQUIRED)
    names = _our_columns(header, found)
    fields = [_plain(file, field, field.name in names) for field in parquet.schema_arrow]
    return pa.schema(fields), names


def _parquet(file: InputFile, columns: Columns, n_rows: int) -> Iterator[Split]:
    with _open_parquet(file) as parquet:
        schema, names = _plain_schema(file, parquet, columns)
        batches: list[pa.RecordBatch] = []
        n_splits = 0
        for batch in parquet.iter_batches(min(_PARQUET_ROWS, n_rows)):
            batches.append(batch)
            n_read = sum(b.num_rows for b in batches)
            if n_read >= n_rows or sum(b.nbytes for b in batches) >= SPLIT_BYTES:
                read = pa.Table.from_batches(batches)
                yield Split(_cast(read.slice(0, n_rows), schema), *names)
                batches, n_splits = read.slice(n_rows).to_batches(), n_splits + 1
        if batches or not n_splits:
            rest = pa.Table.from_batches(batches, parquet.schema_arrow)
            yield Split(_cast(rest, schema), *names)


def _cast(records: pa.Table, schema: pa.Schema) -> pa.Table:
    # Without what pandas or Spark noted about the columns: it would not be true of ours.
    return records.replace_schema_metadata(None).cast(schema).combine_chunks()


def _our_columns(header: Sequence[str], columns: dict[str, int]) -> tuple[str, str]:
    duties = columns.get("duties_description")
    return header[columns["job_title"]], "" if duties is None else header[duties]


def _plain(file: InputFile, field: pa.Field, is_text: bool) -> pa.Field:
    """The field as it is written; InputError for a type that no cell can hold."""
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    name = f"a column {field.name!r} of type {field.type}"
    if pa.types.is_null(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pa.field(field.name, kind if pa.types.is_large_string(kind) else pa.string())
    if is_text:
        raise InputError(
            file,
            name,
            expected="text where job titles and duties stand",
            remedy="Rename that column if it holds something else, or write it as text.",
        )
    if not (pa.types.is_primitive(kind) or pa.types.is_decimal(kind)):
        raise InputError(
            file,
            name,
            expected="columns of text, numbers, dates or true and false",
            remedy="Leave that column out, or write it as text.",
        )
    return pa.field(field.name, kind)
