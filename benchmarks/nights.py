"""Simulate what the n-gram model learns at night, and what the gate says:
``python -m benchmarks.nights --data DIR [--poison]``.

An office is one of ``REPORTED``, or *vacancies*, *rules A*, *ESCO* or *de list*, on which settings
were chosen. It has texts with codes of its own: 300 of them, or half, are corrected over
``--nights`` nights. Each night one new correction in five is kept out, as in ``run_nightly``; the
others are taught to the n-gram model, with replayed answers, the office's archive and generated
titles. Measured on the last night, with the network as it ships: other texts of the office (*rest*)
and near-duplicates of the corrected titles, by the model alone and with similar corrections as
served; what was taught, by the model alone; and foreign texts, which nobody corrected: the hold-out
answers, and titles on which the bundled model was developed. Of an office with rules of its own the
unit groups of its rules are no foreign texts. ``--gate`` adds the gate's verdict; if the program
doubts the office's answers, a person has confirmed them.

``--poison``: nights with wrong corrections instead, each from the bundled model: whether they are
refused by the check of coders before anything is learned, by the gate, or not.

The settings of a night are ``fine_tune`` as it ships; ``--set NAME=VALUE`` changes one of them.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from transformers import AutoTokenizer

from benchmarks.near_duplicates import LANGUAGES, near_duplicates
from benchmarks.offices import OWN_RULES, read_titles
from core.settings import Settings
from core.taxonomy import isco08
from inference.autocoder import open_autocoder
from inference.bundle import Bundle
from inference.classifier import Reading, combine, open_classifier
from inference.corrections_lookup import CorrectionsLookup
from inference.doubt.coder_check import CoderAnswers, check_answers
from inference.ngram_model import NgramModel
from inference.similar_corrections import SimilarCorrections, similarity_of, similarity_vectors
from training.dataset.dataset_parts import BUNDLED_HOLD_OUT, OTHER_LANGUAGES
from training.dataset.fine_tune_set import build_fine_tune_set, pseudo_titles
from training.dataset.overruled import overruled_texts
from training.dataset.reference_data import read_answers
from training.dataset.splits import HOLD_OUT, MAX_ANSWERS, TRAIN, is_held_out_correction
from training.evaluation.gate import ComparedTexts, GateResult, compare_models
from training.evaluation.metrics import expected_calibration_error
from training.model.ngram_corrections import teach_ngram_model
from training.own_rules import without_overruled

_UNITS = np.array(isco08().units)
_RULES = {
    "rules A": OWN_RULES,
    "rules B": {
        "4110": "4120",
        "3343": "4120",
        "5153": "9112",
        "2342": "5311",
        "8332": "8322",
        "3313": "2411",
        "2512": "2514",
    },
}
REPORTED = ("survey", "duties", "rules B", "pl", "fr list", "id list")
"""Offices on which no setting was chosen."""
_THRESHOLD = 0.9


@dataclass(frozen=True)
class Office:
    """Corrections in the order they arrive, and what is measured: tables with ``text, label``."""

    name: str
    corrections: pd.DataFrame
    archive: list[str]
    measured: dict[str, pd.DataFrame]
    foreign: dict[str, pd.DataFrame]


class Sources:
    """The bundled reference answers and, from ``data``, titles that no model has learned."""

    def __init__(self, reference: Path, data: Path, languages: Sequence[str]) -> None:
        self.answers = read_answers(reference, languages)
        self._english, self._multi = (
            rows[rows["title_in_train"] == ""]
            for rows in map(read_titles, (data / "dev_titles.csv", data / "dev_multi.csv.gz"))
        )

    def hold_out(self, language: str) -> pd.DataFrame:
        rows = self.answers
        return rows[(rows["language"] == language) & (rows["part"] == HOLD_OUT)]

    def office(self, name: str) -> tuple[pd.DataFrame, str]:
        """Return the texts of an office and their language."""
        english, multi = self.hold_out("en"), self._multi
        if name in _RULES:
            rules = _RULES[name]
            rows = english[english["label"].isin([*rules, *rules.values()])]
            return rows.assign(label=rows["label"].replace(rules)), "en"
        if name in ("vacancies", "duties"):
            return english[english["kind"] == name.replace("vacancies", "vacancy")], "en"
        if name == "survey":
            short = ("title", "misspelt", "abbreviated", "first_person")
            return english[english["kind"].isin(short)], "en"
        if name == "ESCO":
            return self._english[self._english["source"].str.contains("esco")], "en"
        if name == "pl":
            return self.hold_out("pl"), "pl"
        language = name.removesuffix(" list")
        source = {"de": "ba_berufsliste", "fr": "national_fra", "id": "kbji2014"}[language]
        is_own = (multi["language"] == language) & multi["source"].str.startswith(source)
        return multi[is_own], language

    def foreign(self) -> dict[str, pd.DataFrame]:
        """Return foreign texts by name."""
        english, answers = self._english, self.answers
        others = answers[(answers["part"] == HOLD_OUT) & (answers["language"] != "en")]
        return {
            "hold-out answers": self.hold_out("en").sample(4000, random_state=7),
            "answers, other languages": others.sample(2000, random_state=7),
            "index titles": english[english["source"].str.contains("ilo")],
            "titles, other languages": self._multi.sample(1500, random_state=7),
        }


def open_office(sources: Sources, name: str, n: int, seed: int) -> Office:
    """Draw the corrections of an office, and what is measured."""
    rng = random.Random(f"{name} {seed}")
    rows, language = sources.office(name)
    rows = rows[["text", "label"]].drop_duplicates("text")
    rows = rows.sample(frac=1, random_state=rng.randrange(2**32), ignore_index=True)
    n = min(n, len(rows) // 2)
    corrections, rest = rows.iloc[:n], rows.iloc[n:]
    own_rules = _RULES.get(name, {})
    ruled = {*own_rules, *own_rules.values()}
    measured = {"rest": rest.iloc[:1000]}
    if language in LANGUAGES:
        measured["near-duplicates"] = near_duplicates(corrections, language, rng)
    foreign = {
        title: table[~table["text"].isin(rows["text"]) & ~table["label"].isin(ruled)]
        for title, table in sources.foreign().items()
    }
    return Office(name, corrections, list(rest["text"].iloc[-200:]), measured, foreign)


class Model:
    """A bundle: what its network says of each text is computed once; its n-gram model changes."""

    def __init__(self, bundle: Bundle) -> None:
        self.manifest, self._spelling = bundle.manifest, bundle.spelling()
        self.rules = similarity_of(bundle)
        self.shipped = bundle.ngram_model()
        settings = Settings().with_values("inference", threads=1)
        self._classifier = open_classifier(bundle, settings.inference)
        self._autocoder = open_autocoder(bundle, settings, CorrectionsLookup())
        self._logits: dict[str, np.ndarray] = {}
        self._probabilities: dict[str, np.ndarray] = {}

    def spelled(self, texts: Iterable[str]) -> list[str]:
        return [self._spelling.correct(text) for text in texts]

    def network(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, 436) logits of the network."""
        new = [text for text in dict.fromkeys(texts) if text not in self._logits]
        if new:
            self._logits.update(zip(new, self._classifier.read(new).logits, strict=True))
        return np.array([self._logits[text] for text in texts]).reshape(-1, len(_UNITS))

    def read(self, texts: Sequence[str], ngram_model: NgramModel) -> Reading:
        logits, vectors = self.network(texts), ngram_model.text_vectors(self.spelled(texts))
        scores = ngram_model.scores_of(vectors)
        manifest = self.manifest
        probabilities = combine(logits, scores, manifest.temperature, manifest.ngram_weight)
        return Reading(probabilities, logits, vectors)

    def as_shipped(self, texts: Sequence[str]) -> np.ndarray:
        """Return (N, 436) probabilities of the model as it ships."""
        new = [text for text in dict.fromkeys(texts) if text not in self._probabilities]
        if new:
            probabilities = self.read(new, self.shipped).probabilities
            self._probabilities.update(zip(new, probabilities, strict=True))
        return np.array([self._probabilities[text] for text in texts]).reshape(-1, len(_UNITS))

    def doubts(self, corrections: pd.DataFrame) -> tuple[str, ...]:
        """Return why the program doubts who made the corrections; nothing if it believes them."""
        codes = dict(zip(corrections["text"], corrections["label"], strict=True))
        (doubt,) = check_answers([CoderAnswers("", codes)], self._autocoder)
        return doubt.reasons if doubt is not None else ()

    def served(
        self, texts: Sequence[str], ngram_model: NgramModel, corrections: pd.DataFrame
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return (N, 436) probabilities of the model alone, and with similar corrections."""
        reading = self.read(texts, ngram_model)
        similar = SimilarCorrections(self.rules)
        similar.learn(
            dict(zip(corrections["text"], corrections["label"], strict=True)),
            lambda new: similarity_vectors(self.read(list(new), ngram_model)),
        )
        neighbors = similar.nearest(similarity_vectors(reading))
        return reading.probabilities, similar.blend(reading.probabilities, neighbors, _THRESHOLD)


def learn(
    model: Model,
    ngram_model: NgramModel,
    corrections: pd.DataFrame,
    known: pd.DataFrame,
    unlabelled: list[str],
    settings: Settings,
) -> NgramModel:
    """Return the n-gram model after a night; see ``build_fine_tune_set`` for the parameters."""
    texts = build_fine_tune_set(corrections, known, unlabelled, (), settings)
    reading = model.read(list(texts["text"]), ngram_model)
    kept = ~overruled_texts(texts, reading, model.rules)
    network = reading.logits[kept] / model.manifest.temperature
    texts = texts[kept].reset_index(drop=True)
    spelled = texts.assign(text=model.spelled(texts["text"]))
    parent, weight = reading.probabilities[kept], model.manifest.ngram_weight
    return teach_ngram_model(ngram_model, spelled, network, parent, weight, settings)


def week(
    model: Model,
    office: Office,
    sources: Sources,
    n_nights: int,
    tokenizer: object,
    settings: Settings,
) -> tuple[NgramModel, pd.DataFrame]:
    """Return the n-gram model after the nights, and the corrections with what was held out."""
    own = {*office.corrections["text"], *office.measured["rest"]["text"]}
    answers = sources.answers
    known = answers[(answers["part"] == TRAIN) & ~answers["text"].isin(own)]
    position = np.arange(len(office.corrections)) * n_nights // len(office.corrections)
    held_out = np.array([is_held_out_correction(text) for text in office.corrections["text"]])
    ngram_model, taught = model.shipped, np.zeros(len(office.corrections), bool)
    arrived = office.corrections
    for night in range(n_nights):
        is_new = position == night
        is_held_out = is_new & held_out
        arrived = office.corrections.assign(
            is_new=is_new, is_held_out=is_held_out, is_first=is_new | ~taught
        )[position <= night]
        taught |= (position <= night) & ~is_held_out
        seed = settings.training.seed + len(arrived)
        pseudo = pseudo_titles(tokenizer, settings.fine_tune.rehearsal_texts, seed)
        ngram_model = learn(
            model, ngram_model, arrived, known, [*office.archive, *pseudo], settings
        )
    return ngram_model, arrived.reset_index(drop=True)


def _right(probabilities: np.ndarray, rows: pd.DataFrame) -> float:
    return float((_UNITS[probabilities.argmax(axis=1)] == rows["label"].to_numpy(str)).mean())


def measure(
    model: Model, office: Office, ngram_model: NgramModel, corrections: pd.DataFrame
) -> dict[str, float]:
    """Return the shares of right codes before and after; what ends in ``served`` has neighbours."""
    figures = {}
    learned = corrections[~corrections["is_held_out"]]
    for when, chosen in (("before", model.shipped), ("after", ngram_model)):
        for name, rows in {**office.measured, **office.foreign}.items():
            alone, served = model.served(list(rows["text"]), chosen, corrections)
            figures[f"{name}, {when}"] = _right(alone, rows)
            figures[f"{name}, {when}, served"] = _right(served, rows)
            if name in ("rest", "hold-out answers"):
                hits = _UNITS[served.argmax(axis=1)] == rows["label"].to_numpy(str)
                error = expected_calibration_error(served.max(axis=1), hits)
                figures[f"{name}, ECE {when}"] = error
        alone = model.read(list(learned["text"]), chosen).probabilities
        figures[f"taught, {when}"] = _right(alone, learned)
    return figures


def gate_verdict(
    model: Model,
    sources: Sources,
    office: Office,
    ngram_model: NgramModel,
    corrections: pd.DataFrame,
    settings: Settings,
) -> GateResult:
    """Return what the gate decides; no set that measures has a text of the office.

    Corrections that the program doubts were confirmed.
    """
    answers = sources.answers
    answers = answers[(answers["part"] == HOLD_OUT)]
    answers = answers[~answers["text"].isin([*corrections["text"], *office.archive])]
    others = answers[answers["language"] != "en"].groupby("language").head(MAX_ANSWERS[HOLD_OUT])
    sets = {BUNDLED_HOLD_OUT: answers[answers["language"] == "en"], OTHER_LANGUAGES: others}

    def compared(rows: pd.DataFrame) -> ComparedTexts:
        texts = list(rows["text"])
        challenger = model.read(texts, ngram_model).probabilities
        return ComparedTexts(list(rows["label"]), model.as_shipped(texts), challenger)

    held_out = corrections["is_held_out"]
    confirmed = corrections if model.doubts(corrections) else corrections.iloc[:0]
    hold_out, _ = without_overruled(
        {name: compared(rows) for name, rows in sets.items()},
        sets,
        confirmed,
        model.rules,
        lambda texts: model.read(texts, model.shipped),
    )
    return compare_models(
        hold_out,
        compared(corrections[~held_out]),
        compared(corrections[held_out]),
        compared(confirmed[confirmed["is_held_out"]]),
        settings.gate,
    )


def _random(labels: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    wrong = _UNITS[(np.searchsorted(_UNITS, labels) + rng.integers(1, 436, len(labels))) % 436]
    return np.where(rng.random(len(labels)) < share, wrong, labels)


def _one_rule(labels: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Give all texts of the commonest group the code that the model finds likeliest besides."""
    groups, sizes = np.unique(labels, return_counts=True)
    of_group = labels == groups[sizes.argmax()]
    others, n = np.unique(best[of_group & (best[:, 0] == labels), 1], return_counts=True)
    return np.where(of_group, others[n.argmax()], labels)


POISONS: dict[str, Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]] = {
    "all shuffled": lambda labels, best, rng: rng.permutation(labels),
    "codes shifted by a row": lambda labels, best, rng: np.roll(labels, 1),
    "one code for all": lambda labels, best, rng: np.full(len(labels), rng.choice(_UNITS)),
    "all random": lambda labels, best, rng: _random(labels, 1.0, rng),
    # A coder who contradicts the model wherever it is right, and confirms it where it is wrong.
    "wrong on purpose": lambda labels, best, rng: np.where(
        best[:, 0] == labels, best[:, 1], best[:, 0]
    ),
    "one wrong rule": lambda labels, best, rng: _one_rule(labels, best),
    "30 % random": lambda labels, best, rng: _random(labels, 0.3, rng),
    "50 % random": lambda labels, best, rng: _random(labels, 0.5, rng),
}
"""How codes go wrong, by the right ones (N,), and the two best of the model (N, 2)."""


