"""Records in batches: drawn by their weight, varied, those of like length together.

A record's weight is its chance of being drawn in an epoch: a doubtful source is seen less often
instead of being learned half-heartedly, and costs less time. Texts of like length share a batch,
because padding costs as much as words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pandas as pd
from torch.utils.data import Dataset, Sampler
from transformers import PreTrainedTokenizerBase

from isco.taxonomy import isco08
from training.augment import augment, tasks_by_label

NO_LABEL = -100  # what torch's cross-entropy ignores
_BATCHES_PER_SORT = 50


class Texts(Dataset[dict[str, list[int] | int]]):
    """Records as token ids without padding, the index of their label, and their row.

    A label that is ``""`` has the index -100, which the cross-entropy leaves out: such texts only
    hold the model to what it said before.
    """

    def __init__(
        self,
        records: pd.DataFrame,
        tokenizer: PreTrainedTokenizerBase,
        max_tokens: int,
        varied: np.ndarray | None = None,
    ) -> None:
        """``varied``: (N,) bool, the rows that are augmented; all by default."""
        index = {"": NO_LABEL} | {code: i for i, code in enumerate(isco08().units)}
        self.texts: list[str] = list(records["text"])
        self.labels: list[int] = [index[code] for code in records["label"]]
        self.weights = records["weight"].to_numpy(float)
        self._varied = varied if varied is not None else np.ones(len(records), dtype=bool)
        self._tokenizer, self._max_tokens = tokenizer, max_tokens
        self._tasks = tasks_by_label(self.texts, self.labels)
        self._ids = self._tokenize(self.texts)

    def augment(self, rows: np.ndarray, rng: random.Random) -> None:
        """Put a new variant in the place of each of ``rows`` that is to be varied."""
        rows = rows[self._varied[rows]]
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
        mask = [1] * len(ids)
        return {"input_ids": ids, "attention_mask": mask, "labels": self.labels[i], "row": i}


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
