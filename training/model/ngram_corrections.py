"""Teach corrections to the n-gram model (``inference/ngram_model.py``), in seconds.

A few steps hardly move the network, and a whole night of them costs what it knew. The n-gram model
reads words and letter sequences: what it learns of a corrected title counts for whatever is written
like it, and for little else.

It learns what is served: the loss is that of ``network + weight * scores``, in which the network's
part stays as it is. The corrections are learned; on all other texts the sum must stay what the
model in service answers (distillation), and known texts keep their labels. Only the vectors of the
corrections' features change, and more slowly the weights of the unit groups, which all texts share.
Features that no text had before join the model.

Every night has all corrections so far, and most are known already. Each step more would only move
what nobody asked to change: so a correction that has enough probability teaches no more, and the
night ends once nearly all are right that the model in service has wrong.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import torch
from torch.nn.functional import cross_entropy, embedding_bag, kl_div, log_softmax

from core.settings import Settings
from core.taxonomy import unit_index
from inference.ngram_model import NgramModel, features
from training.model.batching import NO_LABEL
from training.model.ngram_trainer import bags

_BATCH_SIZE = 128
# Below such a slope Adam makes smaller steps: what is learned already must not drift by night.
_EPSILON = 1e-4
_DISTILLATION = 2.0  # weight of a text that must be answered as before, against a known one
_SHARED_RATE = 0.3  # of the learning rate: for the weights of the unit groups
_LEARNED = 0.9  # a correction of this probability teaches no more
_ENOUGH = 0.9  # of what the model in service has wrong is right: the night ends
_LARGEST_LEVEL = 127  # of int8


def teach_ngram_model(
    model: NgramModel,
    texts: pd.DataFrame,
    network: np.ndarray,
    parent: np.ndarray,
    weight: float,
    settings: Settings,
) -> NgramModel:
    """Return ``model`` with the corrections among ``texts`` learned, by ``settings.fine_tune``.

    Parameters
    ----------
    texts : ``text, label, weight, is_correction``; see ``training/dataset/fine_tune_set.py``.
    network : (N, 436) what the network adds to the logarithms of the probabilities.
    parent : (N, 436) probabilities of the model in service.
    weight : the scores of the n-gram model are multiplied by it.
    """
    chosen = settings.fine_tune
    is_correction = texts["is_correction"].to_numpy(bool)
    if not (chosen.ngram_epochs and is_correction.any() and weight and len(model.hashes)):
        return model
    student = _Student(model, texts, is_correction)
    target = _Target(texts, is_correction, network, parent)
    rate, shared_rate = chosen.ngram_learning_rate, _SHARED_RATE * chosen.ngram_learning_rate
    groups = [
        {"params": [student.vectors], "lr": rate},
        {"params": [student.weights, student.bias], "lr": shared_rate},
    ]
    optimizer = torch.optim.Adam(groups, eps=_EPSILON)
    cuts = range(_BATCH_SIZE, len(texts), _BATCH_SIZE)
    n_steps = chosen.ngram_epochs * (len(cuts) + 1)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, n_steps)
    rng = np.random.default_rng(settings.training.seed)
    corrected = np.flatnonzero(is_correction)
    wrong = corrected[~target.are_right(parent[corrected], corrected)]
    for _ in range(chosen.ngram_epochs):
        for rows in np.split(rng.permutation(len(texts)), cuts):
            loss = target.loss(weight * student(rows), rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        if not len(wrong):
            break
        with torch.no_grad():
            sums = network[wrong] + weight * student(wrong).numpy()
        if target.are_right(sums, wrong).mean() >= _ENOUGH:
            break
    return student.as_ngram_model(rng)


class _Student(torch.nn.Module):
    """The n-gram model on N texts, with the parameters that corrections change.

    ``hashes`` (F,) uint32 are the features of the corrections, ascending. Each text's vector is the
    sum of their vectors and of a fixed one (N, D), that of its other features.
    """

    def __init__(self, model: NgramModel, texts: pd.DataFrame, is_correction: np.ndarray) -> None:
        super().__init__()
        self._model = model
        taught = texts.loc[is_correction, "text"]
        self.hashes = np.unique(np.array([f for text in taught for f in features(text)], np.uint32))
        self.vectors = torch.nn.Parameter(torch.from_numpy(_vectors(model, self.hashes)))
        self.weights = torch.nn.Parameter(torch.from_numpy(model.weights.copy()))
        self.bias = torch.nn.Parameter(torch.from_numpy(model.bias.copy()))
        self._texts = texts["text"].to_numpy(str)
        every_row = np.arange(len(texts))
        with torch.no_grad():
            own = self._own_vectors(every_row)
        self._fixed = torch.from_numpy(model.text_vectors(list(self._texts))) - own

    def forward(self, rows: np.ndarray) -> torch.Tensor:
        """Return (R, 436) scores of the texts at ``rows``."""
        vectors = self._fixed[rows] + self._own_vectors(rows)
        return vectors @ self.weights + self.bias

    def _own_vectors(self, rows: np.ndarray) -> torch.Tensor:
        ids, weights, offsets = bags(list(self._texts[rows]), self.hashes)
        return embedding_bag(ids, self.vectors, offsets, mode="sum", per_sample_weights=weights)

    def as_ngram_model(self, rng: np.random.Generator) -> NgramModel:
        """Return the model with its vectors in as small steps as int8 allows.

        A step is larger than most of what a night adds to a number, so numbers are rounded up or
        down at random: each up as often as it is near, and nothing is lost in the sum.
        """
        model = self._model
        old_vectors = np.asarray(model.vectors)
        largest = int(np.abs(old_vectors).max(initial=1))
        n_steps = max(_LARGEST_LEVEL // max(largest, 1), 1)
        scale = model.scale / n_steps
        hashes = np.union1d(model.hashes, self.hashes)
        vectors = np.zeros((len(hashes), old_vectors.shape[1]), np.int8)
        vectors[np.searchsorted(hashes, model.hashes)] = old_vectors * np.int8(n_steps)
        # What did not move is a whole number, but for the arithmetic's last digits, and stays.
        learned = np.round(self.vectors.detach().numpy() / scale, 3)
        learned = np.floor(learned + rng.random(learned.shape))
        vectors[np.searchsorted(hashes, self.hashes)] = learned.clip(
            -_LARGEST_LEVEL, _LARGEST_LEVEL
        )
        return NgramModel(
            hashes, vectors, scale, self.weights.detach().numpy(), self.bias.detach().numpy()
        )


def _vectors(model: NgramModel, hashes: np.ndarray) -> np.ndarray:
    """Return (F, D) float32 vectors of features; zeros for one that the model does not know."""
    vectors = np.zeros((len(hashes), model.vectors.shape[1]), np.float32)
    _, known, rows = np.intersect1d(hashes, model.hashes, assume_unique=True, return_indices=True)
    vectors[known] = model.scale * model.vectors[rows]
    return vectors


class _Target:
    """What the sum of network and n-gram model shall be on N texts."""

    def __init__(
        self,
        texts: pd.DataFrame,
        is_correction: np.ndarray,
        network: np.ndarray,
        parent: np.ndarray,
    ) -> None:
        units = [unit_index([code])[0] if code else NO_LABEL for code in texts["label"]]
        self._units = torch.tensor(units)
        self._weights = torch.tensor(texts["weight"].to_numpy(float), dtype=torch.float32)
        self._is_distilled = torch.tensor(~is_correction)
        self._network = torch.tensor(network, dtype=torch.float32)
        self._parent = torch.tensor(parent, dtype=torch.float32)

    def loss(self, scores: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
        """Return the mean loss of the texts at ``rows``; ``scores`` (R, 436) as they are added."""
        sums = self._network[rows] + scores
        errors = cross_entropy(sums, self._units[rows], reduction="none", ignore_index=NO_LABEL)
        is_distilled = self._is_distilled[rows]
        errors = torch.where(is_distilled, errors, (errors + math.log(_LEARNED)).clamp(min=0))
        divergence = kl_div(
            log_softmax(sums[is_distilled], dim=1),
            self._parent[rows][is_distilled],
            reduction="sum",
        )
        return ((errors * self._weights[rows]).sum() + _DISTILLATION * divergence) / len(rows)

    def are_right(self, scores: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return (R,) bool: whether the best of the ``scores`` (R, 436) is what a row shall be."""
        return scores.argmax(axis=1) == self._units[rows].numpy()
