"""The files that a distributed run reads: files, folders and globs on pyarrow's file systems."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Literal

from fsspec.implementations.arrow import ArrowFSWrapper
from pyarrow import fs

from core.errors import StorageError
from core.formats.file_names import READ_SUFFIXES, is_litter
from core.formats.folder_content import sort_files
from core.row_counts import quantity
from distributed.storage import Folder, resolve

_LOG = logging.getLogger(__name__)
_RESERVED = (
    "its name begins with '_', as the names of what Spark and Hive keep beside tables; name it "
    "itself to have it coded"
)
_N_NAMED = 20
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
    def shard_prefix(self) -> str:
        """Return the start of the names of its shards: its name and a hash of its path."""
        stem = re.sub(r"[^\w-]+", "_", self.name.partition(".")[0])[:_MAX_STEM_CHARS]
        place = f"{self.filesystem.type_name}:{self.path}"
        return f"{stem or 'file'}.{sha256(place.encode()).hexdigest()[:8]}"

    def open(self, mode: Literal["rb"] = "rb", /) -> BinaryIO:
        """Open the file for reading; ``mode`` is that of ``Path.open``."""
        return io.BufferedReader(self.filesystem.open_input_file(self.path), _BUFFER_BYTES)


@dataclass(frozen=True)
class Inputs:
    """The files of a run, and what in the folders is not read: its path → the reason."""

    files: list[InputFile]
    held: dict[str, str]


def find_inputs(places: Sequence[str], out: Folder) -> Inputs:
    """Return the files at ``places``, in the order of their paths, each once.

    A folder stands for every file in and below it that is read (``core/formats/file_names.py``),
    except those whose name, or the name of whose folder, begins with ``_``. What else is in it is
    named in the log. Raises StorageError for a place without a file to read, and for a file in
    ``out``: results would be coded again.
    """
    files: dict[tuple[str, str], InputFile] = {}
    held: dict[str, str] = {}
    for place in places:
        filesystem, path = resolve(place)
        try:
            infos, held_there = _expand(filesystem, path)
        except UnicodeDecodeError:  # pyarrow gives no other names
            raise StorageError(
                f"{place!r} has a file whose name is not UTF-8; rename it, or code that folder "
                "without --engine ray"
            ) from None
        held |= held_there
        if not infos:
            _log_held(held)
            raise StorageError(
                f"{place!r}: found no file to read; expected a file, a folder with names ending "
                f"in {', '.join(READ_SUFFIXES)}, or a glob"
            )
        for info in infos:
            if filesystem.equals(out.filesystem) and info.path.startswith(f"{out.path}/"):
                raise StorageError(
                    f"{info.path!r} lies in --out: give the results a folder of their own"
                )
            key = (info.path, filesystem.type_name)
            files[key] = InputFile(filesystem, info.path, info.size)
    _log_held(held)
    return Inputs([files[key] for key in sorted(files)], held)


def _log_held(held: dict[str, str]) -> None:
    """Name in the log what is not read; of very many files the first ones."""
    for path, reason in list(held.items())[:_N_NAMED]:
        _LOG.warning("%r is not read: %s", path, reason)
    if len(held) > _N_NAMED:
        _LOG.warning("%s not read", quantity(len(held) - _N_NAMED, "more is", "more are"))


def _expand(filesystem: fs.FileSystem, path: str) -> tuple[list[fs.FileInfo], dict[str, str]]:
    """Return the file at ``path``, the files in the folder there, or those that a glob matches.

    With them comes what is not read, as ``Inputs.held`` has it.
    """
    info = filesystem.get_file_info(path)
    if info.type == fs.FileType.File:
        return [info], {}
    if info.type == fs.FileType.Directory:
        return _expand_folder(filesystem, path)
    matches = [str(match) for match in ArrowFSWrapper(filesystem).glob(path)]
    infos = filesystem.get_file_info(matches)
    files = [inner for inner in infos if inner.type == fs.FileType.File]
    return [inner for inner in files if not is_litter(inner.base_name)], {}


def _expand_folder(
    filesystem: fs.FileSystem, path: str
) -> tuple[list[fs.FileInfo], dict[str, str]]:
    """Return what is in and below a folder, as ``_expand`` does."""
    files: dict[str, fs.FileInfo] = {}
    held: dict[str, str] = {}
    for inner in filesystem.get_file_info(fs.FileSelector(path, recursive=True)):
        if inner.type == fs.FileType.Directory:
            continue
        name = inner.path[len(path) :].strip("/")
        if inner.type == fs.FileType.File:
            files[name] = inner
        else:
            held[name] = "it is no regular file"
    content = sort_files(files)
    held |= content.held
    read = []
    for name in content.read:
        reserved = _reserved_part(name)
        if reserved is None:
            read.append(files[name])
        else:
            held[reserved] = _RESERVED
    base = path.rstrip("/")
    return read, {f"{base}/{name}": held[name] for name in sorted(held)}


def _reserved_part(name: str) -> str | None:
    """Return the first folder on the way to a file, or the file, whose name begins with ``_``."""
    parts = name.split("/")
    depth = next((n for n, part in enumerate(parts, start=1) if part.startswith("_")), None)
    return None if depth is None else "/".join(parts[:depth])
