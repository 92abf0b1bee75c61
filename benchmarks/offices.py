"""Simulate offices whose coders correct, and measure what similar corrections change at once:
``python -m benchmarks.offices [--data DIR] [--bundle DIR]``.

An office has texts with codes of its own. 300 of them, or half, are corrections; measured are its
other texts, near-duplicates of the corrected titles (a contract, another employer, "junior", a
typo, another word order, an abbreviation), and foreign texts that have nothing to do with the
office. Nothing is trained.

The offices are made of bundled reference answers of the part ``hold_out``, which no model has
learned: vacancies and survey answers in English, answers in German and in Polish, and an office
with rules of its own (every chef is a cook, every nurse a professional, …). With ``--data``, the
folder of ``dev_titles.csv``, there is an office of titles from ESCO, too, and a second foreign set.

The rules (``SimilarityRules``) are fitted by their likelihood, each time on all offices but the one
that is measured; what is fitted on all of them is printed last.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from benchmarks.near_duplicates import LANGUAGES, near_duplicates
from core.settings import InferenceSettings
from core.taxonomy import isco08, unit_index
from core.text import join
from inference.bundle import Bundle
from inference.classifier import Classifier, open_classifier
from inference.similar_corrections import (
    SimilarCorrections,
    SimilarityRules,
    similarity_vectors,
)
from training.dataset.reference_data import read_answers
from training.dataset.splits import HOLD_OUT

OWN_RULES = {"3434": "5120", "3221": "2221", "2222": "2221", "5222": "5223", "1420": "5223"}
_LOWEST_COSINE = 0.5  # no rule that was ever fitted gives a share to one below
_LEAST_SHARE = 0.03
_THRESHOLD = 0.9
# How much each kind of text counts in the fit: no office must pay for what another one learns.
_WEIGHTS = {"rest": 1.0, "near-duplicates": 0.5}
_FOREIGN_WEIGHT = 8.0
_SHARPNESSES = (10.0, 30.0, 60.0)


@dataclass(frozen=True)
class Texts:
    """Cleaned texts and the indices of their right unit groups, (N,); ``kinds`` where there are."""

    texts: list[str]
    units: np.ndarray
    kinds: list[str]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Texts:
        """Return the texts of a table with ``text, label`` and, if there are, ``kind``."""
        kinds = list(rows["kind"]) if "kind" in rows else [""] * len(rows)
        return cls(list(rows["text"]), np.array(unit_index(rows["label"]), np.intp), kinds)


@dataclass(frozen=True)
class ReadTexts:
    """N texts with the indices of their right unit groups, and what the model makes of them."""

    texts: list[str]
    units: np.ndarray
    probabilities: np.ndarray
    vectors: np.ndarray

    @classmethod
    def of(cls, rows: pd.DataFrame, classifier: Classifier) -> ReadTexts:
        """Let ``classifier`` read a table with ``text, label``."""
        texts = Texts.of(rows)
        reading = classifier.read(texts.texts)
        return cls(texts.texts, texts.units, reading.probabilities, similarity_vectors(reading))

    def corrections(
        self, rows: np.ndarray, units: np.ndarray, rules: SimilarityRules
    ) -> SimilarCorrections:
        """Return the corrections of the texts in ``rows``; ``units`` (N,) are those given."""
        row_of = {self.texts[row]: row for row in rows}
        similar = SimilarCorrections(rules)
        similar.learn(
            {text: isco08().units[units[row]] for text, row in row_of.items()},
            lambda texts: self.vectors[[row_of[text] for text in texts]],
        )
        return similar


@dataclass(frozen=True)
class Trial:
    """One office with one draw of its corrections, and what is measured with them."""

    office: str
    corrections: dict[str, str]
    measured: dict[str, Texts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with dev_titles.csv")
    parser.add_argument("--bundle", type=Path, default=Path("models/bundled"))
    parser.add_argument("--reference", type=Path, default=Path("data/reference"))
    parser.add_argument("--corrections", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    trials = [
        trial
        for seed in range(arguments.seeds)
        for trial in _trials(arguments, random.Random(seed))
    ]
    model = Model(arguments.bundle, trials)
    tables = []
    for office in dict.fromkeys(trial.office for trial in trials):
        rules = fit_rules(model, [trial for trial in trials if trial.office != office])
        tables += [measure(model, trial, rules) for trial in trials if trial.office == office]
    table = pd.concat(tables).groupby(["office", "texts"], sort=False).mean().round(4)
    print(table.to_string())
    print(json.dumps(asdict(fit_rules(model, trials))))


def _trials(arguments: argparse.Namespace, rng: random.Random) -> list[Trial]:
    office_tables, foreign = offices(arguments.reference, arguments.data)
    trials = []
    for name, rows in office_tables.items():
        rows = rows.drop_duplicates("text").sample(frac=1, random_state=rng.randrange(2**32))
        n = min(arguments.corrections, len(rows) // 2)
        corrected, rest = rows.iloc[:n], rows.iloc[n:]
        corrections = dict(zip(corrected["text"], corrected["label"], strict=True))
        language = name if name in LANGUAGES else "en"
        measured = {
            "rest": rest,
            "near-duplicates": near_duplicates(corrected, language, rng),
            **foreign,
        }
        trials.append(
            Trial(
                name,
                corrections,
                {
                    key: Texts.of(texts[~texts["text"].isin(corrections)])
                    for key, texts in measured.items()
                },
            )
        )
    return trials


def offices(
    reference: Path, data: Path | None
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return the offices and the foreign sets by name: tables with ``text, label``.

    ``reference`` has the bundled answers; ``data`` is the folder of ``dev_titles.csv``, if any.
    """

    def answers(language: str) -> pd.DataFrame:
        rows = read_answers(reference, [language])
        return rows.loc[rows["part"] == HOLD_OUT, ["text", "label", "kind"]]

    def plain(rows: pd.DataFrame, n: int) -> pd.DataFrame:
        return rows.sample(min(n, len(rows)), random_state=1)[["text", "label"]]

    english = answers("en")
    is_rule = english["label"].isin([*OWN_RULES, *OWN_RULES.values()])
    own = english[is_rule].assign(label=english["label"].replace(OWN_RULES))
    is_vacancy = english["kind"] == "vacancy"
    is_survey = ~is_vacancy & ~english["kind"].isin(["vague", "border"])
    found = {
        "vacancies": plain(english[is_vacancy], 2000),
        "survey": plain(english[is_survey], 1600),
        "de": plain(answers("de"), 1000),
        "pl": plain(answers("pl"), 1000),
        "own rules": own[["text", "label"]],
    }
    foreign = {"foreign answers": english.sample(1500, random_state=7)[["text", "label"]]}
    if data is not None:
        dev = read_titles(data / "dev_titles.csv")
        is_esco = dev["source"].str.contains("esco") & (dev["title_in_train"] == "")
        found["ESCO"] = dev.loc[is_esco, ["text", "label"]]
        foreign["foreign titles"] = dev.loc[dev["source"].str.contains("ilo"), ["text", "label"]]
    return found, foreign


