"""Which files ``isco classify`` finds in a folder, and what it says of the others."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from cli.requirements import find_tables
from core.errors import IscoError

FILES = ("a.csv", "w/b.csv", "w/b (conflicted copy).csv", ".git/c.csv", "out/x.1/predictions.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    return tmp_path


def test_the_files_of_a_folder(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "linked").symlink_to(folder / "w")
    os.mkfifo(folder / "pipe.csv")
    with caplog.at_level(logging.WARNING):
        tables = find_tables([folder], folder / "w" / ".." / "out")
    assert tables == [folder / "a.csv", folder / "w" / "b.csv"]
    for name in ("linked", "pipe.csv", ".git", "w/b (conflicted copy).csv"):
        (line,) = [text for text in caplog.messages if repr(str(folder / name)) in text]
        assert "is not processed: " in line
    assert len(caplog.messages) == 4


def test_results_are_no_inputs(folder: Path) -> None:
    with pytest.raises(IscoError, match="is the folder of the results"):
        find_tables([folder / "out"], folder / "w" / ".." / "out")


def test_the_folder_of_the_inputs_may_be_in_that_of_the_results(folder: Path) -> None:
    assert find_tables([folder / "w"], folder) == [folder / "w" / "b.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_read_is_named(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "w").chmod(0)
    try:
        assert find_tables([folder], folder / "out") == [folder / "a.csv"]
    finally:
        (folder / "w").chmod(0o700)
    assert "Permission denied" in caplog.text
