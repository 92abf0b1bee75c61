"""The folder of a training run, and the lock that allows one training at a time."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path

import pytest

from core.errors import TrainingRunsError
from core.run_state import RunState
from core.settings import Settings
from training.nightly import run_nightly
from training.run_folder import BUNDLE, CHECKPOINTS, RunKind, last_finished, start_run
from training.training_lock import training_lock


def test_an_interrupted_run_goes_on_and_another_begins_anew(tmp_path: Path) -> None:
    run = start_run(tmp_path, RunKind.TRAIN, "key")
    parts = [run.path / name for name in ("checkpoints", "bundle", "error_analysis")]
    for part in parts:
        part.mkdir()
    assert start_run(tmp_path, RunKind.TRAIN, "key").path == run.path
    assert all(part.exists() for part in parts)
    assert start_run(tmp_path, RunKind.TRAIN, "other", run.path).path == run.path
    assert not any(part.exists() for part in parts)
    run.finish(RunState.REFUSED, ["because"])
    run.save()
    ended = last_finished(tmp_path, RunKind.TRAIN)
    assert ended is not None and ended.reasons == ["because"]


def test_a_killed_night_is_removed_once_its_corrections_have_changed(tmp_path: Path) -> None:
    """Its checkpoint is as large as three models, and nobody continues it."""
    full = start_run(tmp_path, RunKind.TRAIN, "key", tmp_path / "run_full")
    ended = start_run(tmp_path, RunKind.FINE_TUNE, "key", tmp_path / "run_ended")
    ended.finish(RunState.REFUSED, ["because"])
    ended.save()
    killed = start_run(tmp_path, RunKind.FINE_TUNE, "key", tmp_path / "run_killed")
    assert start_run(tmp_path, RunKind.FINE_TUNE, "key").path == killed.path
    later = start_run(tmp_path, RunKind.FINE_TUNE, "other", tmp_path / "run_later")
    assert sorted(tmp_path.iterdir()) == [ended.path, full.path, later.path]


def test_a_removal_that_is_killed_is_ended_by_the_next_night(tmp_path: Path) -> None:
    for n_removed in count():
        runs_dir = tmp_path / str(n_removed)
        killed = start_run(runs_dir, RunKind.FINE_TUNE, "key", runs_dir / "run_killed")
        for name in (CHECKPOINTS, BUNDLE, ".export-1"):
            (killed.path / name).mkdir()
            (killed.path / name / "model.safetensors").touch()
        killed.save()  # a disk in memory lists the newest file first
        is_killed = _start_killed(runs_dir, n_removed)
        start_run(runs_dir, RunKind.FINE_TUNE, "later")
        assert not list(runs_dir.rglob("model.safetensors")), n_removed
        if not is_killed:
            break
    assert n_removed > 6


def _start_killed(runs_dir: Path, n_removed: int) -> bool:
    """Start a night in a process that is killed after so many removals; return whether it was."""
    child = os.fork()
    if not child:
        left = iter(range(n_removed))

        def kill_in_time(event: str, arguments: object) -> None:
            if event in ("os.remove", "os.rmdir") and next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(kill_in_time)
        start_run(runs_dir, RunKind.FINE_TUNE, "other")
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_the_newest_run_is_the_one_that_began_last(tmp_path: Path) -> None:
    """In autumn an hour has the same names twice: 02:50, and 20 minutes later 02:10."""
    for name, started in (
        ("run_2026-10-25_025000", "2026-10-25T00:50:00+00:00"),
        ("run_2026-10-25_021000", "2026-10-25T01:10:00+00:00"),
    ):
        run = start_run(tmp_path, RunKind.TRAIN, "key", tmp_path / name)
        run.metrics.started = started
        run.save()
    assert start_run(tmp_path, RunKind.TRAIN, "key").path.name == "run_2026-10-25_021000"
    for name in ("run_2026-10-25_025000", "run_2026-10-25_021000"):
        run = start_run(tmp_path, RunKind.TRAIN, "key", tmp_path / name)
        run.finish(RunState.REFUSED, [name])
        run.save()
    newest = last_finished(tmp_path, RunKind.TRAIN)
    assert newest is not None and newest.reasons == ["run_2026-10-25_021000"]


def test_a_run_of_the_same_second_has_a_folder_of_its_own(tmp_path: Path) -> None:
    """In autumn a schedule of every hour begins two runs at the same local time."""
    paths = set()
    for number in range(9):
        run = start_run(tmp_path, RunKind.FINE_TUNE, str(number))
        run.finish(RunState.REFUSED, [])
        run.save()
        paths.add(run.path)
    assert len(paths) == 9 and set(tmp_path.iterdir()) == paths


DAMAGED = [
    "[]",
    "null",
    "{",
    '{"kind": [], "state": 1}',
    '{"kind": "train", "state": "refused", "reasons": [], "key": "key", "started": null}',
]


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_run_is_passed_over(tmp_path: Path, content: str) -> None:
    damaged = start_run(tmp_path, RunKind.TRAIN, "key", tmp_path / "run_2026-06-01_120000")
    (damaged.path / "run.json").write_text(content, encoding="utf-8")
    assert last_finished(tmp_path, RunKind.TRAIN) is None
    assert start_run(tmp_path, RunKind.TRAIN, "key").path != damaged.path


def test_one_training_at_a_time(user_project: Settings) -> None:
    with (
        training_lock(user_project.output),
        pytest.raises(TrainingRunsError, match="a training, a purge"),
    ):
        run_nightly(user_project)
