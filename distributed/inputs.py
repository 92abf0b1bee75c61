"""Which files a census reads: files, folders and globs, wherever pyarrow's file systems reach."""

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
from distributed.storage import Folder, resolve

PARQUET = (".parquet", ".pq")
_READ_IN_FOLDERS = (".csv", ".csv.gz", *PARQUET)
_BUFFER_BYTES = 1 << 20
_MAX_STEM_CHARS = 60


@dataclass(frozen=True)
class InputFile:
    """One file; to the strict reader it is what a ``Path`` is."""

    filesystem: fs.FileSystem
    path: str
    size: int

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """The last ending of the name, with its dot."""
        stem, dot, ending = self.name.rpartition(".")
        return dot + ending if stem else ""

    @property
    def is_parquet(self) -> bool:
        """Whether the name says Parquet; all others are read as CSV."""
        return self.name.endswith(PARQUET)

    @property
    def shard_prefix(self) -> str:
        """What the names of this file's shards begin with: its name and a hash of its path."""
        stem = re.sub(r"[^\w-]+", "_", self.name.partition(".")[0])[:_MAX_STEM_CHARS]
        place = f"{self.filesystem.type_name}:{self.path}"
        return f"{stem or 'file'}.{sha256(place.encode()).hexdigest()[:8]}"

    def open(self, mode: Literal["rb"] = "rb", /) -> BinaryIO:
        """The bytes from their start."""
        return io.BufferedReader(self.filesystem.open_input_file(self.path), _BUFFER_BYTES)


def find_inputs(places: Sequence[str], out: Folder) -> list[InputFile]:
    """The files at ``places``, in the order of their paths, each once.

    A folder stands for every CSV and Parquet file in and below it, without those whose name, or
    whose folder's, begins with ``.`` or ``_``. StorageError for a place where there is nothing to
    read, and where a file lies in ``out``: results would be coded again.
    """
    found: dict[tuple[str, str], InputFile] = {}
    for place in places:
        filesystem, path = resolve(place)
        infos = list(_expand(filesystem, path))
        if not infos:
            raise StorageError(
                f"{place!r}: found no file to read; expected a CSV or Parquet file, a folder with "
                f"names ending in {', '.join(_READ_IN_FOLDERS)}, or a glob"
            )
        for info in infos:
            if filesystem.equals(out.filesystem) and info.path.startswith(f"{out.path}/"):
                raise StorageError(
                    f"{info.path!r} lies in --out: give the results a folder of their own"
                )
            key = (info.path, filesystem.type_name)
            found[key] = InputFile(filesystem, info.path, info.size)
    return [found[key] for key in sorted(found)]


def _expand(filesystem: fs.FileSystem, path: str) -> Iterator[fs.FileInfo]:
    info = filesystem.get_file_info(path)
    if info.type == fs.FileType.File:
        yield info
    elif info.type == fs.FileType.Directory:
        for inner in filesystem.get_file_info(fs.FileSelector(path, recursive=True)):
            below = inner.path[len(path) :].strip("/").split("/")
            hidden = any(part.startswith((".", "_")) for part in below)
            if (
                inner.type == fs.FileType.File
                and not hidden
                and inner.path.endswith(_READ_IN_FOLDERS)
            ):
                yield inner
    else:
        matches = [str(match) for match in ArrowFSWrapper(filesystem).glob(path)]
        for inner in filesystem.get_file_info(matches):
            if inner.type == fs.FileType.File:
                yield inner
