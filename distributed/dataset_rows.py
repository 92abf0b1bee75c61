"""The rows of the Ray dataset: each is a message of a reader or an actor.

A row has ``kind``, a JSON ``header``, and for a split its records as an Arrow stream. Since a split
is a single row, Ray can neither cut nor join it: a shard has the same records however the blocks
fall, and the same split read again is the same row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pyarrow as pa


class RowKind(StrEnum):
    """What a row reports."""

    FILE = "file"  # a file was checked; the header has its number of records
    REFUSED = "refused"  # a file cannot be read; the header has the reason
    SPLIT = "split"  # records to be coded
    COMPLETE = "complete"  # a split whose shard is complete from an earlier run
    SHARD = "shard"  # a shard was written; the header is its summary


def make_row(kind: RowKind, header: Mapping[str, Any], records: pa.Table | None = None) -> pa.Table:
    """Return a table of one row: a message of this kind."""
    content = None if records is None else table_bytes(records)
    body = pa.array([content], pa.large_binary())
    return pa.table({"kind": [kind.value], "header": [json.dumps(header)], "records": body})


def kind_of(row: pa.Table) -> RowKind:
    """Return the kind of a row."""
    return RowKind(row["kind"][0].as_py())


def header_of(row: pa.Table) -> dict[str, Any]:
    """Return the header of a row."""
    return json.loads(row["header"][0].as_py())


def records_of(row: pa.Table) -> pa.Table:
    """Return the records that a row of the kind ``SPLIT`` carries."""
    with pa.ipc.open_stream(row["records"][0].as_buffer()) as stream:
        return stream.read_all()


def table_bytes(records: pa.Table) -> bytes:
    """Return a table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, records.schema) as stream:
        stream.write_table(records)
    return sink.getvalue().to_pybytes()
