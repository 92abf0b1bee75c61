"""What an input is read from: a file on this machine, or on another storage."""

from __future__ import annotations

from typing import BinaryIO, Literal, Protocol

AUTO = "auto"
"""The value of ``data.encoding`` with which the words of a file tell its encoding."""

Row = list[str]
"""The cells of a record or of a header, as texts."""


class Source(Protocol):
    """What is read: a ``Path``, or a file on another storage with the same two."""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        ...

    def open(self, mode: Literal["rb"], /) -> BinaryIO:
        """Open the bytes from their start."""
        ...


def size_of(source: Source) -> int:
    """Return the size of a file in bytes."""
    with source.open("rb") as file:
        return file.seek(0, 2)
