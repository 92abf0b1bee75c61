"""``isco train``: what is checked before a training begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.parser import parse
from core.errors import IscoError, TrainingRunsError
from core.settings import Settings
from main import main


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


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (IscoError("found no answers"), 1, "found no answers\n"),
        (OSError(28, "No space left on device", "models"), 1, "'models': No space left on device"),
        (TrainingRunsError("another training runs"), 3, None),
    ],
)
def test_a_failure_leaves_its_reason_where_the_report_was_expected(
    error: Exception, status: int, told: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr("training.nightly.run_nightly", fail)
    (tmp_path / "config.yaml").touch()
    report_dir = tmp_path / "nightly" / "2026-06-02"
    command = ["train", "--fine-tune", "--report-dir", str(report_dir)]
    assert main([*command, "--config", str(tmp_path / "config.yaml")]) == status
    assert report_dir.exists() == (told is not None)
    if told is not None:
        assert [path.name for path in report_dir.iterdir()] == ["failed.txt"]
        assert (report_dir / "failed.txt").read_text(encoding="utf-8").startswith(told)
        assert list(report_dir.parent.iterdir()) == [report_dir]
