"""The distinct texts that the model is not sure of, counted in bounded memory.

Past 100,000 texts they go to SQLite, in a temporary file of its own that no other process sees and
that is gone with this one: it holds nothing that must outlive a batch.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from inference.decision import Prediction
from results.review.review_item import ReviewItem

_MAX_IN_MEMORY = 100_000  # some 120 MB
_TABLE = """
CREATE TABLE asked (
    text TEXT PRIMARY KEY, job_title TEXT, duties_description TEXT, prediction TEXT,
    confidence REAL, n_records INTEGER, first_record INTEGER
) WITHOUT ROWID
"""
_ADD = """
INSERT INTO asked VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (text) DO UPDATE SET n_records = n_records + excluded.n_records
"""
_RANKED = """
SELECT text, job_title, duties_description, prediction, n_records, first_record FROM asked
ORDER BY (1 - confidence) * n_records DESC, text
"""


class UncertainTexts:
    """Texts with the words of their first record and the number of their records."""

    def __init__(self, max_in_memory: int | None = None) -> None:
        self._max_in_memory = _MAX_IN_MEMORY if max_in_memory is None else max_in_memory
        self._counted: dict[str, ReviewItem] = {}
        self._spilled: sqlite3.Connection | None = None

    def count(self, question: ReviewItem) -> None:
        """One more record; of the first one of a text the words are kept.

        Raises OSError where there is no space for temporary files.
        """
        self._counted.setdefault(question.text, question).n_records += 1
        if len(self._counted) > self._max_in_memory:
            self._spill()

    def __len__(self) -> int:
        if self._spilled is None:
            return len(self._counted)
        self._spill()
        (n,) = self._spilled.execute("SELECT count(*) FROM asked").fetchone()
        return int(n)

    def ranked(self) -> Iterator[ReviewItem]:
        """The highest gain first."""
        if self._spilled is None:
            yield from sorted(self._counted.values(), key=lambda q: (-q.gain, q.text))
            return
        self._spill()
        with _as_os_error():
            for text, title, duties, prediction, n_records, first in self._spilled.execute(_RANKED):
                yield ReviewItem(text, title, duties, _coding(prediction), n_records, "", first)

    def _spill(self) -> None:
        with _as_os_error():
            if self._spilled is None:
                self._spilled = sqlite3.connect("")
                for pragma in ("journal_mode = OFF", "cache_size = -65536"):  # 64 MB
                    self._spilled.execute(f"PRAGMA {pragma}")
                self._spilled.execute(_TABLE)
            # In the order of the table: pages are then written once.
            self._spilled.executemany(_ADD, (_row(q) for _, q in sorted(self._counted.items())))
            self._spilled.commit()
        self._counted.clear()

    def __del__(self) -> None:
        if self._spilled is not None:
            self._spilled.close()


def _row(question: ReviewItem) -> tuple[str, str, str, str, float, int, int]:
    said = question.prediction
    fields = (
        said.isco_code, said.confidence, said.is_fallback, said.minor_code, said.minor_confidence,
        said.candidates, said.source,
    )  # fmt: skip
    return (
        question.text, question.job_title, question.duties_description, json.dumps(fields),
        said.confidence, question.n_records, question.first_record,
    )  # fmt: skip


def _coding(fields: str) -> Prediction:
    code, confidence, is_fallback, minor_code, minor_confidence, candidates, source = json.loads(
        fields
    )
    pairs = tuple((unit, share) for unit, share in candidates)
    return Prediction(code, confidence, is_fallback, minor_code, minor_confidence, pairs, source)


@contextmanager
def _as_os_error() -> Iterator[None]:
    """A full disk is no fault of the file, whoever says so."""
    try:
        yield
    except sqlite3.OperationalError as error:
        is_full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
        number = errno.ENOSPC if is_full else errno.EIO
        raise OSError(number, f"{error} (the folder for temporary files)") from None
