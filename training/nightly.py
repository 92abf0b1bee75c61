"""The nightly training: the model in service learns the corrections and is replaced, or not.

Champion → corrections, replayed and archived texts → fine-tuning → the same gate as for a full
training (``training/promotion.py``). The report is published in a folder that people look at.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pandas as pd
from transformers import PreTrainedTokenizerBase

from core.corrections.doubts import open_doubts
from core.errors import InputError
from core.file_io import require_new_dir
from core.settings import Settings
from exporters.parity import checkpoint_logits
from inference.bundle import Bundle
from inference.model_registry import ModelRegistry
from training.calibration_to_carry import calibration_to_carry
from training.challenger import Parent
from training.champion import Champion
from training.dataset.correction_set import (
    count_rejected,
    decided_texts,
    learned_files,
    read_all_corrections,
)
from training.dataset.dataset_parts import LoadedDataset, SplitDataset
from training.dataset.doubted_answers import doubt_new_answers
from training.dataset.fine_tune_set import archive_texts, build_fine_tune_set, pseudo_titles
from training.dataset.prepare import load_dataset, split_dataset, use_bundled_answers
from training.dataset.records import find_files
from training.dataset.reference_data import reference_files
from training.dataset.splits import calibrates_alone
from training.evaluation.agreement_page import write_agreement
from training.evaluation.coder_agreement import coder_agreement
from training.evaluation.sampled_agreement import sampled_agreement
from training.evaluation.training_report import write_report
from training.fine_tuning import fit_challenger
from training.model.encoder import load_encoder
from training.model.training_progress import Progress, no_progress
from training.nightly_folder import publish, publish_skip
from training.promotion import promote_or_refuse, refuse_implausible_corrections
from training.run_folder import (
    RunFolder,
    RunKind,
    RunMetrics,
    RunState,
    TrainingSummary,
    content_of,
    fingerprint,
    last_finished,
    start_run,
)
from training.training_lock import training_lock

_LOG = logging.getLogger(__name__)
_NOTHING_TO_LEARN = (
    "every new correction is of a text that measures or calibrates: it decides its own text, and "
    "nothing is learned of it"
)


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
            content_of([*_own_files(settings), *reference_files(data.reference_dir)]),
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
            decided = decided_texts(corrections_dir, settings)
            _train(run, champion, corrections, decided, settings, progress)
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


def _train(
    run: RunFolder,
    champion: Bundle,
    corrections: pd.DataFrame,
    decided: frozenset[str],
    settings: Settings,
    progress: Progress,
) -> None:
    """Fine-tune the champion on the corrections, and finish the run.

    It is not held to its answer on a text of ``decided``.
    """
    checkpoint = champion.checkpoint_dir()
    tokenizer, model = load_encoder(str(checkpoint), [], checkpoint)
    loaded = _load_dataset(settings, champion, corrections)
    corrections = loaded.without_measured(corrections)
    if not (corrections["is_new"] & ~corrections["is_held_out"]).any():
        run.finish(RunState.REFUSED, [_NOTHING_TO_LEARN])
        return
    if loaded.own_records is None:
        dataset = use_bundled_answers(loaded, settings)
    else:
        dataset = split_dataset(loaded, model, tokenizer, settings, progress)
    texts, summary = _fine_tune_set(
        champion, tokenizer, dataset, corrections, loaded.measured | decided, settings
    )
    run.metrics.training = summary
    compared = Champion(champion, settings.inference, settings.output)
    if refuse_implausible_corrections(run, compared, dataset, corrections):
        return
    calibration_logits = None
    if not calibrates_alone(dataset.own_calibration):
        correct = champion.spelling().correct
        calibration_texts = [correct(text) for text in dataset.sides["calibration"]["text"]]
        calibration_logits = checkpoint_logits(
            model, tokenizer, calibration_texts, settings.model.max_seq_length
        )
        # The level of the confidence is the champion's, so what was fitted to the office holds.
        carried = calibration_to_carry(champion, settings)
        run.metrics.training = replace(summary, office_calibration=carried)
    parent = Parent(champion, calibration_logits)
    challenger = fit_challenger(run, parent, model, tokenizer, texts, settings, progress)
    promote_or_refuse(run, challenger, dataset, corrections, compared, settings)


def _fine_tune_set(
    champion: Bundle,
    tokenizer: PreTrainedTokenizerBase,
    dataset: SplitDataset,
    corrections: pd.DataFrame,
    kept_out: frozenset[str],
    settings: Settings,
) -> tuple[pd.DataFrame, TrainingSummary]:
    """Return the texts to train on, spelled as in service, and their counts.

    No known text and none of the archive that is ``kept_out`` is among them.
    """
    chosen = settings.fine_tune
    archived = archive_texts(settings.watcher.archive_dir, settings, chosen.archive_texts, kept_out)
    seed = settings.training.seed + len(corrections)
    pseudo = pseudo_titles(tokenizer, chosen.rehearsal_texts, seed)
    unlabelled = archived + pseudo
    known = dataset.sides["train"]
    texts = build_fine_tune_set(corrections, known, unlabelled, kept_out, settings)
    spelling = champion.spelling()
    texts["text"] = spelling.correct_all(list(texts["text"]))
    summary = TrainingSummary(
        base=champion.manifest.version,
        corrections_files=learned_files(corrections),
        seed=settings.training.seed,
        fine_tune=chosen.model_dump(),
        dataset=dataset.summary,
        n_corrections=len(corrections),
        n_new_corrections=int(corrections["is_new"].sum()),
        n_held_out_corrections=int(corrections["is_held_out"].sum()),
        n_replayed=int((~texts["is_correction"] & (texts["label"] != "")).sum()),
        n_archive_texts=len(archived),
        n_pseudo_titles=len(pseudo),
    )
    _LOG.info(
        "training texts for %s: %d corrections, %d replayed texts, %d archive texts",
        summary.base,
        texts["is_correction"].sum(),
        summary.n_replayed,
        summary.n_archive_texts,
    )
    return texts, summary


def _load_dataset(settings: Settings, champion: Bundle, corrections: pd.DataFrame) -> LoadedDataset:
    """Return the dataset, with the records in ``data.raw_dir`` if there are any that can train."""
    languages = champion.manifest.languages
    if _own_files(settings):
        try:
            return load_dataset(settings, settings.data.raw_dir, corrections, languages)
        except InputError as error:
            _LOG.warning("your own records are left out of this training: %s", error)
    return load_dataset(settings, None, corrections, languages)


def _own_files(settings: Settings) -> list[Path]:
    """Return the files of labelled records in ``data.raw_dir``; there may be none."""
    try:
        return find_files(settings.data.raw_dir)
    except InputError:
        return []
