"""Train the n-gram model (``inference/ngram_model.py``): a softmax regression of low rank.

It has no hidden layers and its gradients are sparse, so an epoch over a million texts takes five
minutes of one core. Texts are drawn and augmented as for the network. Afterwards the features'
vectors are turned and rounded to few levels, which costs little and compresses well.
"""

from __future__ import annotations

import logging
import math
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
from training.model.batching import as_draws

_LOG = logging.getLogger(__name__)
MIN_EPOCHS = 10
MIN_UPDATES = 40  # few texts are read in more epochs
BATCH_SIZE = 512
LEARNING_RATE = 0.1
DIMENSIONS = 192
MIN_TEXTS = 3  # a feature of fewer texts tells nothing about other texts
MAX_FEATURES = 470_000  # 16 MB packed: what a bundle of 90 MB has room for
_STEP = 1.58  # of the size of the numbers, as root mean square: what 16 MB have room for
_LARGEST_LEVEL = 12  # met once in 300,000 numbers; lessons of a night need finer levels in int8


def fit_ngram_model(train: pd.DataFrame, seed: int) -> NgramModel:
    """Return the n-gram model of cleaned texts; an empty one if no feature is in several texts.

    ``train`` has the columns ``text, label, weight, language, forms``. A text is there once, or
    under several labels if none is right (``training/dataset/no_occupation.py``).

    Each epoch draws a text with its weight as the chance, and augments it.
    """
    units = isco08().units
    hashes = _vocabulary(list(train["text"].unique()))
    if not len(hashes):
        return NgramModel.empty(len(units))
    train = as_draws(train)
    texts = list(train["text"])
    rng = np.random.default_rng(seed)
    labels = np.array(unit_index(train["label"]), np.intp)
    chances = train["weight"].to_numpy(float)
    augmenter = Augmenter(train)
    augment_rng = random.Random(seed)
    # Off is the default; torch warns unless it is set explicitly.
    torch.sparse.check_sparse_tensor_invariants.disable()
    torch.manual_seed(seed)
    table = torch.nn.EmbeddingBag(len(hashes), DIMENSIONS, mode="sum", sparse=True)
    torch.nn.init.normal_(table.weight, std=1 / DIMENSIONS)
    output = torch.nn.Linear(DIMENSIONS, len(units))
    torch.nn.init.zeros_(output.weight)
    torch.nn.init.zeros_(output.bias)
    optimizer = torch.optim.Adagrad([*table.parameters(), *output.parameters()], lr=LEARNING_RATE)
    n_epochs = max(MIN_EPOCHS, math.ceil(MIN_UPDATES * BATCH_SIZE / len(texts)))
    for epoch in range(n_epochs):
        drawn = np.flatnonzero(rng.random(len(texts)) < chances)
        rng.shuffle(drawn)
        losses = []
        for start in range(0, len(drawn), BATCH_SIZE):
            for group in optimizer.param_groups:
                group["lr"] = LEARNING_RATE * (1 - (epoch + start / len(drawn)) / n_epochs)
            rows = drawn[start : start + BATCH_SIZE]
            batch = [augmenter.variant(i, augment_rng) for i in rows]
            ids, weights, offsets = bags(batch, hashes)
            logits = output(table(ids, offsets, per_sample_weights=weights))
            loss = cross_entropy(logits, torch.as_tensor(labels[rows]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        _LOG.info("n-gram model, epoch %d of %d: loss %.3f", epoch + 1, n_epochs, np.mean(losses))
    return round_vectors(
        hashes,
        table.weight.detach().numpy(),
        output.weight.detach().numpy().T.copy(),
        output.bias.detach().numpy(),
    )


def _vocabulary(texts: Sequence[str]) -> np.ndarray:
    """Return the hashes of the features of most texts, at least ``MIN_TEXTS``, ascending uint32."""
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(set(features(text)))
    ranked = sorted((-n, feature) for feature, n in counts.items() if n >= MIN_TEXTS)
    return np.array(sorted(feature for _, feature in ranked[:MAX_FEATURES]), np.uint32)


def bags(
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


def round_vectors(
    hashes: np.ndarray, vectors: np.ndarray, weights: np.ndarray, bias: np.ndarray
) -> NgramModel:
    """Return the model of (F, D) float vectors, each number rounded to a multiple of one scale.

    The vectors are turned first, to the principal components of what the features add to the
    scores. There an error of one size costs the same in each of the D numbers, and most of the
    variance is in few of them: so most of the others become 0, and take no place.

    A feature whose numbers all become 0 says nothing, and is left out.
    """
    # What is added to all unit groups alike changes no probability.
    weights = weights - weights.mean(axis=1, keepdims=True)
    _, components = np.linalg.eigh(weights.T @ (vectors.T @ vectors) @ weights)
    components = components[:, ::-1][:, : len(weights)]
    # The weights keep their size: the learning rate of a night is made for it.
    size = np.linalg.norm(weights) / len(weights) ** 0.5 or 1.0
    turned = vectors @ (weights @ components / size)
    scale = float(np.sqrt(np.mean(turned**2))) * _STEP if turned.any() else 1.0
    levels = np.clip(np.rint(turned / scale), -_LARGEST_LEVEL, _LARGEST_LEVEL)
    says_something = levels.any(axis=1)
    return NgramModel(
        hashes[says_something],
        levels[says_something].astype(np.int8),
        scale,
        (size * components.T).astype(np.float32),
        bias,
    )
