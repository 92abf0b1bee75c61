"""What the values of a column are takes neither the time nor the memory of long cells."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from core.columns.header_names import match
from core.columns.value_kinds import kind_of_values
from core.delimited.header_rows import is_rule_line
from core.formats.statistics_encoding import recoded
from core.settings_file.text_columns import DUTIES, JOB_TITLE


@pytest.mark.parametrize("unit", ["-", "a@", "_", ".", "= "])
def test_a_long_line_of_signs_takes_no_time_with_the_square_of_its_length(unit: str) -> None:
    start_s = time.process_time()
    for text in (f"{unit * 50_000}x", f"{unit * 200}x", f"{unit * 201}x"):
        assert match(text, JOB_TITLE) is match(text, DUTIES) is kind_of_values([text]) is None
        assert not is_rule_line([text])
    assert time.process_time() - start_s < 1


@pytest.mark.parametrize("start", ["a@b.org/", "@a@b.org/", "www.example.org/", "https://a@b/"])
def test_addresses(start: str) -> None:
    assert kind_of_values([start, start + "long-" * 20]) == "addresses of the internet"


def test_long_cells_are_not_kept() -> None:
    tracemalloc.start()
    try:
        kind_of_values(f"{number} {'duties ' * 2_000}" for number in range(1_000))
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()


def test_few_texts_of_a_data_set_are_kept() -> None:
    letters = "\u00d1\u0081" * 200  # as UTF-8 is read where each byte is a letter
    tracemalloc.start()
    try:
        for number in range(20_000):
            recoded(f"{number} {letters}", "utf-8")
        assert tracemalloc.get_traced_memory()[0] < 10_000_000
    finally:
        tracemalloc.stop()
