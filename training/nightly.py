"""The nightly training: the model in service learns the corrections and is replaced, or not.

Champion → corrections, replayed and archived texts → fine-tuning → the same gate as for a full
training (``training/promotion.py``). The report is published in a folder that people look at.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from core.corrections.corrections_folder import KeptCorrection, answered_texts, read_folder
from core.corrections.doubts import open_doubts
from core.files.folders import require_new_dir
from core.languages.message import Message
from core.run_state import ENDS, RunState
from core.settings import Settings
from core.timestamps import utc_now
from inference.bundle import Bundle
from inference.model_registry import ModelRegistry
from training.dataset.correction_set import (
    CorrectionSet,
    count_rejected,
    count_removed_files,
    left_out_in_words,
    taken_back_in_words,
)
from training.dataset.doubted_answers import doubt_new_answers
from training.dataset.records import own_files
from training.dataset.reference_data import reference_files
from training.evaluation.agreement_page import write_agreement
from training.evaluation.coder_agreement import CoderAgreement, coder_agreement
from training.evaluation.sampled_agreement import sampled_agreement
from training.evaluation.training_report import write_report
from training.fingerprint import content_of, fingerprint
from training.model.training_progress import TrainingProgress, no_training_progress
from training.nightly_folder import (
    finish_published,
    publish,
    publish_skip,
    unreported_promotion,
)
from training.run_folder import (
    RunFolder,
    RunKind,
    RunMetrics,
    last_finished,
    start_run,
)
from training.training_lock import training_lock

_LOG = logging.getLogger(__name__)


def run_nightly(
    settings: Settings,
    corrections_dir: Path | None = None,
    report_dir: Path | None = None,
    progress: TrainingProgress = no_training_progress,
) -> RunFolder | None:
    """Learn the corrections; return None if there is nothing new since the last run.

    Parameters
    ----------
    corrections_dir : by default ``data.corrections_dir``.
    report_dir : a new folder for ``report.html`` and ``metrics.json`` of this run.
    progress : receives the number of texts done while they are embedded, and while the encoder
        trains.

    Raises TrainingRunsError if the models are locked, FileExistsError if ``report_dir`` has a
    report, and InputError or BundleError for a file that cannot be read; then the model in service
    is unchanged.
    """
    corrections_dir = corrections_dir or settings.data.corrections_dir
    with training_lock(settings.output):
        if report_dir is not None:  # perhaps of a training that ended while this one was started
            require_new_dir(report_dir)
        registry = ModelRegistry(settings.output)
        champion = registry.served()
        kept = list(read_folder(corrections_dir, settings.data))
        # First: what such a night learned is not new any more.
        if (killed := _reported_late(kept, registry, settings, report_dir)) is not None:
            return killed
        new_doubts = doubt_new_answers(kept, corrections_dir, champion, settings)
        if new_doubts:  # the answers are marked
            kept = list(read_folder(corrections_dir, settings.data))
        correction_set = CorrectionSet(kept)
        corrections = correction_set.table(champion)
        metrics = RunMetrics(RunKind.FINE_TUNE, RunState.SKIPPED)
        coders = _note_answers(metrics, kept, correction_set, corrections_dir, champion, settings)
        key = _run_key(champion, corrections, settings)
        left_out = left_out_in_words(corrections, metrics.n_left_out_corrections or {})
        reason = _why_skipped(settings, corrections, key, left_out)
        notes = _note_taken_back(metrics, correction_set, champion)
        if reason and not new_doubts:
            _LOG.info("not trained: %s", reason)
            if report_dir is not None:
                metrics.reasons, metrics.finished = [reason, *notes], utc_now()
                publish_skip(report_dir, metrics, coders, settings.output.language)
            return None
        run = start_run(settings.output.model_dir / "runs", RunKind.FINE_TUNE, key)
        run.metrics = replace(metrics, state=run.state, started=run.metrics.started)
        if reason:
            doubted = [doubt.sentence for doubt in new_doubts]
            run.finish(RunState.REFUSED, [reason, *doubted, *notes])
        else:
            # Imported here: a night without anything to learn does not wait for torch.
            from training.fine_tune_run import fine_tune

            answered = answered_texts(kept)
            fine_tune(run, champion, corrections, answered, corrections_dir, settings, progress)
        _report(run, coders, settings, report_dir)
    return run


def _reported_late(
    kept: list[KeptCorrection], registry: ModelRegistry, settings: Settings, report_dir: Path | None
) -> RunFolder | None:
    """Publish the report of a night that was killed after its promotion, and return that night."""
    runs_dir = settings.output.model_dir / "runs"
    if report_dir is not None:
        finish_published(runs_dir, report_dir.parent)
    killed = unreported_promotion(runs_dir, registry)
    if killed is not None:
        killed.metrics.sampled_agreement = sampled_agreement(kept, settings.data.corrections_dir)
        _report(killed, coder_agreement(kept), settings, report_dir)
    return killed


def _report(
    run: RunFolder, coders: CoderAgreement, settings: Settings, report_dir: Path | None
) -> None:
    """Publish what a decided run came to; only then is it no interrupted one any more."""
    language = settings.output.language
    write_agreement(run.path, run.metrics.sampled_agreement or {}, coders, language)
    write_report(run.path, language)
    if report_dir is not None:
        publish(run.path, report_dir)
    run.save()


def _run_key(champion: Bundle, corrections: pd.DataFrame, settings: Settings) -> str:
    """Return the key of a night: another model, answer, record or setting makes another one."""
    return fingerprint(
        champion.manifest.version,
        corrections[["text", "label"]].values.tolist(),
        content_of([*own_files(settings), *reference_files(settings.data.reference_dir)]),
        settings.model_dump_json(),
    )


def _note_answers(
    metrics: RunMetrics,
    kept: Sequence[KeptCorrection],
    correction_set: CorrectionSet,
    corrections_dir: Path,
    champion: Bundle,
    settings: Settings,
) -> CoderAgreement:
    """Note what a report says of the answers of people, whether they are learned or not.

    Returns the agreement of coders, which has a page of its own.
    """
    metrics.sampled_agreement = sampled_agreement(kept, settings.data.corrections_dir)
    metrics.n_rejected_corrections = count_rejected(kept) or None
    metrics.n_left_out_corrections = correction_set.count_left_out() or None
    metrics.n_removed_corrections_files = count_removed_files(corrections_dir, champion) or None
    metrics.doubts = open_doubts(corrections_dir) or None
    return coder_agreement(kept)


def _note_taken_back(
    metrics: RunMetrics, correction_set: CorrectionSet, champion: Bundle
) -> list[str]:
    """Note what the model has learned and teaches nothing now; return and log it in words."""
    taken_back = correction_set.taken_back(champion)
    metrics.taken_back_corrections = [f"{code} {text}" for text, code in taken_back.items()] or None
    notes = taken_back_in_words(len(taken_back))
    for words in notes:
        _LOG.warning("%s", words)
    return notes


def _why_skipped(
    settings: Settings, corrections: pd.DataFrame, key: str, left_out: str
) -> str | None:
    """Return why nothing is trained, None if there is something to learn.

    ``left_out`` says what the model in service has not learned and why: see ``left_out_in_words``.
    """
    if not len(corrections):
        if not left_out:
            return Message("there are no corrections yet")
        return Message("nothing to learn: {why}", why=left_out)
    new = corrections[corrections["is_new"]]
    if not len(new):
        learned = Message("the model in service has learned every correction")
        return Message("nothing new: {why}", why=left_out or learned)
    if new["is_held_out"].all():
        return Message("nothing new to learn: {why}", why=left_out)
    run = last_finished(settings.output.model_dir / "runs", RunKind.FINE_TUNE)
    if run is None or run.key != key:
        return None
    if run.state is RunState.PROMOTED:  # and its key has the version from before
        return Message(
            "nothing new since {run}, which was promoted: an earlier version was put back into "
            "service, and the same corrections would make the same model again",
            run=run.path.name,
        )
    return Message(
        "nothing new since {run}, which ended as: {state}",
        run=run.path.name,
        state=ENDS[run.state],
    )
