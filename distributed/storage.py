"""Places on the disks of this machine or on a storage that pyarrow's file systems reach.

A place is a path or a URI (``s3://``, ``gs://``, ``hdfs://``, ``file://``). A file that is written
appears under its name only when it is whole: an object store works like that, elsewhere the file is
written under another name and renamed. Writing a name again replaces the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
from pyarrow import fs

from core.errors import StorageError
from core.settings_file.section import expanded

_OBJECT_STORES = {"s3", "gcs", "abfs"}


def resolve(place: str) -> tuple[fs.FileSystem, str]:
    """Return the file system of a place and the path on it; StorageError for an unknown place."""
    if "://" not in place:
        try:
            return fs.LocalFileSystem(), str(expanded(Path(place)).absolute())
        except ValueError as error:
            raise StorageError(f"found {place!r}; {error}") from None
    try:
        return fs.FileSystem.from_uri(place)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise StorageError(
            f"{place!r} cannot be opened ({reason}); expected a path, or a URI of a storage that "
            "pyarrow reads: s3://, gs://, abfs://, hdfs://"
        ) from None


@dataclass(frozen=True)
class Folder:
    """A folder to write into; it is made with its first file."""

    filesystem: fs.FileSystem
    path: str

    @classmethod
    def at(cls, place: str) -> Folder:
        """Return the folder at a place; StorageError if it is neither a path nor a URI."""
        return cls(*resolve(place))

    def names(self, folder: str = "") -> list[str]:
        """Return the sorted names of the files in a subfolder; none if it does not exist."""
        selector = fs.FileSelector(f"{self.path}/{folder}", allow_not_found=True)
        infos = self.filesystem.get_file_info(selector)
        return sorted(info.base_name for info in infos if info.type == fs.FileType.File)

    def read(self, name: str) -> bytes:
        """Return the content of a file."""
        with self.filesystem.open_input_stream(f"{self.path}/{name}") as file:
            return file.read()

    def write(self, name: str, content: bytes | pa.Buffer) -> None:
        """Write a file whole or not at all."""
        with (
            self._whole(name) as path,
            self.filesystem.open_output_stream(path) as file,
        ):
            file.write(content)

    def upload(self, name: str, source: Path) -> None:
        """Copy a local file here whole or not at all, in bounded memory."""
        with self._whole(name) as path:
            local = fs.LocalFileSystem()
            fs.copy_files(
                str(source), path, source_filesystem=local, destination_filesystem=self.filesystem
            )

    def remove(self, name: str) -> None:
        """Delete a file if it exists."""
        path = f"{self.path}/{name}"
        if self.filesystem.get_file_info(path).type == fs.FileType.File:
            self.filesystem.delete_file(path)

    @contextmanager
    def _whole(self, name: str) -> Iterator[str]:
        """Yield the path to write to; the name appears when the block ends without an error."""
        path = f"{self.path}/{name}"
        if self.filesystem.type_name in _OBJECT_STORES:
            yield path
            return
        folder, _, base = path.rpartition("/")
        self.filesystem.create_dir(folder)
        # Two actors may write the same shard at once: each has a name of its own.
        part = f"{folder}/.{base}.{uuid4().hex}.part"
        try:
            yield part
            if isinstance(self.filesystem, fs.LocalFileSystem):
                _sync(part)
            self.filesystem.move(part, path)
        except BaseException:
            if self.filesystem.get_file_info(part).type == fs.FileType.File:
                self.filesystem.delete_file(part)
            raise


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
