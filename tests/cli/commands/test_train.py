"""``isco train``: what is checked before a training begins."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from cli.parser import parse
from core.errors import IscoError, TrainingRunsError
from core.settings import Settings
from main import main
from tests.support.labelled_records import raw_records
from tests.support.training_processes import PROCESSES, run_command


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


@pytest.mark.slow
@pytest.mark.timeout(400)  # two trainings are started
def test_a_training_that_is_stopped_says_what_is_kept_and_goes_on(
    user_project: Settings, checkpoint: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("epochs: 6", "epochs: 400"))
    raw = raw_records(tmp_path / "raw", 200)
    command = ["train", "--raw", str(raw), "--base", str(checkpoint), "--config", str(config)]
    runs_dir = user_project.output.model_dir / "runs"

    def checkpoints() -> set[Path]:
        return set(runs_dir.glob("*/checkpoints/checkpoint-*/trainer_state.json"))

    def stopped_once(log: Path) -> str:
        """Start the training, stop it when it has written a checkpoint, return what it said."""
        before = checkpoints()
        log.touch()
        process = PROCESSES.Process(target=run_command, args=(command, log))
        process.start()
        deadline = time.monotonic() + 180
        while checkpoints() <= before:
            assert process.is_alive() and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGINT)
        process.join(60)
        assert process.exitcode == 130
        return log.read_text(encoding="utf-8")

    first = stopped_once(tmp_path / "first.log")
    last_line = first.splitlines()[-1]
    assert "stopped: the model in service is unchanged" in last_line
    assert str(runs_dir) in last_line and "the same command goes on" in last_line
    assert "Traceback" not in first
    second = stopped_once(tmp_path / "second.log")
    (run_dir,) = runs_dir.iterdir()
    line = next(line for line in second.splitlines() if "training goes on" in line)
    assert "the training goes on from the checkpoint after epoch" in line and run_dir.name in line