def poison(
    model: Model, sources: Sources, office: Office, kind: str, tokenizer: object, settings: Settings
) -> dict[str, object]:
    """Return whether a night with wrong corrections is refused, and why."""
    rng = np.random.default_rng(len(office.corrections))
    rows = office.corrections
    order = np.argsort(-model.as_shipped(list(rows["text"])), axis=1)
    wrong = POISONS[kind](rows["label"].to_numpy(str), _UNITS[order[:, :2]], rng)
    poisoned = replace(office, corrections=rows.assign(label=wrong))
    reasons = list(model.doubts(poisoned.corrections))
    when = "by the check of coders"
    figures: dict[str, float] = {}
    if not reasons:
        ngram_model, arrived = week(model, poisoned, sources, 1, tokenizer, settings)
        reasons = gate_verdict(model, sources, poisoned, ngram_model, arrived, settings).reasons
        when = "by the gate"
        rest = office.measured["rest"]
        for name, chosen in (("before", model.shipped), ("after", ngram_model)):
            alone, _ = model.served(list(rest["text"]), chosen, arrived)
            figures[f"rest, {name}"] = _right(alone, rest)
    return {
        "poison": kind,
        "office": office.name,
        "n_wrong": int((wrong != rows["label"].to_numpy(str)).sum()),
        "refused": bool(reasons),
        "when": when,
        "reasons": reasons,
        **figures,
    }


