"""Steps one to four of a training: read, clean, split, look for wrong labels.

What is set aside is listed in ``data.processed_dir``: ``invalid_labels.csv``, ``conflicts.csv``,
``outliers.csv``, ``label_issues.csv``.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification

from core.errors import InputError
from core.isco_titles.group_titles import ENGLISH
from core.packages import SHIPPED_ANSWERS, answers_dir
from core.settings import Settings
from training.dataset.dataset_parts import (
    BUNDLED_HOLD_OUT,
    OTHER_LANGUAGES,
    OWN_HOLD_OUT,
    DatasetSummary,
    LoadedDataset,
    SplitDataset,
)
from training.dataset.records import OwnRecords, read_records, resolve_conflicts
from training.dataset.reference_data import read_answers, read_manual
from training.dataset.splits import (
    CALIBRATION,
    HOLD_OUT,
    SIDES,
    TRAIN,
    Origin,
    assign_sides,
    choose_calibration_texts,
    is_in_own_hold_out,
    without_surplus,
)
from training.label_quality.suspect_labels import find_suspects
from training.model.training_progress import TrainingProgress

_LOG = logging.getLogger(__name__)


def load_dataset(
    settings: Settings,
    raw: Path | None,
    corrections: pd.DataFrame,
    languages: Collection[str] = (),
) -> LoadedDataset:
    """Read and clean the records, the bundled reference answers and the manual, and split them.

    Parameters
    ----------
    raw : a CSV file of records or a folder of them; None if there are no records.
    corrections : see ``training/dataset/correction_set.py``; those that are not held out join the
        records and overrule the records of the same text.
    languages : those of the model to train (ISO 639-1), whose bundled reference answers are read.
        Those of the records are added. Of a language that is neither ``data.language`` nor that of
        a record a limited number of answers measures and calibrates.
    """
    processed_dir = settings.data.processed_dir
    processed_dir.mkdir(parents=True, exist_ok=True)
    own = None if raw is None else read_records(raw, settings.data)
    own_languages = set() if own is None else {*own.records["language"]} - {""}
    languages = {*languages, *own_languages}
    answers = read_answers(settings.data.reference_dir, languages)
    trained_answers = answers[answers["part"] == TRAIN].drop(columns=["kind", "part"])
    if raw is not None and not settings.training.use_bundled_answers:
        trained_answers = trained_answers.iloc[:0]
    everything = _everything(own, trained_answers, settings)
    texts = resolve_conflicts(everything, processed_dir, settings.training.conflicts)
    texts = texts[texts["weight"] > 0]  # a code that nobody trusts neither teaches nor measures
    is_own = texts["text"].isin(set(everything.loc[everything["is_own"], "text"]))
    texts = texts.assign(origin=np.where(is_own, Origin.OWN, Origin.BUNDLED))
    own_hold_out = texts[_in_own_hold_out(texts, settings)]
    measured = frozenset(answers.loc[answers["part"] != TRAIN, "text"]).union(own_hold_out["text"])
    texts = _with_corrections(texts, corrections)
    texts = _with_locations(texts, None if own is None else own.records)
    held_out_texts = corrections.loc[corrections["is_held_out"], "text"]
    texts = texts[~texts["text"].isin(measured.union(held_out_texts))].reset_index(drop=True)
    texts = assign_sides(
        texts,
        settings.training.validation_share,
        settings.training.test_share,
        settings.training.seed,
    )
    is_measuring = texts["side"].isin(["calibration", "test"])
    measured |= frozenset(texts.loc[is_measuring, "text"])
    elsewhere = texts.loc[texts["side"] != "train", "text"]
    texts = _without_forms(texts, measured.union(elsewhere, corrections["text"]))
    # From here on only answers that are used: the surplus neither trains nor measures.
    whole = _whole_languages({settings.data.language, *own_languages}, answers)
    answers = without_surplus(answers, whole)
    hold_out = _hold_out_sets(answers, whole, _with_corrected_labels(own_hold_out, corrections))
    calibration = answers[answers["part"] == CALIBRATION].drop(columns=["kind", "part"])
    return LoadedDataset(
        texts=texts,
        own_records=None if own is None else own.records,
        hold_out=hold_out,
        calibration=calibration,
        measured=measured,
        summary=_summary(own, everything, texts, len(trained_answers), hold_out, languages),
    )


def _summary(
    own: OwnRecords | None,
    everything: pd.DataFrame,
    texts: pd.DataFrame,
    n_answers: int,
    hold_out: dict[str, pd.DataFrame],
    languages: Collection[str],
) -> DatasetSummary:
    return DatasetSummary(
        n_answers=n_answers,
        n_records=None if own is None else len(own.records),
        n_left_out=None if own is None else own.n_left_out,
        unread_files=None if own is None else own.unread_files,
        n_duplicates=int(everything.duplicated(["text", "label"]).sum()),
        n_hold_out={name: len(rows) for name, rows in hold_out.items()},
        languages=sorted(languages),
        untested_codes=None if own is None else _codes_without(texts, own.records, "test"),
        untrained_codes=None if own is None else _codes_without(texts, own.records, "train"),
    )


def _everything(
    own: OwnRecords | None, trained_answers: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Return all that may train, the user's records first: ``TEXT_COLUMNS`` and ``is_own``."""
    parts = [trained_answers.assign(is_own=False)]
    if settings.training.use_manual:
        parts.append(read_manual(settings.data).assign(is_own=False))
    if own is not None:
        parts.insert(0, own.records.assign(is_own=True))
        _LOG.info(
            "records that train: %s of yours + %s bundled",
            f"{len(own.records):,}",
            f"{len(trained_answers):,}",
        )
    return pd.concat(parts)


