"""Train the n-gram model (``inference/ngram_model.py``): a softmax regression on hashed features.

It is sparse and has no hidden layers, so an epoch over 100,000 texts takes well under a minute.
Texts are drawn and augmented as for the network. Afterwards small weights are dropped and the rest
is rounded to int8.
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
from training.dataset.augmentation import Augmenter

_LOG = logging.getLogger(__name__)
EPOCHS = 8
BATCH_SIZE = 256
LEARNING_RATE = 0.5
MIN_TEXTS = 2  # a feature of a single text tells nothing about other texts
MAX_WEIGHTS = 1_800_000  # 2.4 MB; of 12 million, 13 MB, 1 % more of the hold-out set is right
LEVELS = 15  # of a weight's size: few levels compress well


def fit_ngram_model(train: pd.DataFrame, seed: int) -> NgramModel:
    """Return the n-gram model of distinct cleaned texts.

    ``train`` has the columns ``text, label, weight, language, forms``.

    Each epoch draws a text with its weight as the chance, and augments it.
    """
    units = isco08().units
    texts = list(train["text"])
    rng = np.random.default_rng(seed)
    labels = np.array(unit_index(train["label"]), np.intp)
    chances = train["weight"].to_numpy(float)
    hashes = _vocabulary(texts)
    augmenter = Augmenter(train)
    augment_rng = random.Random(seed)
    # Off is the default; torch warns unless it is set explicitly.
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
            batch = [augmenter.variant(i, augment_rng) for i in rows]
            ids, weights, offsets = _bags(batch, hashes)
            logits = table(ids, offsets, per_sample_weights=weights) + bias
            loss = cross_entropy(logits, torch.as_tensor(labels[rows]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        _LOG.info("n-gram model, epoch %d of %d: loss %.3f", epoch + 1, EPOCHS, np.mean(losses))
    return _compress(hashes, table.weight.detach().numpy(), bias.detach().numpy())


def _vocabulary(texts: Sequence[str]) -> np.ndarray:
    """Return the hashes of features of at least ``MIN_TEXTS`` texts, ascending uint32."""
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(set(features(text)))
    return np.array(sorted(feature for feature, n in counts.items() if n >= MIN_TEXTS), np.uint32)


def _bags(
    texts: Sequence[str], hashes: np.ndarray
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return ids and weights of the known features of N texts, and (N,) the start of each text."""
    text_features = [np.array(features(text), np.uint32) for text in texts]
    sizes = np.array([len(each) for each in text_features])
    flat = np.concatenate(text_features)
    ids = np.minimum(np.searchsorted(hashes, flat), len(hashes) - 1)
    is_known = hashes[ids] == flat
    weights = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes)[is_known]
    rows = np.repeat(np.arange(len(texts)), sizes)
    n_known = np.bincount(rows[is_known], minlength=len(texts))
    offsets = np.cumsum(n_known) - n_known
    return (
        torch.as_tensor(ids[is_known]),
        torch.as_tensor(weights).float(),
        torch.as_tensor(offsets),
    )


def _compress(hashes: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> NgramModel:
    """Keep the largest of the (F, K) weights, and the features that have one of them.

    A constant added to all weights of a feature changes no probability. So the median of each
    feature is subtracted first; the weights that remain large concern few codes.
    """
    weights = weights - np.median(weights, axis=1, keepdims=True)
    sizes = np.abs(weights)
    scale = float(sizes.max()) / LEVELS
    n_small = max(sizes.size - MAX_WEIGHTS, 0)
    smallest = np.partition(sizes, n_small, axis=None)[n_small]
    large = (sizes >= smallest) & (np.rint(sizes / scale) > 0)  # a zero is not stored
    used = large.any(axis=1)
    large = large[used]
    kept = weights[used]
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
