"""What each choice of the recipe brings: ``python -m benchmarks.experiments RECORDS DEV --out F``.

A full training takes hours on two cores, so choices are compared on less: the first two of the
six layers, one epoch, everything else as in ``models/recipe/first.yaml``. Each variant changes one
thing and is measured without temperature on the titles of DEV that no record has, as they are and
with one typo each, and on the gold answers by kind; so is the lexicon that the same texts teach,
alone. A line of JSON per variant is appended to F; variants that stand there already are not run
again.
"""

from __future__ import annotations

import argparse
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

from exporters.parity import checkpoint_logits
from isco.settings import Settings, load_settings
from isco.taxonomy import isco08
from isco.text import join
from training import augment
from training.encoder import load_encoder
from training.finetune import finetune
from training.lexicon import fit_lexicon
from training.minilm import MINILM
from training.prepare import SHIPPED_GOLD, Gathered, gather
from training.split import SIDES, split

_N_LAYERS = 2
_CHANCES = ("DROP_DUTIES", "SHORTEN_DUTIES", "BORROW_TASK", "TURN_AROUND", "ABBREVIATE", "INFLECT",
            "SURROUND", "TYPO")  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """One change: of the chances in ``training/augment.py``, or of the records to learn from."""

    chances: dict[str, float] = field(default_factory=dict)
    records: Callable[[pd.DataFrame], pd.DataFrame] = lambda known: known


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
    "without the answers": Variant(records=lambda known: known[known["source"] != "answers"]),
    "without O*NET": Variant(records=lambda known: known[~known["source"].str.startswith("onet")]),
    "every source trusted alike": Variant(records=lambda known: known.assign(weight=1.0)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("dev", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=Path("models/recipe/first.yaml"))
    parser.add_argument("--only", choices=VARIANTS, nargs="+", default=list(VARIANTS))
    arguments = parser.parse_args()
    settings = load_settings(arguments.config)
    model = settings.model.model_copy(update={"epochs": 1})
    done = set()
    if arguments.out.exists():
        lines = arguments.out.read_text(encoding="utf-8").splitlines()
        done = {json.loads(line)["variant"] for line in lines}
    with tempfile.TemporaryDirectory() as folder:
        data = settings.data.model_copy(update={"processed_dir": Path(folder) / "processed"})
        settings = settings.model_copy(update={"data": data, "model": model})
        nothing = pd.DataFrame(columns=["text", "label", "file", "is_held_out", "is_new"])
        gathered = gather(settings, arguments.records, nothing.astype({"is_held_out": bool}))
        parts = _questions(arguments.dev, gathered)
        for name in arguments.only:
            if name not in done:
                figures = _run(VARIANTS[name], gathered, parts, settings, Path(folder) / name[:8])
                with arguments.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"variant": name, **figures}) + "\n")


def _questions(dev: Path, gathered: Gathered) -> dict[str, pd.DataFrame]:
    """Part → ``text, label``."""
    rows = pd.read_csv(dev, dtype=str, keep_default_na=False)
    rows = rows[rows["title_in_train"] == ""]
    chance = random.Random(0)
    typed = rows.assign(job_title=[augment.typo(title, chance) for title in rows["job_title"]])
    parts = {}
    for suffix, each in (("", rows), (", typo", typed)):
        pairs = zip(each["job_title"], each["duties_description"], strict=True)
        texts = pd.DataFrame(
            {"text": [join(*pair) for pair in pairs], "label": each["isco_code"].to_numpy()}
        )
        for source in ("ilo_index", "esco_1.1.1"):
            parts[source + suffix] = texts[(each["source"] == source).to_numpy()]
    gold = gathered.gold[SHIPPED_GOLD]
    parts["gold"] = gold
    parts |= {f"gold, {kind}": of_kind for kind, of_kind in gold.groupby("kind")}
    return parts


def _run(
    variant: Variant,
    gathered: Gathered,
    parts: dict[str, pd.DataFrame],
    settings: Settings,
    folder: Path,
) -> dict[str, dict[str, float]]:
    start, seed = time.perf_counter(), settings.training.seed
    chosen = settings.training
    known = variant.records(gathered.known).reset_index(drop=True)
    set_seed(seed)
    tokenizer, model = load_encoder(MINILM, known["text"], folder)
    model.roberta.encoder.layer = model.roberta.encoder.layer[:_N_LAYERS]
    model.config.num_hidden_layers = _N_LAYERS
    known, _ = split(known, chosen.validation_share, chosen.test_share, seed)
    sides = {side: known[known["side"] == side] for side in SIDES}
    with ExitStack() as changed:
        for constant, chance in variant.chances.items():
            changed.enter_context(patch.object(augment, constant, chance))
        finetune(model, tokenizer, sides["train"], sides["validation"], settings, folder)
        lexicon = fit_lexicon(sides["train"], seed)
    figures: dict[str, dict[str, float]] = {"network": {}, "lexicon": {}}
    for name, rows in parts.items():
        texts, codes = list(rows["text"]), rows["label"].to_numpy(str)
        said = {
            "network": checkpoint_logits(model, tokenizer, texts, settings.model.max_seq_length),
            "lexicon": lexicon.scores(texts),
        }
        for which, scores in said.items():
            best = np.array(isco08().units)[scores.argmax(axis=1)]
            figures[which][name] = round(float((best == codes).mean()), 4)
    return {**figures, "seconds": {"all": round(time.perf_counter() - start)}}


if __name__ == "__main__":
    main()
