"""Input files as a Ray dataset: one read task per file, one row per split."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import pyarrow as pa
from ray.data import Datasource, ReadTask
from ray.data.block import Block, BlockMetadata

from core.errors import InputError, StorageError
from core.settings import DataSettings
from distributed.dataset_rows import RowKind, make_row, table_bytes
from distributed.file_splits import check_file, read_splits
from distributed.inputs import InputFile
from distributed.shards import shard_key


class SplitDatasource(Datasource):
    """The splits of some files; ``files`` are in the order they were given."""

    def __init__(
        self,
        files: Sequence[InputFile],
        data: DataSettings,
        n_rows: int,
        key_parts: Sequence[Any],
        complete: Mapping[str, str],
    ) -> None:
        """Prepare the reading of ``files``.

        Parameters
        ----------
        data : the names under which titles and duties are found, and the encoding.
        n_rows : rows of a split.
        key_parts : what all shards of the run are made with; see ``shard_key``.
        complete : name → key of the shards that are complete; a split with the same key is
            reported as complete, without its records.
        """
        super().__init__()
        self.files = files
        self._data = data
        self._n_rows = n_rows
        self._key_parts = key_parts
        self._complete = complete

    def estimate_inmemory_data_size(self) -> int | None:
        """Return None: the size is unknown before the files are read."""
        return None

    def get_read_tasks(
        self, parallelism: int, per_task_row_limit: int | None = None, data_context: Any = None
    ) -> list[ReadTask]:
        """Return one task per file, whatever ``parallelism`` is asked for."""
        unknown = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        return [ReadTask(self._reader(file), unknown) for file in self.files]

    def _reader(self, file: InputFile) -> Callable[[], Iterable[Block]]:
        complete = {
            name: key
            for name, key in self._complete.items()
            if name.startswith(f"{file.shard_prefix}.")
        }
        return partial(_read, file, self._data, self._n_rows, self._key_parts, complete)


def _read(
    file: InputFile,
    data: DataSettings,
    n_rows: int,
    key_parts: Sequence[Any],
    complete: Mapping[str, str],
) -> Iterator[pa.Table]:
    """Yield the row of a file, then a row for each of its splits."""
    about = {"input": file.path, "size": file.size}
    try:
        contents = check_file(file, data.read_columns, data.encoding)
    except InputError as error:
        yield make_row(RowKind.REFUSED, {**about, "reason": str(error)})
        return
    except FileNotFoundError:
        raise StorageError(
            f"{file.path!r} is not there on {socket.gethostname()!r}: a cluster reads from a "
            "storage that all its machines see"
        ) from None
    yield make_row(RowKind.FILE, {**about, **asdict(contents)})
    for number, split in enumerate(read_splits(file, data.read_columns, n_rows, data.encoding)):
        name = f"{file.shard_prefix}.{number:06}"
        title, duties, context = split.columns
        key = shard_key(table_bytes(split.records), [title, duties or "", *context, *key_parts])
        if complete.get(name) == key:
            yield make_row(RowKind.COMPLETE, {"name": name})
            continue
        header = {"name": name, "input": file.path, "key": key, "columns": split.columns}
        yield make_row(RowKind.SPLIT, header, split.records)
