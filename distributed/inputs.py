"""The files that a distributed run reads: files, folders and globs on pyarrow's file systems."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Literal

from fsspec.implementations.arrow import ArrowFSWrapper
from pyarrow import fs

from core.errors import StorageError
from core.formats.file_names import READ_SUFFIXES
from distributed.storage import Folder, resolve

PARQUET = (".parquet", ".pq")
_READ_IN_FOLDERS = (*READ_SUFFIXES, *PARQUET)
_BUFFER_BYTES = 1 << 20
_MAX_STEM_CHARS = 60


@dataclass(frozen=True)
class InputFile:
    """One file; the strict reader (``core/csv_table.py``) takes it like a ``Path``."""

    filesystem: fs.FileSystem
    path: str
    size: int

    @property
    def name(self) -> str:
        """Return the name of the file without its folder."""
        return self.path.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """Return the last suffix of the name, with its dot."""
        stem, dot, ending = self.name.rpartition(".")
        return dot + ending if stem else ""

    @property
    def is_parquet(self) -> bool:
        """Return whether the file is Parquet by its name; every other file is read as CSV."""
        return self.name.lower().endswith(PARQUET)

    @property
    def shard_prefix(self) -> str:
        """Return the start of the names of its shards: its name and a hash of its path."""
        stem = re.sub(r"[^\w-]+", "_", self.name.partition(".")[0])[:_MAX_STEM_CHARS]
        place = f"{self.filesystem.type_name}:{self.path}"
        return f"{stem or 'file'}.{sha256(place.encode()).hexdigest()[:8]}"

    def open(self, mode: Literal["rb"] = "rb", /) -> BinaryIO:
        """Open the file for reading; ``mode`` is that of ``Path.open``."""
        return io.BufferedReader(self.filesystem.open_input_file(self.path), _BUFFER_BYTES)


def find_inputs(places: Sequence[str], out: Folder) -> list[InputFile]:
    """Return the files at ``places``, in the order of their paths, each once.

    A folder stands for every file in and below it that is read, except those whose name, or the
    name of whose folder, begins with ``.`` or ``_``. Raises StorageError for a place without a file
    to read, and for a file in ``out``: results would be coded again.
    """
    files: dict[tuple[str, str], InputFile] = {}
    for place in places:
        filesystem, path = resolve(place)
        infos = list(_expand(filesystem, path))
        if not infos:
            raise StorageError(
                f"{place!r}: found no file to read; expected a file, a folder with names ending "
                f"in {', '.join(dict.fromkeys(_READ_IN_FOLDERS))}, or a glob"
            )
        for info in infos:
            if filesystem.equals(out.filesystem) and info.path.startswith(f"{out.path}/"):
                raise StorageError(
                    f"{info.path!r} lies in --out: give the results a folder of their own"
                )
            key = (info.path, filesystem.type_name)
            files[key] = InputFile(filesystem, info.path, info.size)
    return [files[key] for key in sorted(files)]


def _expand(filesystem: fs.FileSystem, path: str) -> Iterator[fs.FileInfo]:
    """Yield the file at ``path``, the files in the folder there, or those that the glob matches."""
    info = filesystem.get_file_info(path)
    if info.type == fs.FileType.File:
        yield info
    elif info.type == fs.FileType.Directory:
        for inner in filesystem.get_file_info(fs.FileSelector(path, recursive=True)):
            below = inner.path[len(path) :].strip("/").split("/")
            is_hidden = any(part.startswith((".", "_")) for part in below)
            is_read = inner.path.lower().endswith(_READ_IN_FOLDERS)
            if inner.type == fs.FileType.File and is_read and not is_hidden:
                yield inner
    else:
        matches = [str(match) for match in ArrowFSWrapper(filesystem).glob(path)]
        for inner in filesystem.get_file_info(matches):
            if inner.type == fs.FileType.File:
                yield inner
