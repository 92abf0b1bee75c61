"""``predictions.xlsx``, ``.parquet``, ``.sav``, …: the predictions in the format of the input.

With ``output.same_format`` this file stands beside ``predictions.csv``, with the same records and
columns. The columns of the input keep their types, and in Stata and SPSS their labels. Formats that
no library writes become ``.xlsx``: ``.xls``, ``.ods`` and tables of web pages.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any, TextIO

from core.csv_table import Table
from core.csv_writer import Writer
from core.encoding import open_text
from core.errors import InputError
from core.formats.file_format import FileFormat
from core.formats.file_names import suffix_of
from core.formats.parquet_file import batches_of, schema_of
from core.formats.parquet_file import opened as opened_parquet
from core.formats.statistics_file import MAX_WRITTEN_CELLS, read_whole, write_whole
from core.languages.message import Message
from core.own_tables.output_contract import typed_values
from core.own_tables.own_rows import own_rows
from results.values_workbook import NotWritableError, write_values

_STEM = "predictions"


@dataclass(frozen=True)
class _Predictions:
    """The written ``predictions.csv``: of each record the fields, and the values of our columns."""

    path: Path
    columns: Mapping[str, type]
    """Our columns, each with the type of its values."""

    def header(self) -> list[str]:
        """Return all names, ours last."""
        return next(self._rows())

    @property
    def names(self) -> list[str]:
        """The names of our columns in this file."""
        return self.header()[-len(self.columns) :]

    def rows(self) -> Iterator[list[str]]:
        """Yield the fields of each record."""
        return islice(self._rows(), 1, None)

    def values(self) -> Iterator[list[Any]]:
        """Yield the values of our columns of each record; None for a missing one."""
        return (typed_values(row[-len(self.columns) :], self.columns) for row in self.rows())

    def _rows(self) -> Iterator[list[str]]:
        with self.path.open(encoding="utf-8", newline="") as file:
            yield from own_rows(file)


def write_own_format(table: Table, predictions: Path, columns: Mapping[str, type]) -> str:
    """Write the predictions in the format of the input; return a note about the file.

    ``predictions`` is the complete ``predictions.csv``; the new file stands beside it. ``columns``
    are ours in it, each with the type of its values. Empty for a comma-separated input, whose own
    format that is.
    """
    written = _Predictions(predictions, columns)
    ending, write = _writer(table)
    if write is None:
        return ""
    path = predictions.with_name(_STEM + ending)
    try:
        write(table, written, path)
    except NotWritableError as error:
        path.unlink(missing_ok=True)
        return Message("there is no {file}: {reason}", file=path.name, reason=error.args[0])
    return Message("{file} has the same records in the format of the input", file=path.name)


_Write = Callable[[Table, _Predictions, Path], None]


def _writer(table: Table) -> tuple[str, _Write | None]:
    """Return the ending of the file, and the function that writes it, None where there is none."""
    match table.format:
        case FileFormat.JSONL:
            ending = suffix_of(table.path.name)
            return (ending if ending == ".jsonl.gz" else ".jsonl"), _write_jsonl
        case FileFormat.PARQUET:
            return ".parquet", _write_parquet
        case FileFormat.STATA:
            return ".dta", _write_statistics
        case FileFormat.SPSS:
            return ".sav", _write_statistics
        case FileFormat.CSV:
            return _text_writer(table)
    return ".xlsx", _write_workbook


def _text_writer(table: Table) -> tuple[str, _Write | None]:
    ending = suffix_of(table.path.name)
    if ending == ".csv.gz" or ending.startswith((".tsv", ".tab", ".txt")):
        return ending, _write_delimited
    return (".tsv", _write_delimited) if table.delimiter == "\t" else ("", None)


@contextmanager
def _open_to_write(path: Path) -> Iterator[TextIO]:
    """Open a text to be written, packed if its name ends so."""
    if path.suffix != ".gz":
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    with _packed(path) as packed, io.TextIOWrapper(packed, "utf-8", newline="") as file:
        yield file


@contextmanager
def _packed(path: Path) -> Iterator[gzip.GzipFile]:
    # Without a name and a time the same records give the same bytes.
    with (
        path.open("wb") as target,
        gzip.GzipFile(filename="", fileobj=target, mode="wb", mtime=0) as packed,
    ):
        yield packed


def _write_delimited(table: Table, written: _Predictions, path: Path) -> None:
    with _open_to_write(path) as file:
        Writer(file, written.header(), table.delimiter).write(written.rows())


def _write_jsonl(table: Table, written: _Predictions, path: Path) -> None:
    """Add our names to each line: what the input has stays as it is written."""
    names = written.names
    with (
        open_text(table.path, table.encoding) as lines,
        _open_to_write(path) as file,
    ):
        records = (line.strip() for line in lines if line.strip())
        for line, values in zip(records, written.values(), strict=True):
            ours = json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)
            own = line.removesuffix("}").rstrip()
            file.write(f"{own}{'' if own.endswith('{') else ', '}{ours[1:]}\n")


def _write_parquet(table: Table, written: _Predictions, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    types = [kinds[kind] for kind in written.columns.values()]
    fields = [pa.field(name, kind) for name, kind in zip(written.names, types, strict=True)]
    all_values = written.values()
    # pandas writes what it knows of the columns beside them: with ours it would not be true.
    with opened_parquet(table.path) as parquet:
        own = schema_of(parquet).remove_metadata()
        schema = pa.schema([*own, *fields])
        with pq.ParquetWriter(path, schema) as writer:
            for batch in batches_of(parquet):
                values = list(zip(*islice(all_values, batch.num_rows), strict=True))
                ours = [pa.array(v, kind) for v, kind in zip(values, types, strict=True)]
                writer.write_batch(
                    pa.RecordBatch.from_arrays([*batch.columns, *ours], schema=schema)
                )


def _write_workbook(table: Table, written: _Predictions, path: Path) -> None:
    values = table.content.values
    assert values is not None, "a grid has values"

    def rows() -> Iterator[Sequence[Any]]:
        yield written.header()
        all_ours = chain(written.values(), repeat(None, table.below.n_left_out))
        for own, ours in zip(values(), all_ours, strict=True):
            if ours is not None:  # else a note below the records
                yield [*own, *ours]

    write_values(path, table.content.sheet or _STEM, rows())


def _write_statistics(table: Table, written: _Predictions, path: Path) -> None:
    n_rows = sum(1 for _ in written.rows())
    n_cells = n_rows * len(written.header())
    if n_cells > MAX_WRITTEN_CELLS:
        raise NotWritableError(Message("it would have more than {n} values", n=MAX_WRITTEN_CELLS))
    assert isinstance(table.path, Path)
    try:
        columns, metadata = read_whole(table.path, table.format, table.legacy_encoding)
    except InputError as error:
        raise NotWritableError(error.found) from None
    ours = zip(*written.values(), strict=True) if n_rows else ([] for _ in written.names)
    for name, values in zip(written.names, ours, strict=True):
        columns[name] = list(values)
    try:
        write_whole(path, table.format, columns, metadata)
    except InputError as error:
        raise NotWritableError(error.found) from None
