"""Steps one to four of a training: read, clean, split, look for wrong labels.

What is set aside is listed in ``data.processed_dir``: ``invalid_labels.csv``, ``conflicts.csv``,
``outliers.csv``, ``label_issues.csv``.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from core.errors import InputError
from core.settings import Settings
from training.dataset.records import OwnRecords, read_records, resolve_conflicts
from training.dataset.reference_data import ANSWERS, read_answers, read_manual
from training.dataset.splits import (
    CALIBRATION,
    HOLD_OUT,
    SIDES,
    TRAIN,
    assign_sides,
    choose_calibration_texts,
    is_in_own_hold_out,
)
from training.label_quality.suspect_labels import find_suspects
from training.model.training_progress import Progress, no_progress

_LOG = logging.getLogger(__name__)
OWN_HOLD_OUT = "own hold-out set"
BUNDLED_HOLD_OUT = "bundled hold-out set"


@dataclass(frozen=True)
class DatasetSummary:
    """Counts of a dataset; they are part of ``metrics.json`` and of the bundle's manifest.

    A field that is None does not apply: the records and the split, if there are no own records.
    """

    n_answers: int
    """Bundled reference answers that train."""
    n_records: int | None
    """Valid labelled records of the user, before duplicates are removed."""
    n_duplicates: int
    """Records that repeat a text with the same label."""
    n_hold_out: dict[str, int]
    """Texts of each hold-out set by name."""
    languages: list[str]
    """Languages of the records and answers, ISO 639-1."""
    n_left_out: dict[str, int] | None = None
    """Records of the user that cannot train, by reason."""
    unread_files: list[str] | None = None
    """Files in the folder of records that could not be read."""
    untested_codes: list[str] | None = None
    """Unit groups with too few texts to be split: they are in training alone."""
    suspects: dict[str, Any] | None = None
    """Counts of suspected wrong labels; see ``training/label_quality/suspect_labels.py``."""
    n_texts: dict[str, int] | None = None
    """Distinct texts by side of the split."""


@dataclass(frozen=True)
class LoadedDataset:
    """Distinct labelled texts before the split; no text of ``texts`` is in any other part.

    ``texts`` (``TEXT_COLUMNS, file, line``) train, validate, calibrate and
    test; ``hold_out`` are the hold-out sets by name; ``calibration`` is the calibration part of the
    bundled reference answers; ``own_records`` are the user's valid records, None without records.
    """

    texts: pd.DataFrame
    own_records: pd.DataFrame | None
    hold_out: dict[str, pd.DataFrame]
    calibration: pd.DataFrame
    summary: DatasetSummary


@dataclass(frozen=True)
class SplitDataset:
    """Distinct labelled texts by side: ``train``, ``validation``, ``calibration``, ``test``.

    ``hold_out`` are the hold-out sets by name: no model is trained on them. ``own_calibration`` is
    the calibration side of the split, of which ``choose_calibration_texts`` made the side.
    """

    sides: dict[str, pd.DataFrame]
    hold_out: dict[str, pd.DataFrame]
    own_calibration: pd.DataFrame
    summary: DatasetSummary


def load_dataset(
    settings: Settings,
    raw: Path | None,
    corrections: pd.DataFrame,
    languages: Collection[str] = (),
) -> LoadedDataset:
    """Read and clean the records, the bundled reference answers and the manual.

    Parameters
    ----------
    raw : a CSV file of records or a folder of them; None if there are no records.
    corrections : see ``training/dataset/correction_set.py``; those that are not held out join the
        records and overrule the records of the same text.
    languages : those of the model to train (ISO 639-1), whose bundled reference answers are read.
        Those of the records are added.
    """
    processed_dir = settings.data.processed_dir
    processed_dir.mkdir(parents=True, exist_ok=True)
    own = None
    if raw is not None:
        own = _read_own(raw, settings)
        languages = {*languages, *own.records["language"]} - {""}
    answers = read_answers(settings.data.reference_dir, languages)
    hold_out = {BUNDLED_HOLD_OUT: answers[answers["part"] == HOLD_OUT]}
    calibration = answers[answers["part"] == CALIBRATION]
    trained_answers = answers[answers["part"] == TRAIN].drop(columns=["kind", "part"])
    if raw is not None and not settings.training.use_bundled_answers:
        trained_answers = trained_answers.iloc[:0]
    parts = [trained_answers.assign(is_own=False)]
    if settings.training.use_manual:
        parts.append(read_manual(settings.data.reference_dir).assign(is_own=False))
    if own is not None:
        parts.insert(0, own.records.assign(is_own=True))
        _LOG.info(
            "records that train: %s of yours + %s bundled",
            f"{len(own.records):,}",
            f"{len(trained_answers):,}",
        )
    everything = pd.concat(parts)
    texts = resolve_conflicts(everything, processed_dir, settings.training.conflicts)
    own_texts = set(everything.loc[everything["is_own"], "text"])
    hold_out[OWN_HOLD_OUT] = texts[_in_own_hold_out(texts, own_texts, settings)]
    texts = _with_corrections(texts, corrections)
    texts = _with_locations(texts, None if own is None else own.records)
    measured = set(calibration["text"]).union(*(rows["text"] for rows in hold_out.values()))
    measured.update(corrections.loc[corrections["is_held_out"], "text"])
    hold_out = {name: rows.reset_index(drop=True) for name, rows in hold_out.items() if len(rows)}
    return LoadedDataset(
        texts=_without_measured(texts, measured),
        own_records=None if own is None else own.records,
        hold_out=hold_out,
        calibration=calibration.drop(columns=["kind", "part"]),
        summary=DatasetSummary(
            n_answers=len(trained_answers),
            n_records=None if own is None else len(own.records),
            n_left_out=None if own is None else own.n_left_out,
            unread_files=None if own is None else own.unread_files,
            n_duplicates=int(everything.duplicated(["text", "label"]).sum()),
            n_hold_out={name: len(rows) for name, rows in hold_out.items()},
            languages=sorted(languages),
        ),
    )


def _read_own(raw: Path, settings: Settings) -> OwnRecords:
    data = settings.data
    return read_records(raw, data.columns, data.processed_dir, data.encoding, data.language)


def _without_measured(texts: pd.DataFrame, measured: set[str]) -> pd.DataFrame:
    """Return the texts of which none is ``measured``, in no form of their title."""
    forms = [
        "\n".join(form for form in forms.splitlines() if form not in measured)
        for forms in texts["forms"]
    ]
    kept = texts.assign(forms=forms)
    return kept[~kept["text"].isin(measured)].reset_index(drop=True)


def _with_locations(texts: pd.DataFrame, records: pd.DataFrame | None) -> pd.DataFrame:
    """Add ``file`` and ``line`` of the first own record with a text and its code, ``""`` of others.

    ``line`` is text: the other texts have none.
    """
    if records is None:
        return texts.assign(file="", line="")
    first = records.drop_duplicates(["text", "label"])[["text", "label", "file", "line"]]
    located = texts.merge(first, on=["text", "label"], how="left")
    return located.fillna({"file": "", "line": ""})


def _in_own_hold_out(texts: pd.DataFrame, own_texts: set[str], settings: Settings) -> np.ndarray:
    """Return (N,) bool: which texts are own records of the hold-out set."""
    share = settings.training.gold_share
    flags = [
        text in own_texts and is_in_own_hold_out(text, group, share)
        for text, group in zip(texts["text"], texts["group"], strict=True)
    ]
    return np.array(flags, dtype=bool)


def _with_corrections(texts: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Replace the corrected texts by their corrections; held-out corrections are left out."""
    taught = corrections[~corrections["is_held_out"]]
    return pd.concat(
        [
            texts[~texts["text"].isin(set(corrections["text"]))],
            taught[["text", "label"]].assign(
                weight=1.0, source="correction", group="", language="", forms=""
            ),
        ],
        ignore_index=True,
    )