def read_titles(path: Path) -> pd.DataFrame:
    """Return the rows of a file of titles with codes, with ``text`` and ``label``."""
    rows = pd.read_csv(path, dtype=str).fillna("")
    texts = [join(*row) for row in rows[["job_title", "duties_description"]].to_numpy()]
    return rows.assign(text=texts, label=rows["isco_code"])


class Model:
    """A bundle, with what it makes of all texts of the trials."""

    def __init__(self, bundle_dir: Path, trials: Sequence[Trial]) -> None:
        distinct = {
            text
            for trial in trials
            for texts in ([*trial.corrections], *(m.texts for m in trial.measured.values()))
            for text in texts
        }
        texts = sorted(distinct)
        self._rows = {text: row for row, text in enumerate(texts)}
        reading = open_classifier(Bundle.open(bundle_dir), InferenceSettings()).read(texts)
        self._probabilities = reading.probabilities
        self._vectors = similarity_vectors(reading)

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, 436) the probabilities of the model alone."""
        return self._probabilities[[self._rows[text] for text in texts]]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, D) the vectors of texts."""
        return self._vectors[[self._rows[text] for text in texts]]

    def office(self, trial: Trial, rules: SimilarityRules) -> SimilarCorrections:
        """Return the corrections of a trial."""
        similar = SimilarCorrections(rules)
        similar.learn(trial.corrections, self.vectors)
        return similar


