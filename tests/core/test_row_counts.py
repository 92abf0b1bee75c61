"""The words beside a number."""

from __future__ import annotations

import math

import pytest

from core.row_counts import RowCounts, quantity


@pytest.mark.parametrize(
    ("n", "words"),
    [(0, "0 records"), (1, "1 record"), (2, "2 records"), (1200, "1,200 records")],
)
def test_one_is_singular(n: int, words: str) -> None:
    assert quantity(n, "record") == words
    assert quantity(n, "record is", "records are") == words + (" is" if n == 1 else " are")


def test_the_sentence_of_one_record() -> None:
    one = RowCounts(n_rows_in=1, n_rows_out=1, n_review_texts=1)
    assert one.sentence(2.0).startswith("1 row in 2.00 s (0 rows/s), 0.0% autocoded, 1 text to")


def test_what_people_decided_is_told_beside_what_the_model_did() -> None:
    counts = RowCounts(n_rows_out=11, n_autocoded=6, n_corrected=3, n_not_codable=1, n_empty=1)
    sentence = counts.sentence(1.0)
    assert "60.0% autocoded, 30.0% by corrections, 10.0% not codable, 0 texts" in sentence
    assert counts.settled_rate == 1.0


def test_there_is_no_share_of_no_answers() -> None:
    counts = RowCounts(n_rows_out=5, n_not_stated=3, n_empty=2)
    sentence = counts.sentence(1.0)
    assert "nothing to code, 0 texts to review, 3 without an answer, 2 empty" in sentence
    assert "%" not in sentence and math.isnan(counts.settled_rate)
