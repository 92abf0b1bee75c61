"""Input files as a Ray dataset: one read task per file, one row per split.

A row is a message to whoever comes next: ``kind``, a JSON ``header``, and the split's records as
an Arrow stream. A split as a single row cannot be cut or joined by Ray, so a shard has the same
records however the blocks fall, and the same split read again is the same row.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import pyarrow as pa
from ray.data import Datasource, ReadTask
from ray.data.block import Block, BlockMetadata

from core.errors import InputError, StorageError
from core.settings import Columns
from distributed.file_splits import Split, check_file, read_splits
from distributed.inputs import InputFile
from distributed.shards import key_of

SPLIT, KEPT, FILE, REFUSED = "split", "kept", "file", "refused"
"""To be coded; complete from an earlier run; what a file holds; a file that cannot be read."""


class Splits(Datasource):
    """The splits of some files."""

    def __init__(
        self,
        files: Sequence[InputFile],
        columns: Columns,
        n_rows: int,
        made_of: tuple[Any, ...],
        complete: Mapping[str, str],
    ) -> None:
        """``made_of`` is what every shard is made with; ``complete`` the keys of the shards that
        are there already, by name: their splits are reported as kept, without their records.
        """
        super().__init__()
        self.files, self._columns, self._n_rows = files, columns, n_rows
        self._made_of, self._complete = made_of, complete

    def estimate_inmemory_data_size(self) -> int | None:
        """Unknown before it is read."""
        return None

    def get_read_tasks(
        self, parallelism: int, per_task_row_limit: int | None = None, data_context: Any = None
    ) -> list[ReadTask]:
        """One task per file, whatever ``parallelism`` is asked for."""
        unknown = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        return [ReadTask(self._reader(file), unknown) for file in self.files]

    def _reader(self, file: InputFile) -> Callable[[], Iterable[Block]]:
        own = {
            name: key
            for name, key in self._complete.items()
            if name.startswith(f"{file.shard_prefix}.")
        }
        return partial(_read, file, self._columns, self._n_rows, self._made_of, own)


def message(kind: str, header: Mapping[str, Any], records: bytes | None = None) -> pa.Table:
    """A row of the dataset."""
    body = pa.array([records], pa.large_binary())
    return pa.table({"kind": [kind], "header": [json.dumps(header)], "records": body})


def records_of(row: pa.Table) -> pa.Table:
    """The records that a ``SPLIT`` row carries."""
    with pa.ipc.open_stream(row["records"][0].as_buffer()) as stream:
        return stream.read_all()


def _read(
    file: InputFile,
    columns: Columns,
    n_rows: int,
    made_of: tuple[Any, ...],
    complete: Mapping[str, str],
) -> Iterator[pa.Table]:
    about = {"input": file.path, "size": file.size}
    try:
        contents = check_file(file, columns)
    except InputError as error:
        yield message(REFUSED, {**about, "reason": str(error)})
        return
    except FileNotFoundError:
        raise StorageError(
            f"{file.path!r} is not there on {socket.gethostname()!r}: a cluster reads from a "
            "storage that all its machines see"
        ) from None
    yield message(FILE, {**about, **asdict(contents)})
    for number, split in enumerate(read_splits(file, columns, n_rows)):
        name = f"{file.shard_prefix}.{number:06}"
        records = _as_stream(split)
        key = key_of(records, split.title, split.duties, *made_of)
        if complete.get(name) == key:
            yield message(KEPT, {"name": name})
        else:
            header = {"name": name, "input": file.path, "key": key}
            yield message(SPLIT, {**header, "title": split.title, "duties": split.duties}, records)


def _as_stream(split: Split) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, split.records.schema) as stream:
        stream.write_table(split.records)
    return sink.getvalue().to_pybytes()
