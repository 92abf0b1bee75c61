"""Packed rows: the same numbers, and only the blocks that are needed are unpacked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.arrays.packed_rows import PackedRows


def _rows(n_rows: int, n_columns: int) -> np.ndarray:
    return np.random.default_rng(0).integers(-128, 128, (n_rows, n_columns)).astype(np.int8)


@given(n_rows=st.integers(0, 900), n_columns=st.integers(1, 5))
def test_all_rows_are_what_they_were(n_rows: int, n_columns: int) -> None:
    rows = _rows(n_rows, n_columns)
    packed = PackedRows.pack(rows)
    packed.unpack()
    packed.blocks = np.zeros(0, np.uint8)  # they are not read again
    unpacked = np.asarray(packed)
    assert np.array_equal(unpacked, rows) and unpacked.dtype == np.int8


def test_rows_come_in_the_order_asked_for_and_as_often() -> None:
    rows = _rows(1000, 8)
    packed = PackedRows.pack(rows)
    for numbers in ([999, 0, 999, 256, 255], [], [512]):
        wanted = np.array(numbers, np.intp)
        assert np.array_equal(packed[wanted], rows[wanted])


def test_a_block_that_nobody_asks_for_is_not_read() -> None:
    rows = _rows(1000, 8)
    packed = PackedRows.pack(rows)
    damaged = packed.blocks.copy()
    damaged[packed.sizes[0] :] = 0xFF
    half = PackedRows(damaged, packed.sizes, packed.shape)
    assert np.array_equal(half[np.array([5, 6])], rows[5:7])
    with pytest.raises(Exception, match="frame header"):
        half[np.array([999])]
