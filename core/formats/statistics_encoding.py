"""In which encoding the texts of a data set of Stata or SPSS are.

Stata writes UTF-8 since version 14, and older files do not say what they have. SPSS states its
encoding. Where nothing is stated, the texts tell it, as those of a delimited text do
(``core/encoding.py``); ``data.encoding`` decides against everything but UTF-8.
"""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.encoding import Encoding, sniff
from core.errors import InputError
from core.formats.file_format import FileFormat
from core.formats.source import AUTO
from core.formats.unpacking import open_bytes

BYTES_AS_LETTERS = "ISO-8859-1"
"""The encoding in which each byte is the letter of the same number, and none is lost."""
_LATIN_1 = "latin-1"
_FIRST_STATA_IN_UTF8 = 118
_STATA_START = b"<stata_dta><header><release>"

Columns = dict[str, list[Any]]
Read = Callable[..., tuple[Columns, Any]]
"""Reads a part of a data set: the values of each column, and the metadata."""


def encoding_of(
    path: Path, file_format: FileFormat, read: Read, chunk_rows: int, legacy_encoding: str
) -> Encoding | None:
    """Return the encoding of the texts, None where the file states one that is right.

    ``read`` reads a part of the file. Raises InputError where the texts do not tell the encoding.
    """
    if not _is_unstated(path, file_format, read, chunk_rows, legacy_encoding):
        return None
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / path.name  # which an error names
        with stored.open("wb") as file:
            for line in _lines(read, chunk_rows):
                file.write(line.encode(_LATIN_1, "replace") + b"\n")
        return sniff(stored, legacy_encoding)


def _is_unstated(
    path: Path, file_format: FileFormat, read: Read, chunk_rows: int, legacy_encoding: str
) -> bool:
    if file_format == FileFormat.STATA:
        return _stata_release(path) < _FIRST_STATA_IN_UTF8
    try:
        _, metadata = read(metadataonly=True)
        stated = metadata.file_encoding
        if legacy_encoding == AUTO:
            return not stated
        if stated and codecs.lookup(stated).name != "utf-8":
            return True
        for _ in chunks(read, chunk_rows):
            pass  # what is stated may not be true
    except (InputError, LookupError):
        return legacy_encoding != AUTO
    return not stated


def _stata_release(path: Path) -> int:
    with open_bytes(path) as file:
        start = file.read(len(_STATA_START) + 3)
    if not start.startswith(_STATA_START):
        return start[0]
    release = start.removeprefix(_STATA_START)
    return int(release) if release.isdigit() else _FIRST_STATA_IN_UTF8


def chunks(read: Read, chunk_rows: int, **how: Any) -> Iterator[tuple[Columns, Any]]:
    """Yield the columns of each chunk of records and what the file says of its variables."""
    number = 0
    while True:
        columns, metadata = read(row_offset=number, row_limit=chunk_rows, **how)
        yield columns, metadata
        n_rows = max(map(len, columns.values()), default=0)
        number += n_rows
        if n_rows < chunk_rows:
            return


def _lines(read: Read, chunk_rows: int) -> Iterator[str]:
    """Yield the texts of each record, then the labels; each byte is a letter."""
    for columns, _ in chunks(read, chunk_rows, encoding=BYTES_AS_LETTERS):
        texts = [values for values in columns.values() if any(isinstance(v, str) for v in values)]
        for row in zip(*texts, strict=True):
            yield "\t".join(" ".join(value.split()) for value in row if isinstance(value, str))
    _, metadata = read(row_limit=1, encoding=BYTES_AS_LETTERS)
    yield from filter(None, metadata.column_labels)
    for labels in metadata.variable_value_labels.values():
        yield from map(str, labels.values())


def recoded(value: Any, encoding: str) -> Any:
    """Return a value, and all texts in it, in which each byte was a letter, as the text it is."""
    match value:
        case str():
            return _recoded_text(value, encoding)
        case list():
            return [recoded(item, encoding) for item in value]
        case dict():
            return {recoded(k, encoding): recoded(v, encoding) for k, v in value.items()}
    return value


@lru_cache(maxsize=4096)  # texts may be long, and this outlives the file
def _recoded_text(text: str, encoding: str) -> str:
    if text.isascii():
        return text
    return text.encode(_LATIN_1, "replace").decode(encoding, "replace")
