"""Where the bundled reference answers of a project are."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.packages import SHIPPED_ANSWERS, answers_dir
from tests.conftest import ROOT


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
