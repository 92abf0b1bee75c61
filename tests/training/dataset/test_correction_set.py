"""All corrections as one table."""

from __future__ import annotations

import logging

import pytest

from core.settings import Settings
from tests.support.labelled_records import write_corrections
from training.dataset.correction_set import count_rejected, read_all_corrections


def test_of_two_corrections_the_later_teaches_and_learned_files_are_not_new(
    user_project: Settings,
) -> None:
    write_corrections(user_project, "b.csv", [("cook | unknown", "5120")])
    write_corrections(user_project, "a.csv", [("cook | unknown", "9411")])
    found = read_all_corrections(user_project.data.corrections_dir, None, user_project)
    assert found[["label", "file", "is_new"]].values.tolist() == [["9411", "a.csv", True]]


def test_rejected_rows_of_a_file_put_into_the_folder_are_counted_and_named(
    user_project: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    write_corrections(user_project, "good.csv", [("cook | unknown", "5120")])
    rows = [("welder | unknown", "7212"), ("clerk | unknown", "nonsense"), ("x | unknown", "1234")]
    write_corrections(user_project, "own.csv", rows)
    folder = user_project.data.corrections_dir
    assert count_rejected(folder, user_project) == {"own.csv": 2}
    (record,) = caplog.records
    assert str(folder / "own.csv") in record.message and "2 rows" in record.message
    assert "line 3" in record.message
