"""Records whose code comes from an answer in doubt, or from one that another coder contradicts.

Their confidence is 1, as that of any correction. Who reads the predictions sees nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.corrections.decisions import Decisions
from core.languages.message import Message
from core.own_tables.code_source import CodeSource
from inference.decision import Prediction


class ContestedCodes:
    """Counts the records of one batch."""

    def __init__(self, decisions: Decisions) -> None:
        """Take the decisions that the batch was coded with."""
        self._decisions = decisions
        self._n_in_doubt = 0
        self._n_disputed = 0

    def add(self, texts: Iterable[str], predictions: Iterable[Prediction]) -> None:
        """Count coded records by their texts."""
        for text, prediction in zip(texts, predictions, strict=True):
            if prediction.source == CodeSource.CORRECTION:
                self._n_in_doubt += self._decisions.is_in_doubt(text)
                self._n_disputed += self._decisions.is_disputed(text)

    def notes(self) -> list[str]:
        """Return what to say of the records, in words."""
        notes = Message.notes_of(
            self._n_in_doubt,
            "{n} record has the code of an answer in doubt: 'isco coders' says whose it "
            "is, and why",
            "{n} records have the codes of answers in doubt: 'isco coders' says whose "
            "they are, and why",
        )
        notes += Message.notes_of(
            self._n_disputed,
            "{n} record has a code that another coder contradicts: 'isco coders' lists "
            "the text, to be adjudicated",
            "{n} records have codes that another coder contradicts: 'isco coders' lists "
            "the texts, to be adjudicated",
        )
        return notes
