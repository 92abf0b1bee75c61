"""Records that somebody has coded already: how often the machine says the same.

Compared is the best unit group, sure or not, of the records that the model coded. A code of fewer
than four digits is compared at the levels that it has. Rows that differ at four digits, or at all
that were given, go to ``disagreements.csv``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.corrections import understood
from core.csv_table import Row, Table, Writer, neutralise
from core.taxonomy import MAJOR, MINOR, SUB_MAJOR, UNIT, isco08
from inference.decision import Prediction

DISAGREEMENTS = "disagreements.csv"
GIVEN = "isco_code"
LEVELS = (UNIT, MINOR, SUB_MAJOR, MAJOR)
_COLUMNS = (
    "record", "job_title", "duties_description", "given_code", "given_title", "best_code",
    "best_title", "confidence", "is_autocoded", "digits_agreed",
)  # fmt: skip


@dataclass(frozen=True)
class Level:
    """Agreement at a number of digits: ``n`` records compared, and the shares that agree.

    ``kappa`` is Cohen's: the share beyond what the frequencies of the codes would give by chance.
    ``unseen`` of ``n_unseen`` records whose text was in no training; ``autocoded`` of
    ``n_autocoded``. Shares of nothing are NaN.
    """

    digits: int
    n: int
    agreement: float
    kappa: float
    n_unseen: int
    unseen: float
    n_autocoded: int
    autocoded: float


class Agreement:
    """Compares chunk by chunk, and writes the rows that differ."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.n_given = self.n_unknown = self.n_disagreements = 0
        self._pairs: dict[int, Counter[tuple[str, str]]] = {d: Counter() for d in LEVELS}
        self._unseen: dict[int, Counter[bool]] = {d: Counter() for d in LEVELS}
        self._autocoded: dict[int, Counter[bool]] = {d: Counter() for d in LEVELS}

    def add(
        self,
        table: Table,
        chunk: Sequence[Row],
        predictions: Sequence[Prediction],
        is_seen: np.ndarray,
        first: int,
    ) -> None:
        """Compare one chunk, whose first record has the number ``first``."""
        for n, (row, prediction, seen) in enumerate(
            zip(chunk, predictions, is_seen, strict=True), first
        ):
            written = table.get(row, GIVEN).strip()
            if not written:
                continue
            self.n_given += 1
            given = understood(written)
            if not given:
                self.n_unknown += 1
            elif prediction.source == "model":
                best = prediction.candidates[0][0]
                self._count(given, best, not prediction.is_fallback, bool(seen))
                if not best.startswith(given):
                    self.n_disagreements += 1
                    self._writer.write([_cells(n, table, row, given, prediction)])

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

    def levels(self) -> list[Level]:
        """Agreement at 4, 3, 2 and 1 digits, where anything could be compared."""
        return [self._level(digits) for digits in LEVELS if self._pairs[digits]]

    def _level(self, digits: int) -> Level:
        pairs = self._pairs[digits]
        n = pairs.total()
        agreement = sum(count for (given, best), count in pairs.items() if given == best) / n
        given, best = Counter[str](), Counter[str]()
        for (theirs, ours), count in pairs.items():
            given[theirs] += count
            best[ours] += count
        chance = sum(count * best[code] for code, count in given.items()) / n**2
        unseen, autocoded = self._unseen[digits], self._autocoded[digits]
        return Level(
            digits=digits,
            n=n,
            agreement=agreement,
            kappa=(agreement - chance) / (1 - chance) if chance < 1 else np.nan,
            n_unseen=unseen.total(),
            unseen=_share(unseen),
            n_autocoded=autocoded.total(),
            autocoded=_share(autocoded),
        )


@contextmanager
def compared(folder: Path, table: Table) -> Iterator[Agreement | None]:
    """A comparison that writes to ``folder``; None where the table has no codes."""
    if GIVEN not in table.columns:
        yield None
        return
    with (folder / DISAGREEMENTS).open("w", encoding="utf-8-sig", newline="") as file:
        yield Agreement(Writer(file, _COLUMNS, table.delimiter))


def _share(counts: Counter[bool]) -> float:
    return counts[True] / counts.total() if counts else np.nan


def _cells(n: int, table: Table, row: Row, given: str, prediction: Prediction) -> list[str]:
    best, title = prediction.candidates[0][0], isco08().title
    digits_agreed = next(d for d in range(len(given), -1, -1) if best[:d] == given[:d])
    return [
        str(n),
        neutralise(table.get(row, "job_title")),
        neutralise(table.get(row, "duties_description")),
        *(given, title(given), best, title(best)),
        f"{prediction.confidence:.4f}",
        str(not prediction.is_fallback).lower(),
        str(digits_agreed),
    ]