def fit_rules(model: Model, trials: Sequence[Trial]) -> SimilarityRules:
    """Return the rules under which the right codes of all measured texts are likeliest."""
    fits = [_fit(model, trials, sharpness) for sharpness in _SHARPNESSES]
    return min(fits, key=lambda fit: fit[0])[1]


def _fit(model: Model, trials: Sequence[Trial], sharpness: float) -> tuple[float, SimilarityRules]:
    wide = SimilarityRules(0.0, 0.0, sharpness, _LOWEST_COSINE)
    parts = []  # (4, N): cosine of the nearest; right code by the model, by the vote; weight
    for trial in trials:
        similar = model.office(trial, wide)
        for name, texts in trial.measured.items():
            alone = model.probabilities(texts.texts)
            for row, voters in enumerate(similar.nearest(model.vectors(texts.texts))):
                if len(voters.rows):
                    unit = texts.units[row]
                    weight = _WEIGHTS.get(name, _FOREIGN_WEIGHT / 2) / len(texts.texts)
                    vote = similar.votes(voters)[unit]
                    parts.append((voters.cosines[0], alone[row, unit], vote, weight))
    cosine, by_model, by_vote, weight = np.array(parts).T

    def loss(chosen: np.ndarray) -> float:
        offset, slope = map(float, chosen)
        share = SimilarityRules(offset, slope, sharpness, _LOWEST_COSINE).share(cosine)
        return -float(weight @ np.log((1 - share) * by_model + share * by_vote + 1e-6))

    best = minimize(loss, [3.0, 15.0], method="Nelder-Mead")
    offset, slope = (round(float(value), 2) for value in best.x)
    lowest = 1 + (np.log(_LEAST_SHARE / (1 - _LEAST_SHARE)) - offset) / slope
    rules = SimilarityRules(offset, slope, sharpness, round(max(lowest, _LOWEST_COSINE), 2))
    return float(best.fun), rules


def measure(model: Model, trial: Trial, rules: SimilarityRules) -> pd.DataFrame:
    """Return a row for each kind of measured text; each pair of columns is before and after."""
    similar = model.office(trial, rules)
    rows = []
    for name, texts in trial.measured.items():
        alone = model.probabilities(texts.texts)
        neighbors = similar.nearest(model.vectors(texts.texts))
        together = similar.blend(alone, neighbors, _THRESHOLD)
        is_reached = np.array([len(voters.rows) > 0 for voters in neighbors])
        groups: dict[str, Callable[[str], bool]] = {name: lambda kind: True}
        for kind in dict.fromkeys(filter(None, texts.kinds)):
            groups[f"– {kind}"] = kind.__eq__
        for group, belongs in groups.items():
            chosen = np.array([belongs(kind) for kind in texts.kinds])
            row: dict[str, object] = {"office": trial.office, "texts": group}
            for when, probabilities in (("before", alone), ("after", together)):
                row |= figures(probabilities[chosen], texts.units[chosen], when)
            rows.append({**row, "reached": is_reached[chosen].mean(), "n": chosen.sum()})
    return pd.DataFrame(rows)


def figures(
    probabilities: np.ndarray, units: np.ndarray, when: str, threshold: float = _THRESHOLD
) -> dict[str, float]:
    """Return accuracy, calibration error and what is autocoded; ``when`` is a part of the names."""
    confidence, best = probabilities.max(axis=1), probabilities.argmax(axis=1)
    is_right, is_sure = best == units, confidence >= np.float32(threshold)
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs((is_right[bins == b] - confidence[bins == b]).sum()) for b in range(10)]
    return {
        f"right {when}": is_right.mean(),
        f"ECE {when}": sum(gaps) / len(units),
        f"autocoded {when}": is_sure.mean(),
        f"agreeing {when}": is_right[is_sure].mean() if is_sure.any() else np.nan,
    }


if __name__ == "__main__":
    main()
