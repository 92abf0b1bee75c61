"""Colleagues can read what a night publishes, whatever the umask of the daemon is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.files.own_files import METRICS, REPORT
from core.run_state import RunState
from training.evaluation.coder_agreement import CoderAgreement
from training.evaluation.training_report import write_report
from training.nightly_folder import publish, publish_skip
from training.run_folder import RunKind, RunMetrics, record_metrics


@pytest.fixture
def private() -> Iterator[None]:
    """Let what is made belong to its user alone."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())}


@pytest.mark.usefixtures("private")
def test_others_read_a_night_without_a_training(tmp_path: Path) -> None:
    night = tmp_path / "nightly" / "2026-06-02"
    skipped = RunMetrics(RunKind.FINE_TUNE, RunState.SKIPPED, reasons=["nothing new"])
    publish_skip(night, skipped, CoderAgreement(0, (), (), ()), "en")
    assert modes(night) == {night.name: 0o755, METRICS: 0o644, REPORT: 0o644}
    assert modes(night.parent) == {"nightly": 0o755, night.name: 0o755}


@pytest.mark.usefixtures("private")
def test_others_read_a_night_and_not_its_run(tmp_path: Path) -> None:
    run_dir, night = tmp_path / "run", tmp_path / "nightly" / "2026-06-02"
    run_dir.mkdir()
    night.parent.mkdir()  # as somebody wants it: it stays
    record_metrics(run_dir, RunMetrics(RunKind.FINE_TUNE, RunState.REFUSED))
    write_report(run_dir, "en")
    publish(run_dir, night)
    assert modes(night) == {night.name: 0o755, METRICS: 0o644, REPORT: 0o644}
    assert modes(run_dir) == {"run": 0o700, METRICS: 0o600, REPORT: 0o600}
    assert night.parent.stat().st_mode & 0o777 == 0o700
