"""Measure which coders are named as doubtful, on simulated offices:
``python -m benchmarks.doubts [--data DIR] [--bundle DIR]``.

The offices are those of ``benchmarks/offices.py``. A coder answers some of an office's texts, right
or with errors of one kind, and the check that meets every corrections file
(``inference/doubt/coder_check.py``) is asked. *records*: the texts are drawn from all; *review*: as
in a review, four fifths of them are below the threshold. *neighbors*: 300 right corrections of
other coders, or a third of the office, are there already; else there are none.

The errors: a random unit group; the right code of another answer (shifted rows); another code of
the same minor group; one rule (of the commonest group in the office, all are given its neighbour);
the model's second code where its first is right. Nothing is trained.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.offices import ReadTexts, offices
from core.settings import InferenceSettings
from core.taxonomy import isco08
from inference.bundle import Bundle
from inference.classifier import open_classifier
from inference.doubt.answer_counts import count_answers, reasons_for
from inference.similar_corrections import similarity_of

_SIZES = (5, 12, 30, 50, 100, 300)
_RATES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
_THRESHOLD = 0.9
_N_NEIGHBORS = 300
_UNITS = isco08().units
RIGHT, ONE_RULE = "right", "one rule"
RECORDS, REVIEW = "records", "review"
Wrong = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]


class Office:
    """An office: its texts (N,), their right codes, and what others say of them."""

    def __init__(self, rows: pd.DataFrame, bundle: Bundle, rng: np.random.Generator) -> None:
        rows = rows.drop_duplicates("text")
        rows = rows.iloc[rng.permutation(len(rows))]
        office = ReadTexts.of(rows, open_classifier(bundle, InferenceSettings()))
        neighbors, own = np.split(np.arange(len(rows)), [min(_N_NEIGHBORS, len(rows) // 3)])
        self.units = office.units[own]
        self.alone = office.probabilities[own]
        similar = office.corrections(neighbors, office.units, similarity_of(bundle))
        self.beside = similar.blend(self.alone, similar.nearest(office.vectors[own]), 2.0)

    def drawn(self, n: int, is_review: bool, rng: np.random.Generator) -> np.ndarray:
        """Return (n,) rows that a coder answers; fewer where the office has not so many."""
        n = min(n, len(self.units) // 2)
        if not is_review:
            return rng.permutation(len(self.units))[:n]
        is_asked = self.alone.max(axis=1) < _THRESHOLD
        asked, sampled = np.flatnonzero(is_asked), np.flatnonzero(~is_asked)
        n_asked = n - n // 5
        return np.concatenate(
            [rng.permutation(asked)[:n_asked], rng.permutation(sampled)[: n // 5]]
        )


def random_code(units: np.ndarray, _: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (units + rng.integers(1, len(_UNITS), len(units))) % len(_UNITS)


def other_answer(units: np.ndarray, _: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(units)


def same_minor_group(units: np.ndarray, _: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    minor = np.array([unit[:3] for unit in _UNITS])
    wrong = units.copy()
    for row, unit in enumerate(units):
        others = np.flatnonzero((minor == minor[unit]) & (np.arange(len(minor)) != unit))
        wrong[row] = rng.choice(others) if len(others) else (unit + 1) % len(minor)
    return wrong


def second_code(units: np.ndarray, alone: np.ndarray, _: np.random.Generator) -> np.ndarray:
    best = np.argsort(-alone, axis=1)[:, :2]
    return np.where(best[:, 0] == units, best[:, 1], best[:, 0])


KINDS: dict[str, Wrong] = {
    "random code": random_code,
    "other answer": other_answer,
    "same minor group": same_minor_group,
    "second code": second_code,
}


def with_errors(
    units: np.ndarray, alone: np.ndarray, kind: str, rate: float, rng: np.random.Generator
) -> np.ndarray:
    """Return (n,) the codes of a coder who errs in so many of 100 answers."""
    is_wrong = rng.random(len(units)) < rate
    return np.where(is_wrong, KINDS[kind](units, alone, rng), units)


def with_rule(units: np.ndarray) -> tuple[np.ndarray, int]:
    """Return (n,) the codes of a coder with one rule, and how many answers it changes."""
    (group, n), *_ = Counter(units.tolist()).most_common(1)
    return np.where(units == group, (group + 1) % len(_UNITS), units), n


@dataclass(frozen=True)
class Coder:
    """A way to answer ``n`` texts of an office; ``rate`` is the share of errors of the ``kind``."""

    kind: str
    rate: float
    texts: str
    neighbors: bool
    n: int

    def answers(
        self, office: Office, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, int]:
        """Return the rows that were answered, their codes, and how many a rule has changed."""
        drawn = office.drawn(self.n, self.texts == REVIEW, rng)
        codes = office.units[drawn]
        if self.kind == ONE_RULE:
            return (drawn, *with_rule(codes))
        if self.kind != RIGHT:
            codes = with_errors(codes, office.alone[drawn], self.kind, self.rate, rng)
        return drawn, codes, 0


def measure(
    coder: Coder, office: Office, n_draws: int, rng: np.random.Generator
) -> dict[str, object]:
    """Return how often the coder was named."""
    beside = office.beside if coder.neighbors else office.alone
    n_named, n_affected = 0, 0
    for _ in range(n_draws):
        drawn, codes, n_changed = coder.answers(office, rng)
        counts = count_answers(office.alone[drawn], beside[drawn], codes)
        n_named += bool(reasons_for(counts))
        n_affected += n_changed
    return {**asdict(coder), "named": n_named / n_draws, "affected": n_affected / n_draws}


def coders() -> Iterator[Coder]:
    """Yield every way to answer."""
    kinds = [(RIGHT, 0.0), (ONE_RULE, 1.0), *product(KINDS, _RATES)]
    for (kind, rate), texts, neighbors, n in product(
        kinds, (RECORDS, REVIEW), (False, True), _SIZES
    ):
        yield Coder(kind, rate, texts, neighbors, n)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with dev_titles.csv")
    parser.add_argument("--bundle", type=Path, default=Path("models/bundled"))
    parser.add_argument("--reference", type=Path, default=Path("data/reference"))
    parser.add_argument("--draws", type=int, default=40, help="of each coder with errors")
    parser.add_argument("--right-draws", type=int, default=150, help="of each without errors")
    parser.add_argument("--out", type=Path, help="CSV with every figure")
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    bundle = Bundle.open(arguments.bundle)
    tables, _ = offices(arguments.reference, arguments.data)
    figures = []
    for name, rows in tables.items():
        office = Office(rows, bundle, rng)
        for coder in coders():
            n_draws = arguments.right_draws if coder.kind == RIGHT else arguments.draws
            figures.append({"office": name, **measure(coder, office, n_draws, rng)})
    table = pd.DataFrame(figures)
    if arguments.out is not None:
        table.to_csv(arguments.out, index=False)
    columns = ["kind", "rate", "texts", "neighbors", "n"]
    shown = table.pivot_table("named", columns, "office", sort=False)
    print(shown.round(3).to_string())


if __name__ == "__main__":
    main()
