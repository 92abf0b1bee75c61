"""Records with several occupations in the cell of the title: the receipt says how many there are.

``inference/doubt/several_occupations.py`` tells which they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.columns.shown_names import shown_text
from core.languages.message import Message
from inference.decision import Prediction


class SeveralTitles:
    """How many records have such a title, with the first one."""

    def __init__(self) -> None:
        self._n_records = 0
        self._first = ""
        self._first_codes: tuple[str, ...] = ()

    def add(self, titles: Sequence[str], predictions: Sequence[Prediction]) -> None:
        """Count the records of one chunk."""
        for title, prediction in zip(titles, predictions, strict=True):
            if prediction.occupations:
                self._n_records += 1
                self._first = self._first or title
                self._first_codes = self._first_codes or prediction.occupations

    def notes(self) -> list[str]:
        """Return in words how many there are, with the codes of the parts of the first one."""
        return Message.notes_of(
            self._n_records,
            "{n} record has two occupations or more in one cell ({text}, which alone are "
            "{codes}) and has no code: give the main one in the review, or give each a record",
            "{n} records have two occupations or more in one cell ({text}, which alone are "
            "{codes}) and have no code: give the main one in the review, or give each a record",
            text=repr(shown_text(self._first, 80)),
            codes=", ".join(self._first_codes),
        )
