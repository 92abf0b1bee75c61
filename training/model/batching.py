"""Batches of training texts: drawn by weight, augmented, texts of similar length together.

A text's weight is its chance of being drawn in an epoch: a doubtful source is seen less often
instead of with a smaller loss, and costs less time. A text of a weight above 1 is drawn several
times (``as_draws``). Texts of similar length share a batch, because
padding costs as much time as words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from torch.utils.data import DataLoader, Dataset, Sampler
from transformers import PreTrainedTokenizerBase

from core.taxonomy import unit_index
from training.dataset.augmentation import Augmenter

NO_LABEL = -100  # what torch's cross-entropy ignores
_BATCHES_PER_SORT = 50


def as_draws(train: pd.DataFrame) -> pd.DataFrame:
    """Return ``train`` with a row for each time that an epoch may draw a text.

    A text of the weight 2.5 has three rows of the weight 5/6; one of at most 1 stays as it is.
    """
    weights = train["weight"].to_numpy(float)
    n_rows = np.maximum(np.ceil(weights), 1).astype(int)
    rows = train.loc[train.index.repeat(n_rows)].reset_index(drop=True)
    return rows.assign(weight=np.repeat(weights / n_rows, n_rows))


class Texts(Dataset[dict[str, list[int] | int]]):
    """Texts as token ids without padding, the index of their label, and their row.

    A label ``""`` has the index -100, which the cross-entropy leaves out: such texts serve
    distillation only.
    """

    def __init__(
        self,
        records: pd.DataFrame,
        tokenizer: PreTrainedTokenizerBase,
        max_tokens: int,
        is_augmented: np.ndarray | None = None,
    ) -> None:
        """Tokenize the texts; ``is_augmented``: (N,) bool, the rows to augment, by default all."""
        self.texts: list[str] = list(records["text"])
        self.labels = [unit_index([code])[0] if code else NO_LABEL for code in records["label"]]
        self.weights = records["weight"].to_numpy(float)
        everything = np.ones(len(records), dtype=bool)
        self._is_augmented = is_augmented if is_augmented is not None else everything
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._augmenter = Augmenter(records)
        self._ids = self._tokenize(self.texts)

    def augment(self, rows: np.ndarray, rng: random.Random) -> None:
        """Replace each of ``rows`` that is to be augmented by a new random variant."""
        rows = rows[self._is_augmented[rows]]
        variants = [self._augmenter.variant(i, rng) for i in rows]
        for i, ids in zip(rows, self._tokenize(variants), strict=True):
            self._ids[i] = ids

    def n_tokens(self, rows: np.ndarray) -> np.ndarray:
        """Return (len(rows),) the number of tokens of each of ``rows`` as they are now."""
        return np.array([len(self._ids[i]) for i in rows])

    def _tokenize(self, texts: list[str]) -> list[list[int]]:
        return self._tokenizer(texts, truncation=True, max_length=self._max_tokens)["input_ids"]

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, i: int) -> dict[str, list[int] | int]:
        ids = self._ids[i]
        mask = [1] * len(ids)
        return {"input_ids": ids, "attention_mask": mask, "labels": self.labels[i], "row": i}


class LengthBatches(Sampler[list[int]]):
    """Batches of texts drawn with their weights as chances, augmented, of similar length.

    Each epoch draws ``round(sum(weights))`` different texts; weights are in [0, 1]. If several
    processes train (``training/model/process_group.py``), each makes the same draw and takes its
    own share of every step: together they see each text once, in equally many batches.
    """

    def __init__(
        self, texts: Texts, batch_size: int, seed: int, rank: int = 0, n_processes: int = 1
    ) -> None:
        """Prepare batches of ``batch_size`` texts for the process ``rank`` of ``n_processes``."""
        self._texts = texts
        self._seed = seed
        self._rank = rank
        self._n_processes = n_processes
        self._step_size = batch_size * n_processes
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch to draw: a run that goes on in epoch 3 makes the draw of epoch 3."""
        self._epoch = epoch

    @property
    def n_drawn(self) -> int:
        """The number of texts in an epoch, of all processes together."""
        return max(1, round(float(self._texts.weights.sum())))

    def __len__(self) -> int:
        n_full, rest = divmod(self.n_drawn, self._step_size)
        return max(1, n_full + (rest >= self._n_processes))

    def __iter__(self) -> Iterator[list[int]]:
        rng = np.random.default_rng([self._seed, self._epoch])
        # Exponential keys give a weighted draw without replacement (Efraimidis & Spirakis 2006).
        weights = self._texts.weights
        with np.errstate(divide="ignore"):
            keys = rng.exponential(size=len(weights)) / weights
        drawn = np.argsort(keys, kind="stable")[: self.n_drawn]
        rng.shuffle(drawn)
        self._texts.augment(drawn, random.Random(int(rng.integers(2**32))))
        for window in self._cut(drawn, self._step_size * _BATCHES_PER_SORT):
            in_order = window[np.argsort(self._texts.n_tokens(window), kind="stable")]
            steps = self._cut(in_order, self._step_size)
            # The last step is often shorter: it stays the last.
            for i in (*rng.permutation(len(steps) - 1), -1):
                yield steps[i][self._rank :: self._n_processes].tolist()

    def _cut(self, rows: np.ndarray, size: int) -> list[np.ndarray]:
        """Cut into pieces of ``size``; a rest with fewer rows than processes joins the last."""
        pieces = [rows[start : start + size] for start in range(0, len(rows), size)]
        if len(pieces) > 1 and len(pieces[-1]) < self._n_processes:
            rest = pieces.pop()
            pieces[-1] = np.concatenate([pieces[-1], rest])
        return pieces


class BatchLoader(DataLoader[dict[str, list[int] | int]]):
    """A data loader that passes the epoch on to its ``LengthBatches``."""

    def __init__(self, texts: Texts, batches: LengthBatches, **arguments: Any) -> None:
        super().__init__(texts, batch_sampler=batches, **arguments)
        self._batches = batches

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch of the batches; the Trainer calls this before each epoch."""
        self._batches.set_epoch(epoch)
