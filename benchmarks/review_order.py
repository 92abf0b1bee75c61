"""Compare orders of review questions on simulated offices: ``python -m benchmarks.review_order``.

An office is a file of records of the bundled reference answers of the part ``hold_out``, which no
model has learned. How often a text comes is drawn (Zipf, exponent 2, at most 60 times). In one half
of the offices each repetition is the same text, in the other half one in two is a near-duplicate
(``near_duplicates.py``: a contract, an employer, a typo, …).

Every text below the threshold is a question. The first 50, 100 and 200 are answered, rightly. Each
answer holds for its text, and is a similar correction for all others, as in the daemon
(``inference/similar_corrections.py``). Printed is the share of records whose best code is right.
"""

from __future__ import annotations

import argparse
import random
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.near_duplicates import near_duplicates
from benchmarks.offices import ReadTexts
from core.review_contract import expected_gain
from core.settings import InferenceSettings
from inference.bundle import Bundle
from inference.classifier import Classifier, open_classifier
from inference.similar_corrections import FITTED_RULES
from results.review.question_order import QuestionOrder
from training.dataset.reference_data import read_answers
from training.dataset.splits import HOLD_OUT

_N_ANSWERED = (50, 100, 200)
_N_FIRST = 20  # so many answers the report speaks of
_THRESHOLD = 0.9
_MOST_RECORDS = 60
_SHARES_OF_NEAR_DUPLICATES = (0.0, 0.5)
# language, kinds of answers (none: all), sub-major groups (none: all)
_OFFICES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "survey, English": ("en", (), ()),
    "vacancies, English": ("en", ("vacancy",), ()),
    "hospitals, English": ("en", (), ("22", "32", "53", "91")),
    "survey, German": ("de", (), ()),
    "survey, Polish": ("pl", (), ()),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, default=Path("data/reference"))
    parser.add_argument("--bundle", type=Path, default=Path("models/bundled"))
    parser.add_argument("--texts", type=int, default=400, help="different texts of an office")
    parser.add_argument("--seeds", type=int, default=2, help="offices of each kind")
    parser.add_argument("--random", type=int, default=5, help="random orders to average")
    arguments = parser.parse_args()
    serving = open_classifier(Bundle.open(arguments.bundle), InferenceSettings())
    languages = {language for language, _, _ in _OFFICES.values()}
    answers = read_answers(arguments.reference, languages)
    answers = answers[answers["part"] == HOLD_OUT]
    rows = []
    for share in _SHARES_OF_NEAR_DUPLICATES:
        for name, (language, kinds, groups) in _OFFICES.items():
            chosen = answers[answers["language"] == language]
            if kinds:
                chosen = chosen[chosen["kind"].isin(kinds)]
            if groups:
                chosen = chosen[chosen["label"].str[:2].isin(groups)]
            for seed in range(arguments.seeds):
                number = zlib.crc32(f"{name} {seed}".encode())
                drawn = chosen.sample(min(arguments.texts, len(chosen)), random_state=number)
                office = _Office(_records(drawn, language, share, number), serving, number)
                rows += [
                    {"office": name, "near-duplicates": share, "seed": seed, **row}
                    for row in office.compare(arguments.random)
                ]
                print(pd.DataFrame(rows[-4:]).to_string(index=False, header=False), flush=True)
    table = pd.DataFrame(rows).drop(columns="seed")
    for keys in (["near-duplicates", "office", "order"], ["near-duplicates", "order"]):
        means = table.groupby(keys, sort=False).mean(numeric_only=True)
        print(means.round(4).to_string())


def _records(drawn: pd.DataFrame, language: str, share: float, seed: int) -> pd.DataFrame:
    """Return the records of an office: ``text, label``."""
    rng, choice = np.random.default_rng(seed), random.Random(seed)
    counts = np.minimum(rng.zipf(2.0, len(drawn)), _MOST_RECORDS)
    rows = []
    for text, label, n in zip(drawn["text"], drawn["label"], counts, strict=True):
        one = pd.DataFrame({"text": [text], "label": [label]})
        others = list(near_duplicates(one, language, choice)["text"])
        for repetition in range(n):
            is_other = repetition and others and rng.random() < share
            rows.append((choice.choice(others) if is_other else text, label))
    return pd.DataFrame(rows, columns=["text", "label"])


class _Office:
    """The records of one office, and what the model says of them."""

    def __init__(self, records: pd.DataFrame, serving: Classifier, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        counted = records.groupby("text", sort=False)["label"].agg(["first", "size"]).reset_index()
        self._read = ReadTexts.of(counted.rename(columns={"first": "label"}), serving)
        self._n = counted["size"].to_numpy(int)
        self._confidence = self._read.probabilities.max(axis=1)
        self._asked = np.flatnonzero(self._confidence < np.float32(_THRESHOLD))

    def compare(self, n_random: int) -> list[dict[str, object]]:
        asked = self._asked
        gains = expected_gain(self._confidence[asked], self._n[asked])
        texts = [self._read.texts[place] for place in asked]
        orders = {
            "random": [self._rng.permutation(asked) for _ in range(n_random)],
            "lowest confidence": [asked[np.argsort(self._confidence[asked], kind="stable")]],
            "expected gain": [asked[np.lexsort((texts, -gains))]],
            "gain with similar texts": [asked[QuestionOrder(texts, list(gains)).places]],
        }
        rows: list[dict[str, object]] = []
        for order, drawn in orders.items():
            row: dict[str, object] = {"order": order, "questions": len(asked)}
            row["before"] = self._share_right(np.zeros(0, np.intp))
            for n in _N_ANSWERED:
                row[f"after {n}"] = float(np.mean([self._share_right(one[:n]) for one in drawn]))
            rows.append(row)
        ordering = QuestionOrder(texts, list(gains))
        first = asked[ordering.places[:_N_FIRST]]
        rows[-1]["taught"] = self._n_taught(first)
        rows[-1]["taught, estimated"] = ordering.n_taught(list(self._n[asked]), _N_FIRST)
        return rows

    def _n_taught(self, answered: np.ndarray) -> int:
        """Return how many records of other questions have the code of a similar answer, rightly."""
        others = np.setdiff1d(self._asked, answered)
        office = self._read
        similar = office.corrections(answered, office.units, FITTED_RULES)
        neighbors = similar.nearest(office.vectors[others])
        best = similar.blend(office.probabilities[others], neighbors, _THRESHOLD).argmax(axis=1)
        is_reached = np.array([len(voters.rows) > 0 for voters in neighbors], bool)
        return int(self._n[others][is_reached & (best == office.units[others])].sum())

    def _share_right(self, answered: np.ndarray) -> float:
        """Return the share of the records whose best code is right once these are answered."""
        office = self._read
        similar = office.corrections(answered, office.units, FITTED_RULES)
        neighbors = similar.nearest(office.vectors)
        best = similar.blend(office.probabilities, neighbors, _THRESHOLD).argmax(axis=1)
        best[answered] = office.units[answered]
        return float(((best == office.units) * self._n).sum() / self._n.sum())


if __name__ == "__main__":
    main()
