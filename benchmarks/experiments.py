"""Measure what each choice of the training brings:
``python -m benchmarks.experiments RECORDS DEV --out FILE``.

A full training takes hours on two cores, so the choices are compared on less: a network of the
first two of the six layers after one epoch of small batches, and an n-gram model after three. All
else is as in ``models/recipes/bundled.yaml``. Each variant changes one thing. It is measured
without temperature on the titles of DEV that no record has, as they are and with one typo each, and
on the hold-out answers by kind. A line of JSON for each variant and learner is appended to FILE;
what FILE has already is not run again.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from transformers import set_seed

from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from core.taxonomy import isco08
from core.text import join
from exporters.parity import checkpoint_logits
from training.dataset import augmentation
from training.dataset.dataset_parts import BUNDLED_HOLD_OUT, LoadedDataset
from training.dataset.prepare import load_dataset
from training.dataset.splits import SIDES
from training.model import ngram_trainer
from training.model.encoder import load_encoder
from training.model.minilm import MINILM
from training.model.trainer import train_model

_N_LAYERS = 2
_N_NGRAM_EPOCHS = 3
_SHORT = {"epochs": 1, "batch_size": 16, "learning_rate": 5e-4}
_CHANCES = (
    "DROP_DUTIES",
    "SHORTEN_DUTIES",
    "BORROW_TASK",
    "TURN_AROUND",
    "ABBREVIATE",
    "INFLECT",
    "SURROUND",
    "TYPO",
)

Score = Callable[[list[str]], np.ndarray]
"""Texts → scores (N, 436)."""
Learn = Callable[[dict[str, pd.DataFrame], Settings], Score]
"""Texts by side of the split → the scores of the model that learned them."""


@dataclass(frozen=True)
class Variant:
    """One change: of the chances in ``augmentation.py``, or of the records to learn from."""

    chances: dict[str, float] = field(default_factory=dict)
    records: Callable[[pd.DataFrame], pd.DataFrame] = lambda texts: texts


VARIANTS = {
    "as it ships": Variant(),
    "no augmentation": Variant(dict.fromkeys(_CHANCES, 0.0)),
    "no typos": Variant({"TYPO": 0.0}),
    "no abbreviations": Variant({"ABBREVIATE": 0.0}),
    "duties kept as they are": Variant({"DROP_DUTIES": 0.0, "SHORTEN_DUTIES": 0.0}),
    "no borrowed task": Variant({"BORROW_TASK": 0.0}),
    "no word order, plural, surroundings": Variant(
        {"TURN_AROUND": 0.0, "INFLECT": 0.0, "SURROUND": 0.0}
    ),
    "without the answers": Variant(records=lambda texts: texts[texts["source"] != "answers"]),
    "without O*NET": Variant(records=lambda texts: texts[~texts["source"].str.startswith("onet")]),
    "every source trusted alike": Variant(records=lambda texts: texts.assign(weight=1.0)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("dev", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=Path("models/recipes/bundled.yaml"))
    parser.add_argument("--learner", choices=LEARNERS, nargs="+", default=list(LEARNERS))
    parser.add_argument("--only", choices=VARIANTS, nargs="+", default=list(VARIANTS))
    arguments = parser.parse_args()
    settings = load_settings(arguments.config)
    model = settings.model.model_copy(update=_SHORT)
    done: set[tuple[str, str]] = set()
    if arguments.out.exists():
        lines = map(json.loads, arguments.out.read_text(encoding="utf-8").splitlines())
        done = {(line["variant"], line["learner"]) for line in lines}
    with tempfile.TemporaryDirectory() as folder:
        data = settings.data.model_copy(update={"processed_dir": Path(folder) / "processed"})
        settings = settings.model_copy(update={"data": data, "model": model})
        nothing = pd.DataFrame(columns=["text", "label", "file", "is_held_out", "is_new"])
        loaded = load_dataset(settings, arguments.records, nothing.astype({"is_held_out": bool}))
        parts = _test_parts(arguments.dev, loaded)
        for name, learner in itertools.product(arguments.only, arguments.learner):
            if (name, learner) in done:
                continue
            start = time.perf_counter()
            score = _learn(VARIANTS[name], LEARNERS[learner], loaded, settings)
            line = {"variant": name, "learner": learner, **_accuracies(score, parts)}
            line["seconds"] = round(time.perf_counter() - start)
            with arguments.out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def _test_parts(dev: Path, loaded: LoadedDataset) -> dict[str, pd.DataFrame]:
    """Return part → texts to measure on, with the columns ``text, label``."""
    rows = pd.read_csv(dev, dtype=str, keep_default_na=False)
    rows = rows[rows["title_in_train"] == ""]
    rng = random.Random(0)
    typed = rows.assign(job_title=[augmentation.typo(title, rng) for title in rows["job_title"]])
    parts = {}
    for suffix, dev_rows in (("", rows), (", typo", typed)):
        pairs = zip(dev_rows["job_title"], dev_rows["duties_description"], strict=True)
        texts = pd.DataFrame(
            {"text": [join(*pair) for pair in pairs], "label": dev_rows["isco_code"].to_numpy()}
        )
        for source in ("ilo_index", "esco_1.1.1"):
            parts[source + suffix] = texts[(dev_rows["source"] == source).to_numpy()]
    hold_out = loaded.hold_out[BUNDLED_HOLD_OUT]
    parts["gold"] = hold_out
    parts |= {f"gold, {kind}": of_kind for kind, of_kind in hold_out.groupby("kind")}
    return parts


def _learn(variant: Variant, learn: Learn, loaded: LoadedDataset, settings: Settings) -> Score:
    texts = variant.records(loaded.texts).reset_index(drop=True)
    sides = {side: texts[texts["side"] == side] for side in SIDES}
    with ExitStack() as changed:
        for constant, chance in variant.chances.items():
            changed.enter_context(patch.object(augmentation, constant, chance))
        return learn(sides, settings)


def _network(sides: dict[str, pd.DataFrame], settings: Settings) -> Score:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        max_tokens = settings.model.max_seq_length
        set_seed(settings.training.seed)
        texts = pd.concat(sides.values())["text"]
        tokenizer, model = load_encoder(MINILM, texts, folder)
        model.roberta.encoder.layer = model.roberta.encoder.layer[:_N_LAYERS]
        model.config.num_hidden_layers = _N_LAYERS
        train_model(model, tokenizer, sides["train"], sides["validation"], settings, folder)
    return lambda texts: checkpoint_logits(model, tokenizer, texts, max_tokens)


def _ngram_model(sides: dict[str, pd.DataFrame], settings: Settings) -> Score:
    with patch.object(ngram_trainer, "MIN_EPOCHS", _N_NGRAM_EPOCHS):
        return ngram_trainer.fit_ngram_model(sides["train"], settings.training.seed).scores


def _accuracies(score: Score, parts: dict[str, pd.DataFrame]) -> dict[str, float]:
    """Return part → the share of its texts with the right unit group."""
    units = np.array(isco08().units)
    accuracies = {}
    for name, rows in parts.items():
        predicted = units[score(list(rows["text"])).argmax(axis=1)]
        accuracies[name] = round(float((predicted == rows["label"].to_numpy(str)).mean()), 4)
    return accuracies


LEARNERS: dict[str, Learn] = {"network": _network, "n-gram model": _ngram_model}


if __name__ == "__main__":
    main()
