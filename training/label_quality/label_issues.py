"""Labels that a model which has not seen them finds very improbable: ``label_issues.csv``.

The texts are divided into five folds, all texts of a group (a concept with its synonyms) in one.
The probabilities of each fold come from a softmax layer over the encoder's vectors that learned
from the other four: neither a label nor an error shared by its group supports itself. cleanlab's
confident learning (Northcutt, Jiang, Chuang, JAIR 70, 2021) then lists the suspect labels.

This list alone is too long: confident learning counts every confident error of the model as an
error of the label, and over 436 codes and unseen concepts the model is wrong every second time.
With 10 % of the labels made wrong it lists 41 % of the texts, of which 23 % are wrong. Therefore
only those stay that the model gives less than ``DOUBT`` of the probability of a random guess: 6 in
10 of the wrong labels, and two in three of the listed labels are wrong.

Columns of ``label_issues.csv``, the least likely labels first:

``text``, ``label``, ``weight``, ``source``  as in the records
``self_confidence``       out-of-fold probability of the label, 0 (bad) to 1
``suggested_code``        the unit group that the model finds most probable
``suggested_confidence``  its probability
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import torch
from cleanlab.filter import find_label_issues as confident_learning

from training.dataset.splits import groups_of
from training.label_quality.embeddings import use_one_core

N_FOLDS = 5
DOUBT = 0.25
COLUMNS = (
    "text",
    "label",
    "weight",
    "source",
    "self_confidence",
    "suggested_code",
    "suggested_confidence",
)
_EPOCHS = 5
_BATCH_SIZE = 512
# With few texts there are more epochs: five epochs of one batch teach nothing.
_MIN_STEPS = 200
_LEARNING_RATE = 5e-3
# The centered vectors have length one; a linear layer needs larger ones for high confidences.
_SCALE = 10.0


def find_label_issues(
    records: pd.DataFrame, vectors: np.ndarray, seed: int
) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of ``label_issues.csv``, index as ``records``, and the codes not judged.

    Parameters
    ----------
    records : N distinct ``text, label, weight, source, group``.
    vectors : (N, H) float32 of the encoder (``embeddings.py``).

    A code with fewer than ``N_FOLDS`` groups is not judged: some fold would have no text to learn
    it from. Where fewer than two codes remain, none is judged.
    """
    groups = groups_of(records)
    n_groups = groups.groupby(records["label"]).nunique()
    codes = sorted(n_groups.index[n_groups >= N_FOLDS])
    unjudged = sorted(set(n_groups.index) - set(codes))
    judged = np.flatnonzero(records["label"].isin(codes))
    if len(codes) < 2:
        return _rows(records.iloc[:0], np.zeros((0, 0)), np.zeros(0, int), []), unjudged
    judged_records = records.iloc[judged]
    right = np.searchsorted(codes, judged_records["label"].to_numpy(str))
    weights = judged_records["weight"].to_numpy(float)
    probabilities = out_of_fold(vectors[judged], right, weights, groups.iloc[judged], seed)
    # One process: forked workers would each copy the (N, K) probabilities.
    suspect = confident_learning(
        right, probabilities, filter_by="low_self_confidence", n_jobs=1, verbose=False
    )
    own = probabilities[np.arange(len(right)), right]
    listed = np.flatnonzero(suspect & (own < DOUBT / len(codes)))
    rows = _rows(judged_records.iloc[listed], probabilities[listed], right[listed], codes)
    return rows, unjudged


def out_of_fold(
    vectors: np.ndarray, right: np.ndarray, weights: np.ndarray, groups: pd.Series, seed: int
) -> np.ndarray:
    """Return (N, K) float32 probabilities, each row by a model that saw no text of its group.

    Parameters
    ----------
    vectors : (N, H) float32.
    right : (N,) label of each text, 0 to K - 1, each of them at least once.
    weights : (N,) trust in each label, 0 to 1.
    groups : (N,) names.
    """
    rng = np.random.default_rng(seed)
    position, names = pd.factorize(groups)
    fold = (rng.permutation(len(names)) % N_FOLDS)[position]
    centered = vectors - vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    lengths = np.maximum(np.linalg.norm(centered, axis=1, keepdims=True), 1e-6)
    inputs = torch.from_numpy(centered / lengths * np.float32(_SCALE))
    targets = torch.from_numpy(right)
    trust = torch.from_numpy(weights.astype(np.float32))
    out = np.empty((len(right), int(right.max()) + 1), dtype=np.float32)

    def fill(held_out: int) -> None:
        rows = np.flatnonzero(fold == held_out)
        others = np.flatnonzero(fold != held_out)
        draws = np.random.default_rng([seed, held_out])
        layer = _fit(inputs, targets, trust, others, out.shape[1], draws)
        with torch.inference_mode():
            out[rows] = torch.softmax(layer(inputs[rows]), dim=1).numpy()

    with ThreadPoolExecutor(torch.get_num_threads(), initializer=use_one_core) as threads:
        for _ in threads.map(fill, range(N_FOLDS)):
            pass
    return out


def _fit(
    inputs: torch.Tensor,
    targets: torch.Tensor,
    trust: torch.Tensor,
    rows: np.ndarray,
    n_labels: int,
    rng: np.random.Generator,
) -> torch.nn.Linear:
    """Return a softmax layer trained on ``rows``, by Adam with a rate that falls to zero.

    It is one softmax over all codes: one-versus-rest in scikit-learn takes seven minutes a fold.
    """
    layer = torch.nn.Linear(inputs.shape[1], n_labels)
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    optimizer = torch.optim.Adam(layer.parameters(), _LEARNING_RATE)
    n_batches = -(-len(rows) // _BATCH_SIZE)
    n_epochs = max(_EPOCHS, -(-_MIN_STEPS // n_batches))
    decay = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=n_epochs * n_batches)
    for _ in range(n_epochs):
        drawn = rng.permutation(rows)
        for start in range(0, len(drawn), _BATCH_SIZE):
            batch = drawn[start : start + _BATCH_SIZE]
            losses = torch.nn.functional.cross_entropy(
                layer(inputs[batch]), targets[batch], reduction="none"
            )
            optimizer.zero_grad()
            (losses * trust[batch]).mean().backward()
            optimizer.step()
            decay.step()
    return layer


def _rows(
    records: pd.DataFrame, probabilities: np.ndarray, right: np.ndarray, codes: list[str]
) -> pd.DataFrame:
    best = probabilities.argmax(axis=1) if len(records) else right
    rows = np.arange(len(records))
    listed = records.assign(
        self_confidence=probabilities[rows, right],
        suggested_code=[codes[i] for i in best],
        suggested_confidence=probabilities[rows, best],
    )
    return listed.sort_values(["self_confidence", "text"])[list(COLUMNS)]