def split_dataset(
    dataset: LoadedDataset,
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    settings: Settings,
    progress: Progress = no_progress,
) -> SplitDataset:
    """Split the texts into sides, and treat wrong labels found with the embeddings of ``model``.

    ``progress`` receives the number of texts embedded.
    """
    chosen = settings.training
    texts, untested_codes = assign_sides(
        dataset.texts, chosen.validation_share, chosen.test_share, chosen.seed
    )
    texts, suspects = find_suspects(
        texts, model, tokenizer, chosen, settings.data.processed_dir, progress
    )
    sides = {side: texts[texts["side"] == side].drop(columns="side") for side in SIDES}
    own_calibration = sides["calibration"]
    sides["calibration"] = choose_calibration_texts(own_calibration, dataset.calibration)
    n_texts = {side: len(rows) for side, rows in sides.items()}
    _LOG.info(
        "%s distinct texts: %s",
        f"{len(texts):,}",
        ", ".join(f"{n:,} {side}" for side, n in n_texts.items()),
    )
    summary = replace(
        dataset.summary, untested_codes=untested_codes, suspects=suspects, n_texts=n_texts
    )
    return SplitDataset(sides, dataset.hold_out, own_calibration, summary)


def use_bundled_answers(dataset: LoadedDataset, settings: Settings) -> SplitDataset:
    """Return the dataset of a user without records: the bundled reference answers train, unsplit.

    The model in service has learned all of them, so a part set aside now would prove nothing.
    Raises InputError if there are no bundled reference answers: nothing could be measured.
    """
    if not len(dataset.calibration):
        raise InputError(
            settings.data.reference_dir / ANSWERS,
            "no answers",
            expected="the bundled reference answers, or coded records of your own",
            remedy=f"Restore it, or put records into {str(settings.data.raw_dir)!r}.",
        )
    empty = dataset.texts.iloc[:0]
    sides = {**dict.fromkeys(SIDES, empty), "train": dataset.texts}
    sides["calibration"] = dataset.calibration
    n_texts = {side: len(rows) for side, rows in sides.items()}
    summary = replace(dataset.summary, n_texts=n_texts)
    return SplitDataset(sides, dataset.hold_out, empty, summary)
