"""The records of files that pack their values, and how many of them a small file may have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.errors import InputError
from core.formats.cell_text import checked_row
from core.formats.content import Records
from core.formats.source import Source, size_of
from core.formats.unpacking import MAX_EXPANSION, MAX_UNPACKED_BYTES, too_much_unpacked

_FREE_ROWS = 1_000_000
"""So many records may be in any file; beyond that, one per byte."""


def limit_of(path: Source) -> int:
    """Return to how many bytes a packed file may unpack."""
    return max(MAX_UNPACKED_BYTES, MAX_EXPANSION * size_of(path))


def refuse_many_records(path: Source, n_rows: int) -> None:
    """Raise InputError for more records than a file of its size has."""
    if n_rows > max(_FREE_ROWS, size_of(path)):
        raise InputError(
            path,
            f"a small file with {n_rows:,} records",
            expected=f"at most {_FREE_ROWS:,} records, or one for each byte of the file",
            remedy="Write the table anew, in parts.",
        )


def checked_records(path: Source, batches: Iterable[Iterable[Sequence[str]]]) -> Records:
    """Yield the records of a binary file, numbered, from batches of rows.

    Raises InputError where their text is too much for the size of the file.
    """
    limit = limit_of(path)
    number = n_chars = 0
    for rows in batches:
        for row in rows:
            number += 1
            n_chars += sum(map(len, row))
            yield number, checked_row(path, number, list(row))
        if n_chars > limit:
            raise too_much_unpacked(path, limit)
