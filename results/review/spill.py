"""The distinct texts that the model is not sure of, counted in bounded memory.

Above 100,000 texts they are moved to SQLite, in a temporary database that no other process sees.
SQLite removes it when the process ends: nothing in it is needed after the batch.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from operator import attrgetter

from core.corrections.decisions import decided_text
from core.own_tables.code_source import CodeSource
from core.review_contract import REVIEW_ORDER, expected_gain
from inference.decision import Prediction, SimilarCorrection
from results.review.review_item import ReviewItem

_MAX_IN_MEMORY = 100_000  # some 120 MB
_CACHE_KIB = 65_536
_PREDICTION = [field.name for field in fields(Prediction)]
_CREATE_TABLE = """
CREATE TABLE item (
    decided_text TEXT PRIMARY KEY, text TEXT, first_record TEXT, confidence REAL, n_records INTEGER
) WITHOUT ROWID
"""
_ADD = """
INSERT INTO item VALUES (?, ?, ?, ?, ?)
ON CONFLICT (decided_text) DO UPDATE SET n_records = n_records + excluded.n_records
"""
# In SQL "asc" and "desc"; the function is the Python one.
_ORDER = ", ".join(f"{name} {direction.removesuffix('ending')}" for name, direction in REVIEW_ORDER)
_SELECT_BY_GAIN = f"""
SELECT *, expected_gain(confidence, n_records) AS gain FROM item
ORDER BY {_ORDER}
"""


class UncertainTexts:
    """Texts, each with the fields of its first record and the number of its records.

    Texts that one answer decides ("nurse" and "nurse" with the duties "NA") are one.
    """

    def __init__(self) -> None:
        self._items: dict[str, ReviewItem] = {}
        self._sorted: list[ReviewItem] = []  # what is in memory, where it has been asked for
        self._database: sqlite3.Connection | None = None

    def count(self, item: ReviewItem) -> None:
        """Count one more record; of the records that one answer decides the first one is kept.

        Raises OSError if there is no space for temporary files.
        """
        self._items.setdefault(decided_text(item.text), item).n_records += 1
        self._sorted = []
        if len(self._items) > _MAX_IN_MEMORY:
            self._spill()

    def __len__(self) -> int:
        if self._database is None:
            return len(self._items)
        self._spill()
        (n_texts,) = self._database.execute("SELECT count(*) FROM item").fetchone()
        return int(n_texts)

    def by_gain(self) -> Iterator[ReviewItem]:
        """Yield the texts, the highest expected gain first."""
        if self._database is None:
            if not self._sorted:
                self._sorted = list(self._items.values())
                for name, direction in reversed(REVIEW_ORDER):  # a sort keeps the one before
                    self._sorted.sort(key=attrgetter(name), reverse=direction == "descending")
            yield from self._sorted
            return
        self._spill()
        with _as_os_error():
            yield from map(_item, self._database.execute(_SELECT_BY_GAIN))

    def texts(self) -> Iterator[str]:
        """Yield the texts, in no order."""
        if self._database is None:
            yield from (item.text for item in self._items.values())
            return
        self._spill()
        with _as_os_error():
            yield from (text for (text,) in self._database.execute("SELECT text FROM item"))

    def _spill(self) -> None:
        with _as_os_error():
            if self._database is None:
                self._database = _new_database()
            # In the order of the primary key, so that each page of the table is written once.
            rows = (_row(text, self._items[text]) for text in sorted(self._items))
            self._database.executemany(_ADD, rows)
            self._database.commit()
        self._items.clear()
        self._sorted = []

    def __del__(self) -> None:
        if self._database is not None:
            self._database.close()


def _new_database() -> sqlite3.Connection:
    database = sqlite3.connect("")  # a temporary file of SQLite
    database.row_factory = sqlite3.Row
    database.create_function("expected_gain", 2, expected_gain, deterministic=True)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    database.execute(_CREATE_TABLE)
    return database


def _row(decided: str, item: ReviewItem) -> tuple[str, str, str, float, int]:
    """Return a row: the first record with the text is JSON."""
    prediction = {name: getattr(item.prediction, name) for name in _PREDICTION}
    record = [item.job_title, item.duties_description, prediction, item.first_record, item.context]
    first_record = json.dumps(record)
    return decided, item.text, first_record, item.prediction.confidence, item.n_records


def _item(row: sqlite3.Row) -> ReviewItem:
    title, duties, values, number, context = json.loads(row["first_record"])
    values["candidates"] = tuple((code, confidence) for code, confidence in values["candidates"])
    values["source"] = CodeSource(values["source"])
    values["similar"] = tuple(SimilarCorrection(*fields) for fields in values["similar"])
    values["occupations"] = tuple(values["occupations"])
    return ReviewItem(
        row["text"],
        title,
        duties,
        Prediction(**values),
        n_records=row["n_records"],
        first_record=number,
        context=tuple(context),
    )


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Raise SQLite's errors as OSError: a full disk is not a fault of the input file."""
    try:
        yield
    except sqlite3.OperationalError as error:
        is_full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
        number = errno.ENOSPC if is_full else errno.EIO
        raise OSError(number, f"{error} (the folder for temporary files)") from None
