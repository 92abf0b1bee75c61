"""Measure how much label noise the lists find: ``python -m benchmarks.noise RECORDS [--seed N]``.

One label in ten is made wrong on purpose: half of them become any other unit group, a quarter one
of the same major group, a quarter one of the same minor group (of the next wider group if it has no
other). Then the lists are made as a training makes them, and counted by distinct text: a text is
*wrong* if a record of it got a wrong label that is in ``conflicts.csv`` or won the vote.

``plain`` is MiniLM before any training on labels: the figure to publish. ``--encoder DIR`` is any
checkpoint. The one in ``models/bundled`` was trained on these labels before they were made wrong,
so its figure proves nothing. Labels that were wrong before count against the precision, which is
therefore a lower bound.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from transformers import (
    PreTrainedTokenizerBase,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from benchmarks.contenders import peak_mib
from core.settings import DataSettings
from core.settings_file.training_settings import TrainingSettings
from core.taxonomy import isco08
from training.dataset.records import read_records, resolve_conflicts
from training.dataset.splits import Origin
from training.label_quality.suspect_labels import LABEL_ISSUES, OUTLIERS, find_suspects
from training.model import minilm
from training.model.encoder import load_encoder

PLAIN = "plain"
SHARE = 0.1
# How a wrong code is drawn, by the digits it shares with the right one.
KINDS = {"any": 0, "major": 1, "minor": 3}
_KIND_OF_TURN = ("any", "any", "major", "minor")


def add_noise(records: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return ``records`` with a tenth of the labels wrong; ``kind`` is ``""`` for the others."""
    rng = np.random.default_rng(seed)
    labels = records["label"].to_numpy(object).copy()
    kinds = np.full(len(records), "", dtype=object)
    chosen = rng.permutation(len(records))[: round(len(records) * SHARE)]
    for turn, row in enumerate(chosen):
        kinds[row] = kind = _KIND_OF_TURN[turn % len(_KIND_OF_TURN)]
        labels[row] = _wrong_code(labels[row], KINDS[kind], rng)
    return records.assign(label=labels, kind=kinds)


def _wrong_code(code: str, n_digits: int, rng: np.random.Generator) -> str:
    for digits in range(n_digits, -1, -1):
        others = [u for u in isco08().units if u.startswith(code[:digits]) and u != code]
        if others:
            break
    return str(rng.choice(others))


def measure(listed: set[str], kinds: pd.Series) -> dict[str, float | int]:
    """Return recall and precision of ``listed``; ``kinds``: text → kind, ``""`` if it is right."""
    wrong = kinds[kinds != ""]
    hit = wrong.index.isin(listed)
    n_listed = kinds.index.isin(listed).sum()
    figures: dict[str, float | int] = {
        "n_listed": int(n_listed),
        "recall": round(float(hit.mean()), 3),
        "precision": round(float(hit.sum() / max(1, n_listed)), 3),
    }
    figures.update({f"recall_{k}": round(float(hit[wrong == k].mean()), 3) for k in KINDS})
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--encoder", default=PLAIN, help=f"{PLAIN!r} or a checkpoint")
    parser.add_argument(
        "--no-noise", action="store_true", help="list the suspects of the records as they are"
    )
    parser.add_argument("--out", type=Path, help="keep the lists in this folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = arguments.out or Path(folder)
        out.mkdir(parents=True, exist_ok=True)
        records = read_records(arguments.records, DataSettings(processed_dir=out)).records.assign(
            kind=""
        )
        noisy = records if arguments.no_noise else add_noise(records, arguments.seed)
        distinct = resolve_conflicts(noisy, out, "majority")
        tokenizer, model = _encoder(arguments.encoder, list(distinct["text"]))
        start = time.perf_counter()
        settings = TrainingSettings()
        examined = distinct.assign(side="train", origin=Origin.OWN, file="", line="")
        _, summary = find_suspects(examined, model, tokenizer, settings, out)
        summary["seconds"] = round(time.perf_counter() - start)
        summary["peak_rss_mib"] = peak_mib()
        lists = {
            name: pd.read_csv(out / name, dtype={"looks_wrong": str})
            for name in ("conflicts.csv", OUTLIERS, LABEL_ISSUES)
        }
    print(json.dumps({"encoder": arguments.encoder, "n_texts": len(distinct), **summary}))
    if arguments.no_noise:
        return
    by_text = noisy.sort_values("kind", ascending=False).drop_duplicates("text")
    kinds = by_text.set_index("text")["kind"]
    from_ilo_or_esco = distinct["source"].str.startswith(("ilo", "esco")).to_numpy()
    reference = set(distinct.loc[from_ilo_or_esco, "text"])
    wrong_looking = lists[OUTLIERS][lists[OUTLIERS]["looks_wrong"] == "true"]
    listed = {name: set(rows["text"]) for name, rows in lists.items()}
    listed[f"{OUTLIERS}, looks_wrong"] = set(wrong_looking["text"])
    listed["suspects"] = listed[f"{OUTLIERS}, looks_wrong"] | listed[LABEL_ISSUES]
    listed["suspects or conflicts.csv"] = listed["suspects"] | listed["conflicts.csv"]
    for name, texts in listed.items():
        print(name)
        print("  all      ", measure(texts, kinds))
        print("  ILO, ESCO", measure(texts & reference, kinds[kinds.index.isin(reference)]))


def _encoder(
    name: str, texts: list[str]
) -> tuple[PreTrainedTokenizerBase, RobertaForSequenceClassification]:
    if name != PLAIN:
        return load_encoder(name, texts, Path(name))
    torch.manual_seed(0)
    return minilm.build(texts, RobertaConfig(num_labels=len(isco08().units)))


if __name__ == "__main__":
    main()
