"""Where the bundled reference answers of a project are."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.packages import SHIPPED_ANSWERS, answers_dir, install_command
from tests.conftest import ROOT


def test_the_command_that_installs_can_be_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.packages._PROGRAM_DIR", tmp_path)
    monkeypatch.setattr("sys.executable", "/my env/bin/python")
    assert install_command("ray").startswith("'/my env/bin/python' -m pip install")


def test_a_project_has_its_own_answers_or_those_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answers_dir(tmp_path) == SHIPPED_ANSWERS == ROOT / "data" / "reference" / "answers"
    assert any(SHIPPED_ANSWERS.glob("*.csv"))
    (tmp_path / "answers").mkdir()
    assert answers_dir(tmp_path) == tmp_path / "answers"
    (tmp_path / "answers").rmdir()
    monkeypatch.setattr("core.packages.SHIPPED_ANSWERS", tmp_path / "no" / "answers")
    assert answers_dir(tmp_path) == tmp_path / "answers"  # where they are to be put