def _hold_out_sets(
    answers: pd.DataFrame, whole: set[str], own_hold_out: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return the hold-out sets that are not empty, by name."""
    is_held_out = answers["part"] == HOLD_OUT
    is_whole = answers["language"].isin(whole)
    hold_out = {
        BUNDLED_HOLD_OUT: answers[is_held_out & is_whole],
        OWN_HOLD_OUT: own_hold_out,
        OTHER_LANGUAGES: answers[is_held_out & ~is_whole],
    }
    return {name: rows.reset_index(drop=True) for name, rows in hold_out.items() if len(rows)}


def _whole_languages(usual: set[str], answers: pd.DataFrame) -> set[str]:
    """Return the languages whose answers all measure: the ``usual``, or one if there are none."""
    languages = sorted(answers["language"].unique(), key=lambda code: (code != ENGLISH, code))
    return usual.intersection(languages) or set(languages[:1])


def _codes_without(texts: pd.DataFrame, records: pd.DataFrame, side: str) -> list[str]:
    """Return the codes of ``records`` of which no text is on ``side``, in code order."""
    return sorted(set(records["label"]) - set(texts.loc[texts["side"] == side, "label"]))


def _without_forms(texts: pd.DataFrame, elsewhere: Collection[str]) -> pd.DataFrame:
    """Return the texts without the forms of their titles that are used ``elsewhere``.

    Such a form is a text that measures, or one that a person has coded otherwise.
    """
    forms = [
        "\n".join(form for form in forms.splitlines() if form not in elsewhere)
        for forms in texts["forms"]
    ]
    return texts.assign(forms=forms)


def _with_locations(texts: pd.DataFrame, records: pd.DataFrame | None) -> pd.DataFrame:
    """Add ``file`` and ``line`` of the first own record with a text and its code, ``""`` of others.

    ``line`` is text: the other texts have none.
    """
    if records is None:
        return texts.assign(file="", line="")
    first = records.drop_duplicates(["text", "label"])[["text", "label", "file", "line"]]
    located = texts.merge(first, on=["text", "label"], how="left")
    return located.fillna({"file": "", "line": ""})


def _in_own_hold_out(texts: pd.DataFrame, settings: Settings) -> np.ndarray:
    """Return (N,) bool: which texts are own records of the hold-out set."""
    share = settings.training.gold_share
    flags = [
        origin == Origin.OWN and is_in_own_hold_out(text, group, share)
        for text, group, origin in zip(texts["text"], texts["group"], texts["origin"], strict=True)
    ]
    return np.array(flags, dtype=bool)


def _with_corrected_labels(hold_out: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Return own records that measure, with the code that a person gave each of them last."""
    codes = dict(zip(corrections["text"], corrections["label"], strict=True))
    return hold_out.assign(label=hold_out["text"].map(codes).fillna(hold_out["label"]))


def _with_corrections(texts: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Replace the corrected texts by their corrections; held-out corrections are left out."""
    taught = corrections[~corrections["is_held_out"]]
    return pd.concat(
        [
            texts[~texts["text"].isin(set(corrections["text"]))],
            taught[["text", "label"]].assign(
                weight=1.0,
                source="correction",
                group="",
                language="",
                forms="",
                origin=Origin.CORRECTION,
            ),
        ],
        ignore_index=True,
    )


def split_dataset(
    dataset: LoadedDataset,
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    settings: Settings,
    progress: TrainingProgress,
) -> SplitDataset:
    """Divide the texts by side, and treat wrong labels found with the embeddings of ``model``.

    ``progress`` receives the number of texts embedded. Raises InputError if no text calibrates.
    """
    texts, suspects = find_suspects(
        dataset.texts, model, tokenizer, settings.training, settings.data.processed_dir, progress
    )
    divided = divide(replace(dataset, texts=texts), settings)
    summary = replace(divided.summary, suspects=suspects)
    _LOG.info(
        "%s distinct texts: %s",
        f"{len(texts):,}",
        ", ".join(f"{n:,} {side}" for side, n in (summary.n_texts or {}).items()),
    )
    return replace(divided, summary=summary)


def divide(dataset: LoadedDataset, settings: Settings) -> SplitDataset:
    """Divide the texts by side; without records of the user the bundled reference answers train.

    The model in service has learned all of these, so a part set aside now would prove nothing.
    Raises InputError if no text calibrates: nothing could be measured.
    """
    texts = dataset.texts
    sides = {side: texts[texts["side"] == side].drop(columns="side") for side in SIDES}
    own_calibration = sides["calibration"]
    sides["calibration"] = choose_calibration_texts(own_calibration, dataset.calibration)
    if not len(sides["calibration"]):
        raise _nothing_calibrates(settings, dataset.summary.languages)
    n_texts = {side: len(rows) for side, rows in sides.items()}
    summary = replace(dataset.summary, n_texts=n_texts)
    return SplitDataset(sides, dataset.hold_out, own_calibration, summary)


def _nothing_calibrates(settings: Settings, languages: Collection[str]) -> InputError:
    folder = answers_dir(settings.data.reference_dir)
    return InputError(
        folder,
        f"no answers in {str(folder)!r}",
        expected="the bundled reference answers in a language of the model "
        f"({', '.join(languages) or 'none'}), or coded records of your own",
        remedy=f"Copy them there from {'/'.join(SHIPPED_ANSWERS.parts[-3:])} of a checkout, or put "
        f"records into {str(settings.data.raw_dir)!r}.",
    )
