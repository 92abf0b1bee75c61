"""The uncertain texts on the disk: counted and sorted as in memory, and a full disk."""

from __future__ import annotations

import errno

import pytest

from core.text import join
from results.review import spill
from results.review.review_item import ReviewItem
from results.review.spill import UncertainTexts
from tests.support.review_fixtures import UNCERTAIN, prediction, review


def test_many_texts_are_counted_on_the_disk_as_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    queues = []
    for limit in (100_000, 7):
        monkeypatch.setattr(spill, "_MAX_IN_MEMORY", limit)
        filled = review(n_uncertain=90, n_autocoded=400)
        for n in range(30):  # again, when they are on the disk already
            title = f"guard {n + 10}"
            filled.add(join(title, "NA"), "another", "NA", prediction(UNCERTAIN), 1_000 + n)
        queues.append(filled)
    in_memory, on_disk = queues
    assert len(in_memory) == len(on_disk) == 90
    assert list(in_memory.uncertain()) == list(on_disk.uncertain())
    assert list(in_memory.items()) == list(on_disk.items())
    assert {*in_memory.asked()} == {*on_disk.asked()} == {i.text for i in on_disk.uncertain()}
    assert in_memory.items_to_explain(20) == on_disk.items_to_explain(20)


def test_no_space_for_temporary_files_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spill, "_MAX_IN_MEMORY", 0)
    counted = UncertainTexts()
    counted.count(ReviewItem("a | unknown", "a", "", prediction(UNCERTAIN)))
    assert counted._database is not None
    counted._database.execute("PRAGMA max_page_count = 2")
    with pytest.raises(OSError, match="temporary files") as raised:
        for n in range(1000):
            counted.count(ReviewItem(f"{n} | unknown", "a" * 100, "", prediction(UNCERTAIN)))
    assert raised.value.errno == errno.ENOSPC
