"""Learn the n-gram model (``inference/ngram_model.py``): a softmax regression over hashed features.

Sparse and without hidden layers, so an epoch over 100,000 texts takes well under a minute. Texts
are drawn and augmented as the network's are. Afterwards the small weights are dropped and the rest
rounded to int8.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from torch.nn.functional import cross_entropy

from core.taxonomy import isco08, unit_index
from inference.ngram_model import NgramModel, features
from training.dataset.augmentation import augment, tasks_by_label

_LOG = logging.getLogger(__name__)
EPOCHS = 8
BATCH_SIZE = 256
LEARNING_RATE = 0.5
MIN_TEXTS = 2  # a feature of one text alone says nothing of others
MAX_WEIGHTS = 1_800_000  # 2.4 MB; of 12 million, 13 MB, one gold answer in a hundred more is right
LEVELS = 15  # of a weight's size: few levels compress well


def fit_ngram_model(train: pd.DataFrame, seed: int) -> NgramModel:
    """Learn from distinct cleaned texts: ``text, label, weight``.

    Each epoch draws a text with its weight as the chance, as it is or augmented.
    """
    units = isco08().units
    texts, rng = list(train["text"]), np.random.default_rng(seed)
    labels = np.array(unit_index(train["label"]), np.intp)
    chances = train["weight"].to_numpy(float)
    hashes = _vocabulary(texts)
    tasks, chance = tasks_by_label(texts, list(labels)), random.Random(seed)
    # Off is the default; said aloud, it is no warning.
    torch.sparse.check_sparse_tensor_invariants.disable()
    table = torch.nn.EmbeddingBag(len(hashes), len(units), mode="sum", sparse=True)
    torch.nn.init.zeros_(table.weight)
    bias = torch.zeros(len(units), requires_grad=True)
    optimizer = torch.optim.Adagrad([*table.parameters(), bias], lr=LEARNING_RATE)
    for epoch in range(EPOCHS):
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * (1 - epoch / EPOCHS)
        drawn = np.flatnonzero(rng.random(len(texts)) < chances)
        rng.shuffle(drawn)
        losses = []
        for start in range(0, len(drawn), BATCH_SIZE):
            rows = drawn[start : start + BATCH_SIZE]
            batch = [augment(texts[i], tasks.get(int(labels[i]), ()), chance) for i in rows]
            ids, weights, offsets = _bags(batch, hashes)
            logits = table(ids, offsets, per_sample_weights=weights) + bias
            loss = cross_entropy(logits, torch.as_tensor(labels[rows]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        _LOG.info("lexicon, epoch %d of %d: loss %.3f", epoch + 1, EPOCHS, np.mean(losses))
    return _compress(hashes, table.weight.detach().numpy(), bias.detach().numpy())


def _vocabulary(texts: Sequence[str]) -> np.ndarray:
    """The hashes of features that occur in at least ``MIN_TEXTS`` texts, ascending uint32."""
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(set(features(text)))
    found = sorted(feature for feature, n in counts.items() if n >= MIN_TEXTS)
    return np.array(found, np.uint32)


def _bags(
    texts: Sequence[str], hashes: np.ndarray
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Known features of N texts in a row: (ids, weights, where each text begins)."""
    found = [np.array(features(text), np.uint32) for text in texts]
    sizes = np.array([len(each) for each in found])
    flat = np.concatenate(found)
    at = np.minimum(np.searchsorted(hashes, flat), len(hashes) - 1)
    known = hashes[at] == flat
    weights = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes)[known]
    rows = np.repeat(np.arange(len(texts)), sizes)
    n_known = np.bincount(rows[known], minlength=len(texts))
    offsets = np.cumsum(n_known) - n_known
    return torch.as_tensor(at[known]), torch.as_tensor(weights).float(), torch.as_tensor(offsets)


def _compress(hashes: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> NgramModel:
    """Keep the largest weights of (F, K), and the features that have one of them.

    What a feature says against all codes alike changes no probability: its median is taken off
    first, and what is left is about few codes.
    """
    weights = weights - np.median(weights, axis=1, keepdims=True)
    sizes = np.abs(weights)
    scale = float(sizes.max()) / LEVELS
    n_small = max(sizes.size - MAX_WEIGHTS, 0)
    smallest = np.partition(sizes, n_small, axis=None)[n_small]
    large = (sizes >= smallest) & (np.rint(sizes / scale) > 0)  # a zero needs no place
    used = large.any(axis=1)
    large, kept = large[used], weights[used]
    rows, columns = np.nonzero(large)
    starts = np.searchsorted(rows, np.arange(len(kept) + 1))
    return NgramModel(
        hashes=hashes[used],
        starts=starts.astype(np.int64),
        columns=columns.astype(np.uint16),
        values=np.rint(kept[rows, columns] / scale).astype(np.int8),
        scale=scale,
        bias=bias.astype(np.float32),
    )
