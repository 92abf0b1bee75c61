"""A full training in its order, from labelled records to a promoted or refused model.

read → clean → split → look for wrong labels → fine-tune, n-gram model → calibrate → export with
parity → evaluate → gate → promote. The run's folder holds the split, ``metrics.json``,
``error_analysis/`` and ``report.html``; the bundle goes to the model registry
(``inference/model_registry.py``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from transformers import PreTrainedTokenizerBase, RobertaForSequenceClassification, set_seed

from core.corrections.corrections_folder import read_folder
from core.errors import BundleError
from core.settings import Settings
from inference.bundle import CHECKPOINT, Bundle
from inference.model_registry import ModelRegistry
from inference.spelling.right_words import RightWords
from inference.spelling.typo_correction import Spelling
from training.challenger import Challenger
from training.compared_model import ComparedModel
from training.dataset.correction_set import CorrectionSet, learned_files
from training.dataset.dataset_parts import SplitDataset
from training.dataset.minimum import require_enough
from training.dataset.no_occupation import with_no_occupation
from training.dataset.prepare import load_dataset, split_dataset
from training.dataset.records import find_files
from training.dataset.reference_data import misspelt_answers, reference_files
from training.evaluation.training_report import write_report
from training.fingerprint import content_of, fingerprint
from training.long_step import long_step
from training.model.encoder import check_length, load_encoder
from training.model.ngram_trainer import fit_ngram_model
from training.model.process_group import run_in_all_processes
from training.model.trainer import train_model
from training.model.training_progress import TrainingProgress, no_training_progress
from training.model.vocabulary import replace_vocabulary
from training.promotion import promote_or_refuse
from training.run_folder import (
    RunFolder,
    RunKind,
    TrainingSummary,
    start_run,
)
from training.training_lock import training_lock

_LOG = logging.getLogger(__name__)
_TEXT_AND_LABEL = ["text", "label"]


def train(
    settings: Settings,
    raw: Path,
    base: str,
    out: Path | None = None,
    progress: TrainingProgress = no_training_progress,
) -> RunFolder:
    """Train on the records under ``raw`` and return the finished run.

    Parameters
    ----------
    raw : a CSV file or a folder of them; see ``training/dataset/records.py``.
    base : the encoder to start from; see ``training/model/encoder.py``.
    out : the run's folder; by default ``models/runs/run_<date>``. An interrupted run of the same
        records, base and settings goes on from its last checkpoint.
    progress : receives the number of texts done while they are embedded, and while the encoder
        trains.

    Raises InputError, BaseModelError or TrainingRunsError; then the model in service is unchanged.
    """
    with training_lock(settings.output):
        champion = _champion(settings)
        kept = read_folder(settings.data.corrections_dir, settings.data)
        corrections = CorrectionSet(kept).table(champion)
        key = _run_key(raw, base, settings, corrections)
        with long_step("reading the records"):
            loaded = load_dataset(settings, raw, corrections)
        require_enough(loaded, raw)
        corrections = loaded.without_measured(corrections)
        set_seed(settings.training.seed)  # the new head's weights
        checkpoint = ModelRegistry(settings.output).bundled_dir / CHECKPOINT
        tokenizer, model = load_encoder(base, loaded.train["text"], checkpoint)
        if settings.model.vocabulary_size:
            tokenizer, model = replace_vocabulary(
                tokenizer,
                model,
                loaded.train,
                settings.model.vocabulary_size,
                settings.training.seed,
            )
        check_length(base, model, settings.model.max_seq_length)
        # Not before: records or a base that cannot be used must leave no run behind.
        run = start_run(settings.output.model_dir / "runs", RunKind.TRAIN, key, out)
        dataset = split_dataset(loaded, model, tokenizer, settings, progress)
        _write_sides(dataset, (run.path, settings.data.processed_dir))
        run.metrics.training = TrainingSummary(
            base=base,
            corrections_files=learned_files(corrections, None),
            seed=settings.training.seed,
            model=settings.model.model_dump(),
            dataset=dataset.summary,
        )
        _LOG.info("training %s on %s texts", base, f"{len(dataset.sides['train']):,}")
        challenger = _fit(run, model, tokenizer, dataset, settings, progress)
        compared = ComparedModel(champion, settings) if champion is not None else None
        promote_or_refuse(run, challenger, dataset, corrections, compared, settings)
        write_report(run.path, settings.output.language)
        run.save()
    return run


def _champion(settings: Settings) -> Bundle | None:
    """Return the model in service; None, with a warning, if there is none that can be opened."""
    try:
        return ModelRegistry(settings.output).served()
    except BundleError as error:
        _LOG.warning("no model to compare with: %s", error)
        return None


def _run_key(raw: Path, base: str, settings: Settings, corrections: pd.DataFrame) -> str:
    """Return the key of a run: other records, corrections or answers are another run."""
    files = [*find_files(raw), *reference_files(settings.data.reference_dir)]
    taught = corrections[["text", "label"]].values.tolist()
    return fingerprint(content_of(files), taught, base, settings.model_dump_json())


def _write_sides(dataset: SplitDataset, folders: Iterable[Path]) -> None:
    """Write ``train.csv``, ``val.csv`` and ``test.csv`` (``text, label``) to each folder.

    ``val.csv`` is the whole share for validation. Its column ``used_for`` says which half decides
    when to stop (``validation``), and which fits the temperature (``calibration``).
    """
    sides = dataset.sides
    validation = pd.concat(
        [
            sides["validation"].assign(used_for="validation"),
            dataset.own_calibration.assign(used_for="calibration"),
        ]
    )
    for folder in folders:
        sides["train"][_TEXT_AND_LABEL].to_csv(folder / "train.csv", index=False)
        validation[[*_TEXT_AND_LABEL, "used_for"]].to_csv(folder / "val.csv", index=False)
        sides["test"][_TEXT_AND_LABEL].to_csv(folder / "test.csv", index=False)


def _fit(
    run: RunFolder,
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    dataset: SplitDataset,
    settings: Settings,
    progress: TrainingProgress,
) -> Challenger:
    """Train the encoder in place, then the n-gram model and the spelling on the same texts.

    Answers that are misspelt on purpose teach no spelling, nor do texts that name no occupation:
    a mistyped job title must not be read as one of their words.
    """
    texts = dataset.sides["train"]
    coded = texts
    if settings.training.use_bundled_answers:
        coded = with_no_occupation(texts, dataset.summary.languages, settings.training.seed)
    misspelt = misspelt_answers(settings.data.reference_dir, dataset.summary.languages)
    run.metrics.learning = run_in_all_processes(
        train_model,
        model,
        tokenizer,
        coded,
        dataset.sides["validation"],
        settings,
        run.path,
        progress=progress,
    )
    return Challenger(
        model=model,
        tokenizer=tokenizer,
        ngram_model=fit_ngram_model(coded, settings.training.seed),
        spelling=Spelling.learn(texts.loc[~texts["text"].isin(misspelt), "text"], RightWords()),
        max_tokens=settings.model.max_seq_length,
        languages=dataset.summary.languages,
        learned=texts,
    )
