"""Fine-tune ``RobertaForSequenceClassification`` on cleaned texts, with transformers' Trainer.

``train_model`` learns from labelled records and ends as its best epoch, or half way to it.
``learn_corrections`` goes on from the model in service for an epoch or two: it learns what coders
corrected, sees known texts again, and is held to the champion's own probabilities on the rest
(distillation), so that it does not forget (Li & Hoiem, "Learning without Forgetting", 2016).
"""

from __future__ import annotations

import json
import logging
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from training.model.device import (
    choose_device,  # before torch: it sets what torch reads when imported
)

import torch  # isort: skip
from sklearn.metrics import f1_score
from torch.nn.functional import cross_entropy, kl_div, log_softmax, softmax
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
from training.model.average_weights import Weights, mean, weights_of
from training.model.batching import NO_LABEL, BatchLoader, LengthBatches, Texts
from training.model.process_group import n_ranks
from training.model.training_progress import Progress, Told, silent

_LOG = logging.getLogger(__name__)


class _Trainer(Trainer):
    """The Trainer with our batches."""

    def get_train_dataloader(self) -> BatchLoader:
        # Not prepared by accelerate: to share batches out it would repeat some records.
        texts, args = self.train_dataset, self.args
        assert isinstance(texts, Texts)
        batches = LengthBatches(
            texts, args.train_batch_size, args.seed, args.process_index, args.world_size
        )
        return BatchLoader(
            texts,
            batches,
            collate_fn=self.data_collator,
            pin_memory=args.dataloader_pin_memory,
        )

    def compute_loss(
        self, model: Any, inputs: dict[str, torch.Tensor], *args: Any, **more: Any
    ) -> Any:
        inputs.pop("row")
        return super().compute_loss(model, inputs, *args, **more)


class _CorrectionsTrainer(_Trainer):
    """Weighted cross-entropy on the labelled rows, and closeness to the champion on its own.

    ``loss_weights`` (N,); ``champion`` (N, 436) logits, NaN for the rows that are not held to it.
    """

    def __init__(self, loss_weights: np.ndarray, champion: np.ndarray, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._loss_weights = torch.tensor(loss_weights, dtype=torch.float32)
        self._champion = torch.tensor(champion, dtype=torch.float32)

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        **more: Any,
    ) -> Any:
        rows, labels = inputs.pop("row").cpu(), inputs.pop("labels")
        outputs = model(**inputs)
        weights = self._loss_weights[rows].to(labels.device)
        champion = self._champion[rows].to(labels.device)
        losses = cross_entropy(outputs.logits, labels, reduction="none", ignore_index=NO_LABEL)
        held = ~champion[:, 0].isnan()
        closeness = kl_div(
            log_softmax(outputs.logits[held], dim=1),
            softmax(champion[held], dim=1),
            reduction="sum",
        )
        loss = ((losses * weights).sum() + closeness) / len(labels)
        return (loss, outputs) if return_outputs else loss


def train_model(
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    train: pd.DataFrame,
    validation: pd.DataFrame,
    settings: Settings,
    run_dir: Path,
    progress: Progress = silent,
) -> dict[str, float]:
    """Train ``model`` in place; it ends as its best epoch by macro-F1 on ``validation``.

    Or half way between that and where it began, where that is better still (``average.py``): so
    it is when it began as a model that had been trained.

    Parameters
    ----------
    train, validation : ``text, label, weight``; texts cleaned and distinct.
    run_dir : receives ``checkpoints/``, from which an interrupted run goes on.
    progress : told how many texts are done.

    Returns
    -------
    loss and ``macro_f1`` on validation, seconds, and whether it is ``averaged`` (1 or 0).
    """
    max_tokens = settings.model.max_seq_length
    device = choose_device(model, tokenizer, list(train["text"]), max_tokens)
    trainer = _Trainer(
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
        train_dataset=Texts(train, tokenizer, max_tokens),
        eval_dataset=Texts(validation, tokenizer, max_tokens),
        compute_metrics=_macro_f1,
        callbacks=[EarlyStoppingCallback(early_stopping_patience=2)],
    )
    began = weights_of(model)
    result = _run(trainer, progress, run_dir)
    measured, is_averaged = _end_at_the_better(trainer, model, began)
    return {
        "loss": measured["eval_loss"],
        "macro_f1": measured["eval_macro_f1"],
        "seconds": result.metrics["train_runtime"],
        "averaged": float(is_averaged),
    }


