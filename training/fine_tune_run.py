"""One fine-tuning: data set, training texts, challenger, and the gate that decides about it."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pandas as pd
from transformers import PreTrainedTokenizerBase

from core.errors import InputError
from core.languages.message import Message
from core.row_counts import quantity
from core.run_state import RunState
from core.settings import Settings
from exporters.parity import checkpoint_logits
from inference.bundle import Bundle
from training.challenger import Parent
from training.compared_model import ComparedModel, calibration_to_carry
from training.dataset.correction_set import learned_files
from training.dataset.dataset_parts import LoadedDataset, SplitDataset
from training.dataset.fine_tune_set import archive_texts, build_fine_tune_set, pseudo_titles
from training.dataset.prepare import divide, load_dataset, split_dataset
from training.dataset.records import own_files
from training.dataset.splits import calibrates_alone
from training.fine_tuning import fit_challenger
from training.long_step import long_step
from training.model.encoder import load_encoder
from training.model.training_progress import TrainingProgress
from training.promotion import promote_or_refuse
from training.run_folder import RunFolder, TrainingSummary

_LOG = logging.getLogger(__name__)
_NOTHING_TO_LEARN = Message(
    "every new correction is of a text that measures or calibrates: it decides its own text, and "
    "nothing is learned of it"
)


def fine_tune(
    run: RunFolder,
    champion: Bundle,
    corrections: pd.DataFrame,
    answered: tuple[frozenset[str], frozenset[str]],
    corrections_dir: Path,
    settings: Settings,
    progress: TrainingProgress,
) -> None:
    """Fine-tune the champion on the corrections in a folder, and finish the run.

    It is not held to its answer on a text that was ``answered``: see ``answered_texts``.
    """
    checkpoint = champion.checkpoint_dir()
    # It reads as much of a text as before: what the next full training is to read is a setting.
    settings = settings.with_values("model", max_seq_length=champion.manifest.max_tokens)
    # An epoch over texts that the model shall answer as before needs no noise, and a sixth of its
    # time would be spent on drawing it.
    tokenizer, model = load_encoder(str(checkpoint), [], checkpoint, dropout=0.0)
    with long_step("reading the records"):
        loaded = _load_dataset(settings, champion, corrections)
    n_all = len(corrections)
    corrections = loaded.without_measured(corrections)
    if n_measured := n_all - len(corrections):
        _LOG.info(
            "left out, because their texts measure or calibrate: %s",
            quantity(n_measured, "correction"),
        )
        others = run.metrics.n_left_out_corrections or {}
        run.metrics.n_left_out_corrections = {**others, "measuring_or_calibrating": n_measured}
    if not (corrections["is_new"] & ~corrections["is_held_out"]).any():
        run.finish(RunState.REFUSED, [_NOTHING_TO_LEARN])
        return
    if loaded.own_records is None:
        dataset = divide(loaded, settings)
    else:
        dataset = split_dataset(loaded, model, tokenizer, settings, progress)
    with long_step("drawing the training texts"):
        texts, summary = _fine_tune_set(
            champion, tokenizer, dataset, corrections, loaded.measured, answered, settings
        )
    run.metrics.training = summary
    compared = ComparedModel(champion, settings)
    calibration_logits = None
    if not calibrates_alone(dataset.own_calibration):
        correct = champion.spelling().correct
        calibration_texts = [correct(text) for text in dataset.sides["calibration"]["text"]]
        calibration_logits = checkpoint_logits(
            model, tokenizer, calibration_texts, settings.model.max_seq_length
        )
        # The level of the confidence is the champion's, so what was fitted to the office holds.
        carried = calibration_to_carry(champion, corrections_dir, settings)
        run.metrics.training = replace(summary, office_calibration=carried)
    parent = Parent(champion, calibration_logits)
    challenger = fit_challenger(run, parent, model, tokenizer, texts, settings, progress)
    promote_or_refuse(run, challenger, dataset, corrections, compared, settings)


def _fine_tune_set(
    champion: Bundle,
    tokenizer: PreTrainedTokenizerBase,
    dataset: SplitDataset,
    corrections: pd.DataFrame,
    measured: frozenset[str],
    answered: tuple[frozenset[str], frozenset[str]],
    settings: Settings,
) -> tuple[pd.DataFrame, TrainingSummary]:
    """Return the texts to train on, spelled as in service, and their counts.

    Among them is no known text that is ``measured`` or decided, and none of the archive that was
    ever ``answered``: the model may have learned an answer that was withdrawn since.
    """
    chosen = settings.fine_tune
    decided, withdrawn = answered
    kept_out = measured | decided
    archived = archive_texts(
        settings.watcher.archive_dir, settings, chosen.archive_texts, kept_out | withdrawn
    )
    seed = settings.training.seed + len(corrections)
    pseudo = pseudo_titles(tokenizer, chosen.rehearsal_texts, seed)
    unlabelled = archived + pseudo
    known = dataset.sides["train"]
    texts = build_fine_tune_set(corrections, known, unlabelled, kept_out, settings)
    # A text is trained once, as the first of these kinds that it is.
    has_no_label = texts["label"] == ""
    is_archived = has_no_label & texts["text"].isin(set(archived))
    prepared = texts["text"]
    texts = texts.assign(prepared=prepared, text=champion.spelling().correct_all(list(prepared)))
    summary = TrainingSummary(
        base=champion.manifest.version,
        corrections_files=learned_files(corrections, champion),
        seed=settings.training.seed,
        fine_tune=chosen.model_dump(),
        dataset=dataset.summary,
        n_corrections=len(corrections),
        n_new_corrections=int(corrections["is_new"].sum()),
        n_held_out_corrections=int(corrections["is_held_out"].sum()),
        n_taught_corrections=int(texts["is_correction"].sum()),
        n_replayed=int((~texts["is_correction"] & ~has_no_label).sum()),
        n_archive_texts=int(is_archived.sum()),
        n_pseudo_titles=int((has_no_label & ~is_archived).sum()),
    )
    _LOG.info(
        "training texts for %s: %s, %s, %s",
        summary.base,
        quantity(summary.n_taught_corrections or 0, "correction"),
        quantity(summary.n_replayed or 0, "replayed text"),
        quantity(summary.n_archive_texts or 0, "archive text"),
    )
    return texts, summary


def _load_dataset(settings: Settings, champion: Bundle, corrections: pd.DataFrame) -> LoadedDataset:
    """Return the dataset, with the records in ``data.raw_dir`` if there are any that can train."""
    languages = champion.manifest.languages
    if own_files(settings):
        try:
            return load_dataset(settings, settings.data.raw_dir, corrections, languages)
        except InputError as error:
            _LOG.warning("your own records are left out of this training: %s", error)
    return load_dataset(settings, None, corrections, languages)
