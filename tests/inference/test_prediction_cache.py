"""What is remembered packed comes back as it was, and not more than was asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.own_tables.code_source import CodeSource
from inference.decision import Fallback, Floors, SimilarCorrection, decide, unheld
from inference.prediction_cache import PredictionCache


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from((0.001, 0.05, 5.0)),
    st.sampled_from((0.0, 0.5, 0.9, 1.0)),
    st.sampled_from(("truncate", "climb")),
    st.tuples(*[st.sampled_from((0.0, 0.3, 0.9))] * 3),
)
def test_a_coding_comes_back_equal(
    seed: int,
    evenness: float,
    threshold: float,
    fallback: Fallback,
    floors: tuple[float, float, float],
) -> None:
    probabilities = np.random.default_rng(seed).dirichlet(np.full(436, evenness), 4)
    cache = PredictionCache(4)
    predictions = decide(probabilities.astype(np.float32), threshold, fallback, Floors(*floors))
    for number, prediction in enumerate(predictions):
        cache.put(f"text {number}", prediction)
    assert [cache.get(f"text {number}") for number in range(4)] == predictions


def test_what_corrections_decided_comes_back_too_until_all_is_forgotten() -> None:
    (prediction,) = decide(np.eye(1, 436, dtype=np.float32), 0.9, "truncate")
    similar = (SimilarCorrection("nurse | unknown", "2221", 0.9),)
    decided = replace(prediction, source=CodeSource.SIMILAR_CORRECTION, similar=similar)
    cache = PredictionCache(1)
    cache.put("a", decided)
    assert cache.get("a") == decided
    cache.put("b", prediction)
    cache.put("a", prediction)
    assert cache.get("a") == prediction  # and not with what the dropped one named
    cache.clear()
    assert cache.get("a") is None


@given(st.integers(0, 5), st.lists(st.integers(0, 9), max_size=30))
def test_the_one_unused_for_longest_is_dropped(n_texts: int, asked: list[int]) -> None:
    predictions = decide(np.eye(10, 436, dtype=np.float32), 0.9, "truncate")
    cache, last_used = PredictionCache(n_texts), list[int]()
    for number in asked:
        cached = cache.get(str(number))
        assert cached == (predictions[number] if number in last_used else None)
        if cached is None:
            cache.put(str(number), predictions[number])
        last_used = [n for n in last_used if n != number] + [number]
        last_used = last_used[len(last_used) - min(n_texts, len(last_used)) :]


def test_a_prediction_without_confidence_keeps_its_candidates() -> None:
    (prediction,) = decide(np.eye(1, 436, dtype=np.float32), 0.9, "truncate")
    cache = PredictionCache(1)
    cache.put("a", unheld(prediction))
    assert cache.get("a") == unheld(prediction)
