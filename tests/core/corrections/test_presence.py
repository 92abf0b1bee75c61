"""A corrections folder that vanished is told from one that was emptied."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.corrections.presence import CorrectionsAwayError, present_folder


def test_missing_or_another_folder_is_away_and_an_emptied_one_is_not(tmp_path: Path) -> None:
    folder, away = tmp_path / "corrections", tmp_path / "away"
    assert present_folder(folder, "") == ""
    folder.mkdir()
    (folder / ".gitkeep").touch()
    assert present_folder(folder, "") == ""
    (folder / "a.csv").touch()
    known = present_folder(folder, "")
    assert known and present_folder(folder, known) == known
    folder.rename(away)
    with pytest.raises(CorrectionsAwayError, match="is missing"):
        present_folder(folder, known)
    folder.mkdir()
    with pytest.raises(CorrectionsAwayError, match="another folder"):
        present_folder(folder, known)
    (folder / ".isco").touch()
    assert present_folder(folder, known) == ""
    (folder / "b.csv").touch()  # as from a backup
    assert present_folder(folder, known) not in ("", known)
    (away / "a.csv").unlink()
    assert present_folder(away, known) == ""
