"""The Arrow types of the program's columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

_ARROW_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


def arrow_schema(columns: Mapping[str, type]) -> pa.Schema:
    """Return the schema of columns that are given as name → Python type of the values."""
    return pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in columns.items()])


def arrow_table(rows: Iterable[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """Return the table of ``rows``, each of which has a value per field of ``schema``."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
