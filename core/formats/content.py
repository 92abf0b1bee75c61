"""The records of a file of any format: the layout, and a reader that begins anew each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.delimited.layout import Layout

Records = Iterator[tuple[int, list[str]]]
"""The line (or row, or number) of a record and its fields; a blank line has no fields."""


@dataclass(frozen=True)
class Content:
    """What a file contains.

    ``read`` returns the records after the header, from the first one. ``encoding`` is that of a
    text, else empty. ``sheet`` is the name of the sheet that is read, ``notes`` says in words what
    was decided. ``values`` returns the typed values of the records of a workbook.
    ``questions`` are further names of the columns, if there are any.
    """

    layout: Layout
    read: Callable[[], Records]
    encoding: str = ""
    sheet: str = ""
    values: Callable[[], Iterator[Sequence[object]]] | None = None
    questions: Sequence[str] = ()
    notes: tuple[str, ...] = ()

    def with_note(self, note: str) -> Content:
        """Return the same content with a note, if it says something, before its own."""
        return replace(self, notes=(note, *self.notes)) if note else self
