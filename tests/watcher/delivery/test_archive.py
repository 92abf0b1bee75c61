"""Where inputs go in the end: their names, and those of the reasons beside them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from watcher.delivery.archive import REASON_SUFFIX, reason_path, reject
from watcher.filesystem import Filesystem
from watcher.intake.claims import WORK, Claim

LONG_NAME = "é" * 125 + ".csv"


def test_the_name_of_a_reason_is_cut_between_two_letters(tmp_path: Path) -> None:
    claim = Claim(tmp_path / WORK / "c1.0.main" / LONG_NAME)
    claim.folder.mkdir(parents=True)
    claim.path.write_text("name\nno title\n")
    rejected = reject(Filesystem(), claim, tmp_path / "rejected", "no title", lambda: None)
    (reason,) = set((tmp_path / "rejected").iterdir()) - {rejected}
    assert rejected.name == LONG_NAME and reason == reason_path(rejected)
    # As a Mac demands it; one letter less than the bytes allow is cut.
    assert os.fsencode(reason.name).decode("utf-8") == "é" * 123 + REASON_SUFFIX


@pytest.mark.parametrize("name", ["a.csv", os.fsdecode(b"caf\xe9.csv"), "x" * 247])
def test_the_name_of_a_reason_that_fits_has_the_whole_name(name: str) -> None:
    assert reason_path(Path("rejected") / name).name == name + REASON_SUFFIX
