"""``isco train``: what is checked before a training begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.parser import parse
from core.settings import Settings


@pytest.mark.parametrize("place", [".", "..", "report", "file"])
def test_a_report_never_goes_where_something_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """It would be found out after the training."""
    working_dir = tmp_path / "work"
    (working_dir / "report" / "old").mkdir(parents=True)
    (working_dir / "file").touch()
    monkeypatch.chdir(working_dir)
    parsed = parse(["train", "--fine-tune", "--report-dir", place], prints_help=True)
    with pytest.raises(FileExistsError, match="expected a new folder"):
        parsed.run(parsed, Settings())
