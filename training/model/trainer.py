"""Fine-tune ``RobertaForSequenceClassification`` on cleaned texts, with transformers' Trainer.

``train_model`` learns from labelled records; it ends as its best epoch, or halfway to it.
``learn_corrections`` starts from the model in service and trains for a few epochs: it learns the
corrections and replays known texts, and on all texts that are not corrections it stays close to the
champion's probabilities (distillation), so that it does not forget (Li & Hoiem, "Learning without
Forgetting", 2016).
"""

from __future__ import annotations

import json
import logging
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from transformers import (
    DataCollatorWithPadding,
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedTokenizerBase,
    PrinterCallback,
    RobertaForSequenceClassification,
    Trainer,
    TrainingArguments,
)
from transformers.trainer import TRAINER_STATE_NAME

from core.settings import Settings
from training.evaluation.metrics import macro_f1
from training.model.average_weights import Weights, copy_weights, mean_weights
from training.model.batch_trainer import BatchTrainer, CorrectionsTrainer
from training.model.batching import Texts, as_draws
from training.model.device import choose_device
from training.model.process_group import n_processes
from training.model.progress_callback import ProgressCallback
from training.model.training_progress import TrainingProgress, no_training_progress
from training.run_folder import CHECKPOINTS

_LOG = logging.getLogger(__name__)


def train_model(
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    train: pd.DataFrame,
    validation: pd.DataFrame,
    settings: Settings,
    run_dir: Path,
    progress: TrainingProgress = no_training_progress,
) -> dict[str, float]:
    """Train ``model`` in place; it ends as its best epoch by macro-F1 on ``validation``.

    If the mean of that epoch and the start (``average_weights.py``) is better still, the model ends
    as the mean. This happens if ``model`` was a trained model at the start.

    Parameters
    ----------
    train, validation : ``text, label, weight``; texts cleaned and distinct.
    run_dir : receives ``checkpoints/``, from which an interrupted run goes on.
    progress : receives the number of texts done.

    Returns
    -------
    ``loss`` and ``macro_f1`` on validation, ``seconds``, whether it is ``averaged`` (1 or 0), and
    with ``training.enable_optimizations`` the chosen precision (``BatchTrainer.choose_precision``).
    """
    max_tokens = settings.model.max_seq_length
    device = choose_device(model, tokenizer, list(train["text"]), max_tokens)
    trainer = BatchTrainer(
        model=model,
        args=_arguments(
            settings,
            run_dir,
            device,
            num_train_epochs=settings.model.epochs,
            learning_rate=settings.model.learning_rate,
            warmup_ratio=0.06,
            eval_strategy="epoch",
            load_best_model_at_end=True,
            metric_for_best_model="macro_f1",
        ),
        data_collator=_collator(tokenizer, device),
        train_dataset=Texts(as_draws(train), tokenizer, max_tokens),
        eval_dataset=Texts(validation, tokenizer, max_tokens),
        compute_metrics=validation_figures,
        callbacks=[EarlyStoppingCallback(early_stopping_patience=2)],
    )
    precision = _chosen_precision(trainer, settings)
    start = copy_weights(model)
    result = _run(trainer, progress, run_dir)
    metrics, is_averaged = _choose_end_or_mean(trainer, model, start)
    return {
        "loss": metrics["eval_loss"],
        "macro_f1": metrics["eval_macro_f1"],
        "seconds": result.metrics["train_runtime"],
        "averaged": float(is_averaged),
        **precision,
    }


def _chosen_precision(trainer: BatchTrainer, settings: Settings) -> dict[str, float]:
    """Let ``trainer`` choose its precision if the settings ask for it; return the figures."""
    return trainer.choose_precision() if settings.training.enable_optimizations else {}


def _choose_end_or_mean(
    trainer: Trainer, model: RobertaForSequenceClassification, start: Weights
) -> tuple[dict[str, float], bool]:
    """Leave ``model`` as it is, or give it the mean of ``start`` and its weights if that is better.

    Returns the validation metrics of the weights that were chosen, and whether they are the mean.
    """
    end = copy_weights(model)
    end_metrics = trainer.evaluate()
    model.load_state_dict(mean_weights(start, end))
    mean_metrics = trainer.evaluate()
    _LOG.info(
        "macro-F1 on the validation side: %.3f at the end, %.3f halfway between start and end",
        end_metrics["eval_macro_f1"],
        mean_metrics["eval_macro_f1"],
    )
    if mean_metrics["eval_macro_f1"] > end_metrics["eval_macro_f1"]:
        return mean_metrics, True
    model.load_state_dict(end)
    return end_metrics, False


