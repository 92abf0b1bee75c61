"""The night: learn what coders corrected, from the model in service, and replace it or say why not.

Champion → lesson (corrections, replay, archive) → fine-tune → the same verdict as any training
(``training/promotion.py``). The report of the night goes to a folder that people look at.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import InputError
from core.settings import Settings
from exporters.parity import checkpoint_logits
from inference.bundle import Bundle
from inference.model_registry import ModelRegistry
from training.dataset.correction_set import (
    LEARNED_FILES,
    archive_texts,
    compose,
    read_all_corrections,
    rehearsal,
)
from training.dataset.prepare import Prepared, divide, gather, only_shipped
from training.dataset.records import find_files
from training.evaluation.sampled_agreement import SAMPLED_AGREEMENT, sampled_agreement
from training.evaluation.training_report import REPORT, write_report
from training.model.encoder import load_encoder
from training.model.process_group import together
from training.model.trainer import learn_corrections
from training.model.training_progress import Progress, silent
from training.promotion import Challenger, challenge, refuse_implausible
from training.run_folder import (
    METRICS,
    RunFolder,
    fingerprint,
    last_finished,
    start,
    training_lock,
    write_json,
)

_LOG = logging.getLogger(__name__)


def run_nightly(
    settings: Settings,
    corrections_dir: Path | None = None,
    report_dir: Path | None = None,
    progress: Progress = silent,
) -> RunFolder | None:
    """Learn the corrections; None where there is nothing new since the last run.

    Parameters
    ----------
    corrections_dir : by default ``data.corrections_dir``.
    report_dir : a folder to make, for ``report.html`` and ``metrics.json`` of this run.
    progress : told how far the fine-tuning is.

    Raises TrainingRunsError where another training runs, and InputError or BundleError for what is
    unreadable; the version in service is untouched by any of it.
    """
    corrections_dir = corrections_dir or settings.data.corrections_dir
    with training_lock(settings.output):
        champion = ModelRegistry(settings.output).served()
        corrections = read_all_corrections(corrections_dir, champion, settings)
        agreement = sampled_agreement(corrections_dir, settings.data.columns)
        raw = _own_records(settings)
        key = fingerprint(
            champion.manifest.version,
            corrections[["text", "label"]].values.tolist(),
            settings.model_dump_json(),
        )
        reason = _why_skipped(settings, corrections, key)
        if reason:
            _LOG.info("not trained: %s", reason)
            if report_dir is not None:
                _publish_skip(report_dir, reason, agreement)
            return None
        run = start(settings.output.model_dir / "runs", "fine_tune", key)
        run.note(**{SAMPLED_AGREEMENT: agreement})
        _train(run, champion, corrections, raw, settings, progress)
        write_report(run.path)
        if report_dir is not None:
            _publish(run.path, report_dir)
    return run


def _own_records(settings: Settings) -> Path | None:
    try:
        find_files(settings.data.raw_dir)
    except InputError:
        return None  # who began with the model that ships has none
    return settings.data.raw_dir


def _why_skipped(settings: Settings, corrections: pd.DataFrame, key: str) -> str | None:
    if not len(corrections):
        return "there are no corrections yet"
    if not corrections["is_new"].any():
        return "nothing new: the model in service has learned every correction"
    last = last_finished(settings.output.model_dir / "runs", "fine_tune")
    if last is not None and last.key == key:
        return f"nothing new since {last.path.name}, which ended as {last.state!r}"
    return None


def _train(
    run: RunFolder,
    champion: Bundle,
    corrections: pd.DataFrame,
    raw: Path | None,
    settings: Settings,
    progress: Progress,
) -> None:
    checkpoint = champion.checkpoint_dir()
    tokenizer, model = load_encoder(str(checkpoint), [], checkpoint)
    gathered = gather(settings, raw, corrections.iloc[:0])
    if raw is None:
        prepared = only_shipped(gathered, settings)
    else:
        prepared = divide(gathered, model, tokenizer, settings)
    known = _without_measured(prepared, corrections)
    chosen, seed = settings.fine_tune, settings.training.seed + len(known)
    archived = archive_texts(settings.watcher.archive_dir, settings, chosen.archive_texts)
    rehearsed = rehearsal(tokenizer, chosen.rehearsal_texts, seed)
    lesson = compose(known, prepared.sides["train"], archived + rehearsed, settings)
    spelling = champion.spelling()
    lesson["text"] = [spelling.correct(text) for text in lesson["text"]]  # as they are served
    run.summary = {
        "base": champion.manifest.version,
        LEARNED_FILES: sorted(set(corrections["file"])),
        "n_corrections": len(known),
        "n_new_corrections": int(known["is_new"].sum()),
        "n_held_out_corrections": int(known["is_held_out"].sum()),
        "n_replayed": int((~lesson["is_correction"] & (lesson["label"] != "")).sum()),
        "n_archive_texts": len(archived),
        "n_rehearsed": len(rehearsed),
        "seed": settings.training.seed,
        "fine_tune": settings.fine_tune.model_dump(),
        **prepared.summary,
    }
    if refuse_implausible(run, champion, prepared, known, settings):
        return
    _LOG.info(
        "learning %d corrections beside %d known and %d archive texts, from %s",
        lesson["is_correction"].sum(),
        run.summary["n_replayed"],
        run.summary["n_archive_texts"],
        champion.manifest.version,
    )
    max_tokens = settings.model.max_seq_length
    said = checkpoint_logits(model, tokenizer, list(lesson["text"]), max_tokens)
    # The answers that ship are easier than what comes: nobody calibrates on them alone.
    calibration = [spelling.correct(text) for text in prepared.sides["calibration"]["text"]]
    said_before = checkpoint_logits(model, tokenizer, calibration, max_tokens) if not raw else None
    learning = together(
        *(learn_corrections, model, tokenizer, lesson, said, settings, run.path), progress=progress
    )
    run.note(learning=learning)
    # Words are learned in a full training; a night keeps the champion's.
    challenger = Challenger(
        *(model, tokenizer, champion.ngram_model(), spelling, max_tokens),
        before=champion,
        said_before=said_before,
    )
    challenge(run, challenger, prepared, known, champion, settings)


def _without_measured(prepared: Prepared, corrections: pd.DataFrame) -> pd.DataFrame:
    """Corrections of texts that nothing is measured on: those are never learned."""
    measuring = [*prepared.gold.values(), prepared.sides["calibration"], prepared.sides["test"]]
    texts = set(pd.concat([rows["text"] for rows in measuring]))
    return corrections[~corrections["text"].isin(texts)].reset_index(drop=True)


def _publish(run_dir: Path, report_dir: Path) -> None:
    """Show the run's report, whole or not at all."""
    staged = report_dir.with_name(f".{report_dir.name}.part")
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    for name in (REPORT, METRICS):
        shutil.copy2(run_dir / name, staged / name)
    os.rename(staged, report_dir)


def _publish_skip(report_dir: Path, reason: str, agreement: dict[str, Any]) -> None:
    staged = report_dir.with_name(f".{report_dir.name}.part")
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    skipped = {"kind": "fine_tune", "state": "skipped", "reasons": [reason]}
    write_json(staged / METRICS, {**skipped, SAMPLED_AGREEMENT: agreement})
    write_report(staged)
    os.rename(staged, report_dir)
