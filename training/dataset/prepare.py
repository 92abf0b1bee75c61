"""Steps one to four: read, clean, split, look for wrong labels.

What is set aside is listed in ``data.processed_dir``: ``invalid_labels.csv``, ``conflicts.csv``,
``outliers.csv``, ``label_issues.csv``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from core.errors import InputError
from core.settings import Settings
from training.dataset.records import is_gold, read_records, resolve_conflicts
from training.dataset.reference_data import (
    ANSWERS,
    CALIBRATION,
    GOLD,
    TRAIN,
    read_answers,
    read_manual,
)
from training.dataset.splits import SIDES, split
from training.label_quality.suspect_labels import find_suspects

_LOG = logging.getLogger(__name__)
# So many texts calibrate well enough; and fewer will do if they are as new as what comes.
_MIN_CALIBRATION_TEXTS, _MIN_NEW_TEXTS = 1000, 500
_TRUSTED = 0.8  # weight of a record: below it more labels are wrong than a confidence of 0.9 allows
OWN_GOLD, SHIPPED_GOLD = "own gold", "gold answers"


@dataclass(frozen=True)
class Gathered:
    """What there is to learn from: distinct texts (``text, label, weight, source, group``), the
    gold sets by name, the shipped calibration texts, and counts for the report. No text of a gold
    set or of the calibration texts is among those to learn from.
    """

    known: pd.DataFrame
    gold: dict[str, pd.DataFrame]
    calibration: pd.DataFrame
    summary: dict[str, Any]


@dataclass(frozen=True)
class Prepared:
    """The same by side of the split: ``train``, ``validation``, ``calibration``, ``test``."""

    sides: dict[str, pd.DataFrame]
    gold: dict[str, pd.DataFrame]
    summary: dict[str, Any]


def gather(settings: Settings, raw: Path | None, corrections: pd.DataFrame) -> Gathered:
    """Read and clean the records under ``raw`` (None: none), the answers and the manual.

    ``corrections`` (see ``training/dataset/correction_set.py``): those that teach join the records
    and overrule what they say of the same text.
    """
    chosen, processed_dir = settings.training, settings.data.processed_dir
    processed_dir.mkdir(parents=True, exist_ok=True)
    answers = read_answers(settings.data.reference_dir)
    gold = {SHIPPED_GOLD: answers[answers["part"] == GOLD]}
    calibration = answers[answers["part"] == CALIBRATION]
    parts = [answers[answers["part"] == TRAIN].drop(columns=["kind", "part"])]
    summary: dict[str, Any] = {"n_answers": len(parts[0])}
    if chosen.use_manual:
        parts.append(read_manual(settings.data.reference_dir))
    if raw is not None:
        records = read_records(raw, settings.data.columns, processed_dir)
        summary["n_records"] = len(records)
        parts.insert(0, records.assign(is_own=True))
    everything = pd.concat([rows.assign(is_own="is_own" in rows) for rows in parts])
    summary["n_duplicates"] = int(everything.duplicated(["text", "label"]).sum())
    own = set(everything.loc[everything["is_own"], "text"])
    known = resolve_conflicts(everything, processed_dir, chosen.conflicts)
    texts_and_groups = zip(known["text"], known["group"], strict=True)
    is_own_gold = np.array(
        [
            text in own and is_gold(text, group, chosen.gold_share)
            for text, group in texts_and_groups
        ],
        dtype=bool,
    )
    gold[OWN_GOLD] = known[is_own_gold]
    taught = corrections[~corrections["is_held_out"]]
    known = pd.concat(
        [
            known[~known["text"].isin(set(corrections["text"]))],
            taught[["text", "label"]].assign(weight=1.0, source="correction", group=""),
        ],
        ignore_index=True,
    )
    measuring = set(calibration["text"]).union(*(rows["text"] for rows in gold.values()))
    known = known[~known["text"].isin(measuring)].reset_index(drop=True)
    gold = {name: rows.reset_index(drop=True) for name, rows in gold.items() if len(rows)}
    summary["n_gold"] = {name: len(rows) for name, rows in gold.items()}
    return Gathered(known, gold, calibration.drop(columns=["kind", "part"]), summary)


def divide(
    gathered: Gathered,
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    settings: Settings,
) -> Prepared:
    """Split, and look for wrong labels by the embeddings of ``model``."""
    chosen = settings.training
    summary = dict(gathered.summary)
    known, summary["untested_codes"] = split(
        gathered.known, chosen.validation_share, chosen.test_share, chosen.seed
    )
    known, summary["suspects"] = find_suspects(
        known, model, tokenizer, chosen, settings.data.processed_dir
    )
    sides = {side: known[known["side"] == side].drop(columns="side") for side in SIDES}
    sides["calibration"] = to_calibrate(sides["calibration"], gathered.calibration)
    summary["n_texts"] = {side: len(rows) for side, rows in sides.items()}
    _LOG.info(
        "%s distinct texts: %s",
        f"{len(known):,}",
        ", ".join(f"{n:,} {side}" for side, n in summary["n_texts"].items()),
    )
    return Prepared(sides, gathered.gold, summary)


def to_calibrate(own: pd.DataFrame, shipped: pd.DataFrame) -> pd.DataFrame:
    """The calibration texts of the records, or what is better.

    Best are texts of concepts (``group``) that nobody trains on, as what comes is new, with labels
    that can be trusted: where there are enough, they alone. Where there are few texts of any kind,
    the answers that ship join them.
    """
    new = own[(own["group"] != "") & (own["weight"] >= _TRUSTED)]
    if len(new) >= _MIN_NEW_TEXTS:
        return new
    return pd.concat([own, shipped]) if len(own) < _MIN_CALIBRATION_TEXTS else own


def only_shipped(gathered: Gathered, settings: Settings) -> Prepared:
    """For whoever has no records of their own: the answers that ship train, and nothing is split.

    The model in service has learned all of them, so a part set aside now would prove nothing.
    Raises InputError where they are not there: nothing would be left to measure on.
    """
    if not len(gathered.calibration):
        raise InputError(
            settings.data.reference_dir / ANSWERS,
            "no answers",
            expected="the answers that ship, or coded records of your own",
            remedy=f"Restore it, or put records into {str(settings.data.raw_dir)!r}.",
        )
    empty = gathered.known.iloc[:0]
    sides = {**dict.fromkeys(SIDES, empty), "train": gathered.known}
    sides["calibration"] = gathered.calibration
    summary = {**gathered.summary, "n_texts": {side: len(rows) for side, rows in sides.items()}}
    return Prepared(sides, gathered.gold, summary)
