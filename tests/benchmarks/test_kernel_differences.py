"""The texts on which kernels are compared, and how their differences are counted."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.kernel_differences import N_TEXTS, differences, thousand_texts
from benchmarks.processor import processor


@pytest.mark.slow
def test_a_thousand_distinct_texts() -> None:
    texts = thousand_texts()
    assert len(texts) == len(set(texts)) == N_TEXTS


def test_differences_of_codes_orders_and_decisions_are_counted() -> None:
    usual = np.full((3, 436), 1e-4, dtype=np.float32)
    usual[:, 0], usual[:, 1] = 0.95, 0.01
    other = usual.copy()
    assert differences(usual, other) == ["0", "0", "0", "0"]
    other[0, 2] = 0.02  # another order of the candidates
    other[1, 0] = 0.8  # no longer autocoded
    other[2, :2] = 0.01, 0.95  # another code
    assert differences(usual, other) == ["1", "2", "1", "0.15"]


def test_the_processor_is_stated_in_one_line() -> None:
    assert "OMP_NUM_THREADS" in processor() and "\n" not in processor()
