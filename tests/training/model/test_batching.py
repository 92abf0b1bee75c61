"""Batches: weights are chances, lengths are similar, processes share every step."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from training.model.batching import LengthBatches, Texts, as_draws


def test_weights_are_chances_and_batches_are_of_like_length(checkpoint: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    records = pd.DataFrame(
        {
            "text": [f"worker {'x ' * (i % 9)}| unknown" for i in range(1000)],
            "label": ["2221"] * 1000,
            "weight": [1.0] * 500 + [0.2] * 500,
            "language": "en",
            "forms": "",
        }
    )
    texts = Texts(records, tokenizer, 64)
    batches = LengthBatches(texts, batch_size=16, seed=1)
    epoch = list(batches)
    assert len(epoch) == len(batches) == 38 and {len(batch) for batch in epoch} == {16, 8}
    drawn = [row for batch in epoch for row in batch]
    assert len(drawn) == len(set(drawn)) == batches.n_drawn == 600
    assert 400 < sum(i < 500 for i in drawn) < 500
    spreads = [np.ptp(texts.n_tokens(np.array(batch))) for batch in epoch]
    assert np.mean(spreads) < 2
    batches.set_epoch(1)
    assert list(batches) != epoch


def test_a_text_of_a_weight_above_one_is_drawn_several_times() -> None:
    records = pd.DataFrame({"text": ["common", "usual", "doubtful"], "weight": [2.5, 1.0, 0.4]})
    draws = as_draws(records)
    assert list(draws["text"]) == ["common"] * 3 + ["usual", "doubtful"]
    assert np.allclose(draws["weight"], [2.5 / 3] * 3 + [1.0, 0.4])


@given(st.integers(2, 400), st.integers(1, 9), st.integers(2, 5), st.integers(0, 3))
def test_ranks_share_every_step(n: int, size: int, n_processes: int, epoch: int) -> None:
    texts = Unvaried(max(n, n_processes))
    shares = []
    for rank in range(n_processes):
        batches = LengthBatches(texts, size, seed=3, rank=rank, n_processes=n_processes)  # type: ignore[arg-type]
        batches.set_epoch(epoch)
        shares.append(list(batches))
        assert len(shares[-1]) == len(batches)
    assert sorted(row for share in shares for batch in share for row in batch) == list(
        range(len(texts.weights))
    )
    for step in zip(*shares, strict=True):
        sizes = [len(batch) for batch in step]
        assert min(sizes) > 0 and max(sizes) - min(sizes) <= 1


class Unvaried:
    """As many texts as wanted, of one to nine tokens."""

    def __init__(self, n: int) -> None:
        self.weights = np.ones(n)

    def augment(self, rows: np.ndarray, rng: random.Random) -> None:
        assert len(rows) == len(self.weights)

    def n_tokens(self, rows: np.ndarray) -> np.ndarray:
        return rows % 9 + 1
