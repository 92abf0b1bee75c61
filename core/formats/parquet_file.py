"""Parquet → records of text, a thousand at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from core.delimited.layout import Layout
from core.errors import InputError, Named
from core.formats.cell_text import as_text
from core.formats.content import Content, Records
from core.formats.packed_records import checked_records, limit_of, refuse_many_records
from core.formats.source import Source
from core.formats.unpacking import too_much_unpacked

BATCH_ROWS = 1_000


def open_parquet(path: Source) -> Content:
    """Return the records of a file. Raises InputError."""
    with opened(path) as parquet:
        schema = schema_of(parquet)
        for field in schema:
            refuse_without_text(path, field)
        header = [str(name) for name in schema.names]
    return Content(Layout(",", header), partial(_records, path))


@contextmanager
def opened(path: Source) -> Iterator[Any]:
    """Open a file whose size is within the limits, and name damage. Raises InputError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Page by page: a row group can be larger than memory.
        with path.open("rb") as file, pq.ParquetFile(file, buffer_size=1 << 20) as parquet:
            _refuse_too_large(path, parquet.metadata)
            yield parquet
    except (pa.ArrowException, EOFError, UnicodeDecodeError, OverflowError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # a fault of the storage, not of the file
        raise damaged(path, error, "a whole Parquet file") from None


def schema_of(parquet: Any) -> Any:
    """Return the Arrow schema of an open file, with the index that pandas describes, as a column.

    An index of whole numbers one after the other is not among the columns that pandas writes.
    """
    import pyarrow as pa

    schema = parquet.schema_arrow
    for name in _described_index(parquet):
        schema = schema.append(pa.field(name, pa.int64()))
    return schema


def batches_of(parquet: Any, n_rows: int = BATCH_ROWS) -> Iterator[Any]:
    """Yield the records of an open file, so many at a time, with the columns of ``schema_of``."""
    import pyarrow as pa

    index = _described_index(parquet)
    n_read = 0
    for batch in parquet.iter_batches(n_rows):
        end = n_read + batch.num_rows
        for name, numbers in index.items():
            batch = batch.append_column(name, pa.array(numbers[n_read:end], pa.int64()))
        yield batch
        n_read = end


def _described_index(parquet: Any) -> dict[str, range]:
    """Return the name and the numbers of an index that has a name and is in no column."""
    schema = parquet.schema_arrow
    try:
        (index,) = json.loads(schema.metadata[b"pandas"])["index_columns"]
        name, numbers = index["name"], range(index["start"], index["stop"], index["step"])
        is_missing = len(numbers) == parquet.metadata.num_rows and name not in schema.names
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return {}
    return {name: numbers} if is_missing and isinstance(name, str) else {}


def damaged(path: Named, error: BaseException, expected: str) -> InputError:
    """Return the error of a file whose content cannot be read to its end."""
    return InputError(
        path,
        f"damaged content ({str(error).partition(chr(10))[0]})",
        expected=expected,
        remedy="The copy was probably cut off: write or copy it again.",
    )


def _refuse_too_large(path: Source, metadata: Any) -> None:
    refuse_many_records(path, metadata.num_rows)
    n_bytes = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if n_bytes > limit_of(path):
        raise too_much_unpacked(path, limit_of(path))


def value_type(field: Any) -> Any:
    """Return the Arrow type of the values of a column, also of one with a dictionary."""
    import pyarrow as pa

    return field.type.value_type if pa.types.is_dictionary(field.type) else field.type


def is_text_type(kind: Any) -> bool:
    """Whether values of an Arrow type are text, or all missing."""
    import pyarrow as pa

    types = pa.types
    checks = (types.is_string, types.is_large_string, types.is_string_view, types.is_null)
    return any(check(kind) for check in checks)


def refuse_without_text(path: Named, field: Any) -> None:
    """Raise InputError for a column whose values no text stands for: nested or binary ones."""
    import pyarrow as pa

    kind = value_type(field)
    if not (is_text_type(kind) or pa.types.is_primitive(kind) or pa.types.is_decimal(kind)):
        raise InputError(
            path,
            f"a column {field.name!r} of type {field.type}",
            expected="columns of text, numbers, dates or true and false",
            remedy="Leave that column out, or write it as text.",
        )


def _records(path: Source) -> Records:
    with opened(path) as parquet:
        yield from checked_records(path, map(_rows, batches_of(parquet)))


def _rows(batch: Any) -> Iterator[Sequence[str]]:
    columns = [[as_text(value) for value in _values(column)] for column in batch.columns]
    return zip(*columns, strict=True)


def _values(column: Any) -> list[Any]:
    """Return the values of a column; Python has no nanoseconds."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if getattr(kind, "unit", "") == "ns":
        if pa.types.is_timestamp(kind):
            try:
                column = pc.cast(column, pa.timestamp("us", kind.tz))
            except pa.ArrowInvalid:  # a value has a part of a microsecond
                texts = column.cast(pa.string()).to_pylist()
                return [text and text.replace(" ", "T") for text in texts]
        else:
            coarse = pa.duration("us") if pa.types.is_duration(kind) else pa.time64("us")
            column = pc.cast(column, coarse, safe=False)
    try:
        return column.to_pylist()
    except OverflowError:
        texts = column.cast(pa.string()).to_pylist()
        return list(map(_value_or_text, column, texts))


def _value_or_text(value: Any, text: str) -> Any:
    """Return a value; a day beyond the years of Python, as Arrow writes it, or else as its number.

    "Until further notice" is often the last second of 9999, which is a day later in some zones.
    """
    try:
        return value.as_py()
    except OverflowError:
        return value.value if text.startswith("<") else text.replace(" ", "T")
