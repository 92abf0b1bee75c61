"""All corrections as one table."""

from __future__ import annotations

from core.settings import Settings
from tests.support.labelled_records import write_corrections
from training.dataset.correction_set import read_all_corrections


def test_of_two_corrections_the_later_teaches_and_learned_files_are_not_new(
    user_project: Settings,
) -> None:
    write_corrections(user_project, "b.csv", [("cook | unknown", "5120")])
    write_corrections(user_project, "a.csv", [("cook | unknown", "9411")])
    found = read_all_corrections(user_project.data.corrections_dir, None, user_project)
    assert found[["label", "file", "is_new"]].values.tolist() == [["9411", "a.csv", True]]