def learn_corrections(
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    texts: pd.DataFrame,
    parent_logits: np.ndarray,
    settings: Settings,
    run_dir: Path,
    progress: TrainingProgress = no_training_progress,
) -> dict[str, float]:
    """Train the champion ``model`` further, in place, with the settings ``fine_tune``.

    Parameters
    ----------
    texts : ``text, label, weight, is_correction``; see ``training/dataset/fine_tune_set.py``.
    parent_logits : (N, 436) logits of the champion for each of the ``texts``.
    run_dir : receives ``checkpoints/``, from which an interrupted run goes on.
    progress : receives the number of texts done.

    Returns
    -------
    Mean ``loss`` and ``seconds``, and with ``training.enable_optimizations`` the chosen precision
    (``BatchTrainer.choose_precision``).
    """
    max_tokens = settings.model.max_seq_length
    device = choose_device(model, tokenizer, list(texts["text"]), max_tokens)
    is_correction = texts["is_correction"].to_numpy(bool)
    trainer = CorrectionsTrainer(
        texts["weight"].to_numpy(float),
        np.where(is_correction[:, None], np.nan, parent_logits),
        model=model,
        args=_arguments(
            settings,
            run_dir,
            device,
            num_train_epochs=settings.fine_tune.epochs,
            learning_rate=settings.fine_tune.learning_rate,
        ),
        data_collator=_collator(tokenizer, device),
        # The other texts are not augmented: the parent's logits are those of the text as it is.
        train_dataset=Texts(texts.assign(weight=1.0), tokenizer, max_tokens, is_correction),
    )
    precision = _chosen_precision(trainer, settings)
    result = _run(trainer, progress, run_dir)
    return {
        "loss": result.training_loss,
        "seconds": result.metrics["train_runtime"],
        **precision,
    }


def _run(trainer: Trainer, progress: TrainingProgress, run_dir: Path) -> Any:
    """Train, from the last complete checkpoint of an interrupted run if there is one."""
    trainer.remove_callback(PrinterCallback)
    checkpoint = last_checkpoint(run_dir)
    if checkpoint is not None and trainer.is_world_process_zero():
        epoch = json.loads((Path(checkpoint) / TRAINER_STATE_NAME).read_text("utf-8"))["epoch"]
        _LOG.info(
            "the training goes on from the checkpoint after epoch %g, of the interrupted run in %s",
            epoch,
            run_dir,
        )
    with closing(ProgressCallback(progress)) as callback:
        trainer.add_callback(callback)
        result = trainer.train(resume_from_checkpoint=checkpoint)
        trainer.remove_callback(callback)
        return result


def last_checkpoint(run_dir: Path) -> str | None:
    """Return the newest complete checkpoint of an interrupted run, None if there is none.

    A checkpoint is not complete if the process was killed, or the disk was full, while it was
    saved: the Trainer writes its state last. Every run that went on from it would fail.
    """
    paths = (run_dir / CHECKPOINTS).glob("checkpoint-*")
    newest_first = sorted(paths, key=lambda path: -int(path.name.partition("-")[2]))
    return next((str(path) for path in newest_first if _is_complete(path)), None)


def _is_complete(checkpoint: Path) -> bool:
    try:
        json.loads((checkpoint / TRAINER_STATE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def _collator(tokenizer: PreTrainedTokenizerBase, device: str) -> DataCollatorWithPadding:
    # On other devices than the CPU every new length costs a compilation.
    return DataCollatorWithPadding(tokenizer, pad_to_multiple_of=None if device == "cpu" else 16)


def _arguments(settings: Settings, run_dir: Path, device: str, **more: Any) -> TrainingArguments:
    # On a CPU it takes a third longer and saves a twentieth of the memory.
    saves_memory = settings.training.enable_optimizations and device != "cpu"
    return TrainingArguments(
        output_dir=str(run_dir / CHECKPOINTS),
        per_device_train_batch_size=settings.model.batch_size,
        per_device_eval_batch_size=64,
        weight_decay=0.01,
        save_strategy="epoch",
        save_total_limit=2,
        gradient_checkpointing=saves_memory,
        use_cpu=device == "cpu",
        ddp_backend="gloo" if device == "cpu" and n_processes() > 1 else None,
        dataloader_pin_memory=device == "cuda",
        remove_unused_columns=False,
        disable_tqdm=True,
        logging_steps=100,
        report_to=[],
        seed=settings.training.seed,
        **more,
    )


def validation_figures(prediction: EvalPrediction) -> dict[str, float]:
    """Return what the epochs of a training are compared by; see ``training/evaluation/metrics.py``.

    ``prediction`` has (N, 436) logits, and N right codes as positions among the unit groups.
    """
    best = np.asarray(prediction.predictions).argmax(axis=1)
    return {"macro_f1": macro_f1(best, np.asarray(prediction.label_ids))}
