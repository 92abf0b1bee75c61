"""Fine-tune ``RobertaForSequenceClassification`` on cleaned texts, with transformers' Trainer.

A record's weight is its chance of being drawn in an epoch: a doubtful source is seen less often
instead of being learned half-heartedly, and costs less time. Texts of like length share a batch,
because padding costs as much as words.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

# Before torch is imported: operators that MPS lacks run on the CPU instead of failing.
os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")

import torch
from sklearn.metrics import f1_score
from torch.utils.data import Dataset, Sampler
from transformers import (
    DataCollatorWithPadding,
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedTokenizerBase,
    RobertaForSequenceClassification,
    Trainer,
    TrainingArguments,
)

from isco.settings import Settings
from isco.taxonomy import isco08
from training.augment import augment, tasks_by_label

_BATCHES_PER_SORT = 50


class Texts(Dataset[dict[str, list[int] | int]]):
    """Texts and labels as token ids, (ids without padding, label index)."""

    def __init__(
        self,
        records: pd.DataFrame,
        tokenizer: PreTrainedTokenizerBase,
        max_tokens: int,
    ) -> None:
        index = {code: i for i, code in enumerate(isco08().units)}
        self.texts: list[str] = list(records["text"])
        self.labels: list[int] = [index[code] for code in records["label"]]
        self.weights = records["weight"].to_numpy(float)
        self._tokenizer, self._max_tokens = tokenizer, max_tokens
        self._tasks = tasks_by_label(self.texts, self.labels)
        self._ids = self._tokenize(self.texts)

    def augment(self, rows: np.ndarray, rng: random.Random) -> None:
        """Put a new variant in the place of each of ``rows``."""
        variants = [augment(self.texts[i], self._tasks.get(self.labels[i], ()), rng) for i in rows]
        for i, ids in zip(rows, self._tokenize(variants), strict=True):
            self._ids[i] = ids

    def n_tokens(self, rows: np.ndarray) -> np.ndarray:
        """Length in tokens of each of ``rows`` as they are now."""
        return np.array([len(self._ids[i]) for i in rows])

    def _tokenize(self, texts: list[str]) -> list[list[int]]:
        return self._tokenizer(texts, truncation=True, max_length=self._max_tokens)["input_ids"]

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, i: int) -> dict[str, list[int] | int]:
        ids = self._ids[i]
        return {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": self.labels[i]}


class WeightedLengthSampler(Sampler[int]):
    """Draw each record with its weight as the chance, augmented, in batches of like length.

    Each epoch draws ``round(sum(weights))`` different records; weights in [0, 1].
    """

    def __init__(self, texts: Texts, batch_size: int, seed: int) -> None:
        self._texts, self._batch_size, self._seed = texts, batch_size, seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by accelerate: a run that goes on in epoch 3 draws what epoch 3 would have."""
        self._epoch = epoch

    def __len__(self) -> int:
        return max(1, round(float(self._texts.weights.sum())))

    def __iter__(self) -> Iterator[int]:
        rng = np.random.default_rng([self._seed, self._epoch])
        # Exponential keys give a weighted draw without replacement (Efraimidis & Spirakis 2006).
        weights = self._texts.weights
        with np.errstate(divide="ignore"):
            keys = rng.exponential(size=len(weights)) / weights
        drawn = np.argsort(keys, kind="stable")[: len(self)]
        rng.shuffle(drawn)
        self._texts.augment(drawn, random.Random(int(rng.integers(2**32))))
        for window in _windows(drawn, self._batch_size * _BATCHES_PER_SORT):
            in_order = window[np.argsort(self._texts.n_tokens(window), kind="stable")]
            batches = list(_windows(in_order, self._batch_size))
            for i in rng.permutation(len(batches) - 1):
                yield from batches[i].tolist()
            # The last may be short: anywhere else it would shift every batch behind it.
            yield from batches[-1].tolist()


def _windows(values: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


class _Trainer(Trainer):
    """The Trainer with our sampler."""

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> Sampler:
        texts = self.train_dataset
        assert isinstance(texts, Texts)
        return WeightedLengthSampler(texts, self.args.train_batch_size, self.args.seed)


def device_name() -> str:
    """cuda, then mps, then cpu."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def finetune(
    model: RobertaForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    train: pd.DataFrame,
    validation: pd.DataFrame,
    settings: Settings,
    run_dir: Path,
) -> dict[str, float]:
    """Train ``model`` in place; it ends as its best epoch by macro-F1 on ``validation``.

    Parameters
    ----------
    train, validation : ``text, label, weight``; texts cleaned and distinct.
    run_dir : receives ``checkpoints/``, from which an interrupted run goes on.

    Returns
    -------
    loss and ``macro_f1`` on validation, and seconds.
    """
    device = device_name()
    if device == "mps":
        # torch's fused attention was wrong on MPS for 8 tokens and fewer (pytorch#163597).
        model.set_attn_implementation("eager")
    max_tokens = settings.model.max_seq_length
    trainer = _Trainer(
        model=model,
        args=_arguments(settings, run_dir, device),
        data_collator=DataCollatorWithPadding(
            tokenizer, pad_to_multiple_of=None if device == "cpu" else 16
        ),
        train_dataset=Texts(train, tokenizer, max_tokens),
        eval_dataset=Texts(validation, tokenizer, max_tokens),
        compute_metrics=_macro_f1,
        callbacks=[EarlyStoppingCallback(early_stopping_patience=2)],
    )
    checkpoints = list((run_dir / "checkpoints").glob("checkpoint-*"))
    result = trainer.train(resume_from_checkpoint=bool(checkpoints))
    measured = trainer.evaluate()
    return {
        "loss": measured["eval_loss"],
        "macro_f1": measured["eval_macro_f1"],
        "seconds": result.metrics["train_runtime"],
    }


def _arguments(settings: Settings, run_dir: Path, device: str) -> TrainingArguments:
    optimise = settings.training.enable_optimizations
    return TrainingArguments(
        output_dir=str(run_dir / "checkpoints"),
        num_train_epochs=settings.model.epochs,
        learning_rate=settings.model.learning_rate,
        per_device_train_batch_size=settings.model.batch_size,
        per_device_eval_batch_size=64,
        warmup_ratio=0.06,
        weight_decay=0.01,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="macro_f1",
        bf16=optimise and device == "cuda",
        gradient_checkpointing=optimise,
        use_cpu=device == "cpu",
        dataloader_pin_memory=device == "cuda",
        remove_unused_columns=False,
        disable_tqdm=not sys.stderr.isatty(),
        logging_steps=100,
        report_to=[],
        seed=settings.training.seed,
    )


def _macro_f1(prediction: EvalPrediction) -> dict[str, float]:
    predicted = np.asarray(prediction.predictions).argmax(axis=1)
    return {"macro_f1": float(f1_score(prediction.label_ids, predicted, average="macro"))}
