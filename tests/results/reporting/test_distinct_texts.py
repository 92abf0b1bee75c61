"""The distinct texts of a batch against a slow count."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import join
from results.reporting.distinct_texts import DistinctTexts
from tests.results.test_statistics import CONFIDENCES, a_prediction

RECORDS = st.lists(st.tuples(st.text("abc", max_size=2), CONFIDENCES), max_size=40)


@given(records=RECORDS, threshold=CONFIDENCES, n_chunk=st.integers(1, 20))
def test_texts_are_those_of_a_slow_count(
    records: list[tuple[str, float]], threshold: float, n_chunk: int
) -> None:
    distinct = DistinctTexts()
    for start in range(0, len(records), n_chunk):
        chunk = records[start : start + n_chunk]
        predictions = [a_prediction("2221", confidence) for _, confidence in chunk]
        is_seen = np.array([text == "a" for text, _ in chunk], bool)
        distinct.add([text for text, _ in chunk], predictions, is_seen)
        assert len(distinct) == len(set(records[: start + n_chunk]))
    counted = Counter(records)
    assert distinct.n_below(threshold) == sum(reach < threshold for _, reach in counted)
    above = [n for (_, reach), n in counted.items() if reach >= threshold]
    expected = sum(above) ** 2 / sum(n * n for n in above) if above else 0
    assert distinct.n_effective_above(threshold) == pytest.approx(expected)
    if counted:
        unseen = [text != "a" for text, _ in counted]
        assert distinct.unseen_rate == pytest.approx(np.mean(unseen))
    else:
        assert np.isnan(distinct.unseen_rate)


def test_texts_that_one_answer_decides_are_one() -> None:
    """The report had twice as many texts for review as the review asks."""
    distinct = DistinctTexts()
    texts = [join("clerk", duties) for duties in ("NA", "", "n/a", "-", "files papers")]
    distinct.add(texts, [a_prediction("4110", 0.7)] * 5, np.zeros(5, bool))
    assert (len(distinct), distinct.n_below(0.9)) == (2, 2)
