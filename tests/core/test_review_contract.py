"""The columns of a review are those that a corrections file is read by."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.corrections.correction_table import open_corrections
from core.review_contract import (
    CORRECTION_COLUMNS,
    REVIEW_COLUMNS,
    RUN_REVIEW_COLUMNS,
    expected_gain,
)
from core.settings import DataSettings


def test_a_review_has_the_columns_that_corrections_are_read_by(tmp_path: Path) -> None:
    assert set(CORRECTION_COLUMNS) <= set(REVIEW_COLUMNS)
    path = tmp_path / "review.csv"
    path.write_text(",".join(REVIEW_COLUMNS) + "\n", encoding="utf-8")
    assert set(CORRECTION_COLUMNS) <= set(open_corrections(path, DataSettings()).columns)
    assert list(RUN_REVIEW_COLUMNS) == [name for name in REVIEW_COLUMNS if name != "sampled"]


def test_the_gain_is_the_same_for_one_text_and_for_many() -> None:
    confidences, n_records = np.array([0.1, 0.25, 0.9]), np.array([1.0, 8.0, 1000.0])
    gains = expected_gain(confidences, n_records)
    assert gains.tolist() == [
        expected_gain(float(confidence), float(n))
        for confidence, n in zip(confidences, n_records, strict=True)
    ]
    assert expected_gain(0.25, 8) == 6
