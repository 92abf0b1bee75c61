"""Records whose title is a mark for the title above it, such as ``"`` or ``dito``."""

from __future__ import annotations

from dataclasses import dataclass

from core.languages.message import Message
from core.non_answers.repeat_marks import is_repeat_mark


@dataclass
class RepeatedTitles:
    """How many records have such a mark as their title; ``_first`` is the first one."""

    _n_records: int = 0
    _first: str = ""

    def add(self, title: str) -> None:
        """Count a record by its title."""
        if is_repeat_mark(title):
            self._n_records += 1
            self._first = self._first or title.strip()

    def notes(self) -> list[str]:
        """Return in words how many there are, with the first one."""
        return Message.notes_of(
            self._n_records,
            "{n} record has a mark for the title above it ({text}), which was not read as "
            "that title: write the title out",
            "{n} records have a mark for the title above them ({text}), which was not read as "
            "that title: write the titles out",
            text=self._first,
        )