def _settings(changes: Sequence[str]) -> Settings:
    settings = Settings()
    values = settings.fine_tune.model_dump() | dict(change.split("=", 1) for change in changes)
    fine_tune = type(settings.fine_tune).model_validate(values)
    return settings.model_copy(update={"fine_tune": fine_tune})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="dev_titles.csv, dev_multi.csv.gz")
    parser.add_argument("--bundle", type=Path, default=Path("models/bundled"))
    parser.add_argument("--reference", type=Path, default=Path("data/reference"))
    parser.add_argument("--offices", nargs="+", default=REPORTED)
    parser.add_argument("--corrections", type=int, default=300)
    parser.add_argument("--nights", type=int, default=1)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--set", nargs="+", default=[], help="as ngram_epochs=16")
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--poison", nargs="*", choices=POISONS, help="by default every kind")
    parser.add_argument("--out", type=Path, help="JSON lines are added to this file")
    arguments = parser.parse_args()
    settings = _settings(arguments.set)
    bundle = Bundle.open(arguments.bundle)
    tokenizer = AutoTokenizer.from_pretrained(bundle.checkpoint_dir())
    model = Model(bundle)
    sources = Sources(arguments.reference, arguments.data, bundle.manifest.languages)
    for seed in arguments.seeds:
        for name in arguments.offices:
            office = open_office(sources, name, arguments.corrections, seed)
            if arguments.poison is not None:
                for kind in arguments.poison or POISONS:
                    line = poison(model, sources, office, kind, tokenizer, settings)
                    print_line({**line, "seed": seed}, arguments.out)
                continue
            ngram_model, arrived = week(
                model, office, sources, arguments.nights, tokenizer, settings
            )
            line = {"office": name, "seed": seed, "nights": arguments.nights, "set": arguments.set}
            line |= measure(model, office, ngram_model, arrived)
            if arguments.gate:
                verdict = gate_verdict(model, sources, office, ngram_model, arrived, settings)
                line |= {"promoted": verdict.promoted, "reasons": verdict.reasons}
            print_line(line, arguments.out)


def print_line(line: dict[str, object], out: Path | None) -> None:
    """Print figures as a line of JSON, and add it to the file ``out`` if there is one."""
    rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in line.items()}
    print(json.dumps(rounded, ensure_ascii=False), flush=True)
    if out is not None:
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(rounded, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
