"""Agreement of the model with the codes that the input has already.

The best unit group of the model is compared, autocoded or not, on the records that the model coded.
A code of fewer than four digits is compared at the levels that it has. Records on which the two
codes differ are written to ``disagreements.csv``. Marks for a missing code are no codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.csv_table import Table
from core.csv_writer import Writer, neutralise
from core.formats.source import Row
from core.isco_codes.code_column import CODE_COLUMN, CodeReader
from core.isco_codes.written_code import KIND_WORDS, CodeKind, WrittenCode
from core.isco_titles.group_titles import titles_in
from core.languages.message import Message
from core.own_tables.list_columns import DISAGREEMENT_COLUMNS
from core.own_tables.table_kind import TableKind
from core.settings_file.text_columns import DUTIES, JOB_TITLE
from core.taxonomy import MAJOR, MINOR, SUB_MAJOR, UNIT
from inference.decision import Prediction

LEVELS = (UNIT, MINOR, SUB_MAJOR, MAJOR)
# Nobody else gives groups of three digits to just these records.
_MIN_OWN_FALLBACKS, _MIN_OWN_SHARE = 3, 0.8


@dataclass(frozen=True)
class LevelAgreement:
    """Agreement at one number of digits, over ``n_records`` compared records.

    The rates are shares of all compared records, of the ``n_unseen`` whose text was in no training,
    and of the ``n_autocoded``; a share of no records is NaN. ``kappa`` is Cohen's: the agreement
    beyond what the frequencies of the codes would give by chance (Cohen 1960).
    """

    digits: int
    n_records: int
    agreement_rate: float
    kappa: float
    n_unseen: int
    unseen_agreement_rate: float
    n_autocoded: int
    autocoded_agreement_rate: float


class Agreement:
    """Compares chunk by chunk, and writes the records on which the codes differ.

    ``n_given`` records had a code, ``n_unknown`` of them one that cannot be read; ``n_missing`` had
    a mark for a missing code.
    """

    def __init__(self, writer: Writer, reader: CodeReader, column: str, language: str) -> None:
        self._writer = writer
        self._reader = reader
        self._titles = titles_in(language)
        self.column = column
        self.n_given = 0
        self.n_missing = 0
        self._unread: Counter[CodeKind] = Counter()
        self.n_disagreements = 0
        self._pairs: dict[int, Counter[tuple[str, str]]] = {d: Counter() for d in LEVELS}
        self._unseen: dict[int, Counter[bool]] = {d: Counter() for d in LEVELS}
        self._autocoded: dict[int, Counter[bool]] = {d: Counter() for d in LEVELS}
        # Whether each given code is the one that the program shows; of those that were autocoded,
        # and of the others.
        self._as_shown: dict[bool, Counter[bool]] = {True: Counter(), False: Counter()}

    def add(
        self,
        table: Table,
        chunk: Sequence[Row],
        predictions: Sequence[Prediction],
        is_seen: np.ndarray,
        first_record: int,
    ) -> None:
        """Compare one chunk.

        Parameters
        ----------
        is_seen : (N,) whether the text of each record was in the training.
        first_record : the number of the chunk's first record.
        """
        for record, (row, prediction, seen) in enumerate(
            zip(chunk, predictions, is_seen, strict=True), first_record
        ):
            given = self._count_given(self._reader.read(table.get(row, CODE_COLUMN)))
            if given and prediction.is_by_model:
                best = prediction.candidates[0][0]
                self._count(given, best, not prediction.is_fallback, bool(seen))
                is_shown = given == prediction.isco_code
                self._as_shown[not prediction.is_fallback][is_shown] += 1
                if not best.startswith(given):
                    self.n_disagreements += 1
                    self._writer.write([self._cells(record, table, row, given, prediction)])

    @property
    def n_unknown(self) -> int:
        """How many given codes cannot be read."""
        return self._unread.total()

    def notes(self) -> list[str]:
        """Return what people should know about the given codes, without full stops."""
        others = {kind: n for kind, n in self._unread.items() if kind != CodeKind.ISCO_88}
        notes: list[str] = [
            Message(
                "{n} of the codes in {column!r}: {kind}",
                n=n,
                column=self.column,
                kind=KIND_WORDS[kind],
            )
            for kind, n in others.items()
        ]
        if warning := self._reader.warning():
            notes.append(Message("{column!r}: {warning}", column=self.column, warning=warning))
        if self._are_own():
            notes.append(
                Message(
                    "the codes in {column!r} are those of this program, also where it gave a "
                    "group: nothing was taken as a correction. To correct codes, hand in "
                    "predictions.csv with all of its columns, or add corrected_isco_code",
                    column=self.column,
                )
            )
        return notes

    def _are_own(self) -> bool:
        """Whether the given codes are those of the program, but for some that were changed."""
        fallback = self._as_shown[False]
        return (
            fallback[True] >= _MIN_OWN_FALLBACKS
            and _rate(fallback) >= _MIN_OWN_SHARE
            and _rate(self._as_shown[True] + fallback) >= _MIN_OWN_SHARE
        )

    def _count_given(self, written: WrittenCode) -> str:
        """Count one field, and return its code; empty where there is none."""
        if written.kind == CodeKind.MISSING:
            self.n_missing += 1
        elif written.kind != CodeKind.EMPTY:
            self.n_given += 1
            if not written.code:
                self._unread[written.kind] += 1
        return written.code

    def _count(self, given: str, best: str, is_autocoded: bool, is_seen: bool) -> None:
        for digits in LEVELS:
            if len(given) < digits:
                continue
            pair = given[:digits], best[:digits]
            agrees = pair[0] == pair[1]
            self._pairs[digits][pair] += 1
            if not is_seen:
                self._unseen[digits][agrees] += 1
            if is_autocoded:
                self._autocoded[digits][agrees] += 1

    def _cells(
        self, record: int, table: Table, row: Row, given: str, prediction: Prediction
    ) -> list[str]:
        best = prediction.candidates[0][0]
        digits_agreed = next(d for d in range(len(given), -1, -1) if best[:d] == given[:d])
        return [
            str(record),
            neutralise(table.get(row, JOB_TITLE)),
            neutralise(table.get(row, DUTIES)),
            given,
            self._titles[given],
            best,
            self._titles[best],
            f"{prediction.confidence:.4f}",
            str(not prediction.is_fallback).lower(),
            str(digits_agreed),
        ]

    def levels(self) -> list[LevelAgreement]:
        """Return the agreement at 4, 3, 2 and 1 digits; a level without records is left out."""
        return [self._level(digits) for digits in LEVELS if self._pairs[digits]]

    def _level(self, digits: int) -> LevelAgreement:
        pairs = self._pairs[digits]
        n_records = pairs.total()
        agreement = sum(n for (given, best), n in pairs.items() if given == best) / n_records
        given_counts, best_counts = Counter[str](), Counter[str]()
        for (given, best), n in pairs.items():
            given_counts[given] += n
            best_counts[best] += n
        chance = sum(n * best_counts[code] for code, n in given_counts.items()) / n_records**2
        unseen, autocoded = self._unseen[digits], self._autocoded[digits]
        return LevelAgreement(
            digits=digits,
            n_records=n_records,
            agreement_rate=agreement,
            kappa=(agreement - chance) / (1 - chance) if chance < 1 else np.nan,
            n_unseen=unseen.total(),
            unseen_agreement_rate=_rate(unseen),
            n_autocoded=autocoded.total(),
            autocoded_agreement_rate=_rate(autocoded),
        )


@contextmanager
def open_agreement(folder: Path, table: Table, language: str) -> Iterator[Agreement | None]:
    """Open ``disagreements.csv`` in ``folder``; yield None if the table has no codes.

    ``language`` is that of the titles of groups.
    """
    position = table.columns.get(CODE_COLUMN)
    if position is None:
        yield None
        return
    reader = CodeReader(row[position] for _, row in table.rows())
    with (folder / TableKind.DISAGREEMENTS).open("w", encoding="utf-8-sig", newline="") as file:
        yield Agreement(
            Writer(file, DISAGREEMENT_COLUMNS, table.delimiter),
            reader,
            table.header[position].strip(),
            language,
        )


def _rate(counts: Counter[bool]) -> float:
    return counts[True] / counts.total() if counts else np.nan