def _end_at_the_better(
    trainer: Trainer, model: RobertaForSequenceClassification, began: Weights
) -> tuple[dict[str, float], bool]:
    """Leave ``model`` as it is or half way to where it ``began``; its figures, and which."""
    ended, as_it_ended = weights_of(model), trainer.evaluate()
    model.load_state_dict(mean(began, ended))
    half_way = trainer.evaluate()
    before, after = as_it_ended["eval_macro_f1"], half_way["eval_macro_f1"]
    _LOG.info("macro-F1 %.3f as it ended, %.3f half way to where it began", before, after)
    if after > before:
        return half_way, True
    model.load_state_dict(ended)
    return as_it_ended, False


def learn_corrections(
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    lesson: pd.DataFrame,
    champion_logits: np.ndarray,
    settings: Settings,
    run_dir: Path,
    progress: Progress = silent,
) -> dict[str, float]:
    """Go on from the champion ``model`` in place, by the settings of ``fine_tune``.

    Parameters
    ----------
    lesson : ``text, label, weight, is_correction``; see ``training/dataset/correction_set.py``.
    champion_logits : (N, 436) what the champion says of each text of the lesson.
    run_dir : receives ``checkpoints/``, from which an interrupted run goes on.
    progress : told how many texts are done.

    Returns
    -------
    mean loss and seconds.
    """
    max_tokens = settings.model.max_seq_length
    device = choose_device(model, tokenizer, list(lesson["text"]), max_tokens)
    is_correction = lesson["is_correction"].to_numpy(bool)
    held = np.where(is_correction[:, None], np.nan, champion_logits)
    trainer = _CorrectionsTrainer(
        lesson["weight"].to_numpy(float),
        held,
        model=model,
        args=_arguments(
            settings,
            run_dir,
            device,
            num_train_epochs=settings.fine_tune.epochs,
            learning_rate=settings.fine_tune.learning_rate,
        ),
        data_collator=_collator(tokenizer, device),
        # A varied text is not the one that the champion was asked about.
        train_dataset=Texts(lesson.assign(weight=1.0), tokenizer, max_tokens, is_correction),
    )
    result = _run(trainer, progress, run_dir)
    return {"loss": result.training_loss, "seconds": result.metrics["train_runtime"]}


def _run(trainer: Trainer, progress: Progress, run_dir: Path) -> Any:
    """Train, from the last whole checkpoint of an interrupted run if there is one."""
    trainer.remove_callback(PrinterCallback)
    with closing(Told(progress)) as told:
        trainer.add_callback(told)
        result = trainer.train(resume_from_checkpoint=last_checkpoint(run_dir))
        trainer.remove_callback(told)
        return result


def last_checkpoint(run_dir: Path) -> str | None:
    """Where an interrupted run goes on; None where it begins.

    A checkpoint that was being saved when the process was killed, or the disk full, is none: the
    Trainer writes its state last. Taken for whole it would end every run that goes on from it.
    """
    found = (run_dir / "checkpoints").glob("checkpoint-*")
    newest_first = sorted(found, key=lambda path: -int(path.name.partition("-")[2]))
    return next((str(path) for path in newest_first if _is_whole(path)), None)


def _is_whole(checkpoint: Path) -> bool:
    try:
        json.loads((checkpoint / TRAINER_STATE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def _collator(tokenizer: PreTrainedTokenizerBase, device: str) -> DataCollatorWithPadding:
    # Elsewhere than on the CPU every new length costs a compilation.
    return DataCollatorWithPadding(tokenizer, pad_to_multiple_of=None if device == "cpu" else 16)


def _arguments(settings: Settings, run_dir: Path, device: str, **more: Any) -> TrainingArguments:
    optimise = settings.training.enable_optimizations
    return TrainingArguments(
        output_dir=str(run_dir / "checkpoints"),
        per_device_train_batch_size=settings.model.batch_size,
        per_device_eval_batch_size=64,
        weight_decay=0.01,
        save_strategy="epoch",
        save_total_limit=2,
        bf16=optimise and device == "cuda",
        gradient_checkpointing=optimise,
        use_cpu=device == "cpu",
        ddp_backend="gloo" if device == "cpu" and n_ranks() > 1 else None,
        dataloader_pin_memory=device == "cuda",
        remove_unused_columns=False,
        disable_tqdm=True,
        logging_steps=100,
        report_to=[],
        seed=settings.training.seed,
        **more,
    )


def _macro_f1(prediction: EvalPrediction) -> dict[str, float]:
    predicted = np.asarray(prediction.predictions).argmax(axis=1)
    return {"macro_f1": float(f1_score(prediction.label_ids, predicted, average="macro"))}
