"""The arrays of a model's file: plain numbers, written the same each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.arrays.array_file import read_arrays, write_arrays

ARRAYS = {f"array{n}": np.arange(n, dtype=np.uint16) for n in range(40)}


def test_numpy_reads_what_is_written_and_the_bytes_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("first.npz", "second.npz"):
        write_arrays(tmp_path / name, ARRAYS, are_packed=["array7"])
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    with np.load(tmp_path / "first.npz") as arrays:
        assert all(np.array_equal(arrays[name], array) for name, array in ARRAYS.items())


def test_what_numpy_writes_is_read(tmp_path: Path) -> None:
    turned = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.savez_compressed(tmp_path / "arrays.npz", turned=turned, scale=0.5)
    arrays = read_arrays((tmp_path / "arrays.npz").read_bytes())
    assert np.array_equal(arrays["turned"], turned) and float(arrays["scale"]) == 0.5


def test_an_object_of_python_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "objects.npz", objects=np.array([{"a": 1}]))
    with pytest.raises(ValueError):
        read_arrays((tmp_path / "objects.npz").read_bytes())
