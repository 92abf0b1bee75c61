"""The nightly training: the model in service learns the corrections and is replaced, or not.

Champion → corrections, replayed and archived texts → fine-tuning → the same gate as for a full
training (``training/promotion.py``). The report is published in a folder that people look at.
"""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd

from core.corrections.doubts import open_doubts
from core.file_io import require_new_dir
from core.settings import Settings
from inference.model_registry import ModelRegistry
from training.dataset.correction_set import (
    count_rejected,
    decided_texts,
    read_all_corrections,
)
from training.dataset.doubted_answers import doubt_new_answers
from training.dataset.records import own_files
from training.dataset.reference_data import reference_files
from training.evaluation.agreement_page import write_agreement
from training.evaluation.coder_agreement import coder_agreement
from training.evaluation.sampled_agreement import sampled_agreement
from training.evaluation.training_report import write_report
from training.model.training_progress import Progress, no_progress
from training.nightly_folder import publish, publish_skip
from training.run_folder import (
    RunFolder,
    RunKind,
    RunMetrics,
    RunState,
    content_of,
    fingerprint,
    last_finished,
    start_run,
)
from training.training_lock import training_lock

_LOG = logging.getLogger(__name__)


def run_nightly(
    settings: Settings,
    corrections_dir: Path | None = None,
    report_dir: Path | None = None,
    progress: Progress = no_progress,
) -> RunFolder | None:
    """Learn the corrections; return None if there is nothing new since the last run.

    Parameters
    ----------
    corrections_dir : by default ``data.corrections_dir``.
    report_dir : a new folder for ``report.html`` and ``metrics.json`` of this run.
    progress : receives the number of texts done while they are embedded, and while the encoder
        trains.

    Raises TrainingRunsError if another training runs, FileExistsError if ``report_dir`` has a
    report, and InputError or BundleError for a file that
    cannot be read; then the model in service is unchanged.
    """
    corrections_dir = corrections_dir or settings.data.corrections_dir
    with training_lock(settings.output):
        if report_dir is not None:  # perhaps of a training that ended while this one was started
            require_new_dir(report_dir)
        champion = ModelRegistry(settings.output).served()
        new_doubts = doubt_new_answers(corrections_dir, champion, settings)
        corrections = read_all_corrections(corrections_dir, champion, settings)
        data = settings.data
        agreement = sampled_agreement(
            corrections_dir, data.read_columns, data.corrections_dir, data.encoding
        )
        coders = coder_agreement(corrections_dir, data.read_columns, data.encoding)
        n_rejected = count_rejected(corrections_dir, settings) or None
        doubts = open_doubts(corrections_dir) or None
        key = fingerprint(
            champion.manifest.version,
            corrections[["text", "label"]].values.tolist(),
            content_of([*own_files(settings), *reference_files(data.reference_dir)]),
            settings.model_dump_json(),
        )
        reason = _why_skipped(settings, corrections, key)
        if reason and not new_doubts:
            _LOG.info("not trained: %s", reason)
            if report_dir is not None:
                skipped = RunMetrics(
                    RunKind.FINE_TUNE,
                    RunState.SKIPPED,
                    reasons=[reason],
                    sampled_agreement=agreement,
                    n_rejected_corrections=n_rejected,
                    doubts=doubts,
                )
                publish_skip(report_dir, skipped, coders, settings.output.language)
            return None
        run = start_run(settings.output.model_dir / "runs", RunKind.FINE_TUNE, key)
        run.metrics.sampled_agreement = agreement
        run.metrics.n_rejected_corrections = n_rejected
        run.metrics.doubts = doubts
        if reason:
            run.finish(RunState.REFUSED, [reason, *(doubt.sentence for doubt in new_doubts)])
        else:
            # Imported here: a night without anything to learn does not wait for torch.
            from training.fine_tune_run import fine_tune

            decided = decided_texts(corrections_dir, settings)
            fine_tune(run, champion, corrections, decided, settings, progress)
        write_agreement(run.path, agreement, coders, settings.output.language)
        write_report(run.path, settings.output.language)
        if report_dir is not None:
            publish(run.path, report_dir)
    return run


def _why_skipped(settings: Settings, corrections: pd.DataFrame, key: str) -> str | None:
    if not len(corrections):
        return "there are no corrections yet"
    new = corrections[corrections["is_new"]]
    if not len(new):
        return "nothing new: the model in service has learned every correction"
    if new["is_held_out"].all():
        return "nothing new to learn: what is new is kept out of the training, to measure on"
    run = last_finished(settings.output.model_dir / "runs", RunKind.FINE_TUNE)
    if run is not None and run.key == key:
        return f"nothing new since {run.path.name}, which ended as {run.state.value!r}"
    return None
