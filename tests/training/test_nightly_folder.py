"""Colleagues can read what a night publishes, whatever the umask of the daemon is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.files.own_files import METRICS, REPORT
from core.run_state import RunState
from core.settings import OutputSettings
from inference.model_registry import VERSIONS, ModelRegistry
from training.evaluation.coder_agreement import CoderAgreement
from training.evaluation.training_report import write_report
from training.nightly_folder import (
    _stage,
    finish_published,
    publish,
    publish_skip,
    unreported_promotion,
)
from training.run_folder import RunKind, RunMetrics, last_finished, record_metrics, start_run


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
    killed = _stage(tmp_path / "nightly" / "2026-06-01")  # it was killed while it published
    (killed / REPORT).touch()
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


@pytest.mark.parametrize("is_promoted", [True, False])
def test_a_killed_promotion_that_was_rolled_back_is_reported_and_not_trained_again(
    is_promoted: bool, tmp_path: Path
) -> None:
    run = start_run(tmp_path / "runs", RunKind.FINE_TUNE, "key")
    run.metrics.version = "2026-06-02.abcdef01"
    run.finish(RunState.PROMOTED, [])
    registry = ModelRegistry(OutputSettings(model_dir=tmp_path))
    (tmp_path / VERSIONS).mkdir()
    promotion = '{"promoted": "2026-06-02T00:00:00Z"}' if is_promoted else "{}"
    (tmp_path / VERSIONS / f"{run.metrics.version}.json").write_text(promotion, encoding="utf-8")
    assert registry.served().manifest.version != run.metrics.version
    killed = unreported_promotion(tmp_path / "runs", registry)
    assert (killed is not None) is is_promoted
    if killed is not None:
        assert (killed.path, killed.state) == (run.path, RunState.PROMOTED)


def test_the_damaged_metrics_of_a_killed_night_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    registry = ModelRegistry(OutputSettings(model_dir=tmp_path))
    run = start_run(tmp_path / "runs", RunKind.FINE_TUNE, "key")
    assert unreported_promotion(tmp_path / "runs", registry) is None and not caplog.messages
    (run.path / METRICS).write_text("{", encoding="utf-8")
    assert unreported_promotion(tmp_path / "runs", registry) is None
    assert f"{METRICS}' is no JSON" in caplog.text


@pytest.mark.parametrize("state", [RunState.PROMOTED, RunState.REFUSED])
def test_a_night_killed_after_its_report_is_finished_by_the_next_one(
    state: RunState, tmp_path: Path
) -> None:
    runs_dir, nights = tmp_path / "runs", tmp_path / "nightly"
    run = start_run(runs_dir, RunKind.FINE_TUNE, "key")
    (nights / "2026-06-01").mkdir(parents=True)  # of another training
    record_metrics(nights / "2026-06-01", RunMetrics(RunKind.FINE_TUNE, state))
    finish_published(runs_dir, nights)
    run.finish(state, ["the reason"])
    write_report(run.path, "en")
    _stage(nights / "2026-06-02")
    record_metrics(nights / ".report.part", run.metrics)
    finish_published(runs_dir, nights)
    assert last_finished(runs_dir, RunKind.FINE_TUNE) is None
    publish(run.path, nights / "2026-06-02")
    finish_published(runs_dir, nights)
    finished = last_finished(runs_dir, RunKind.FINE_TUNE)
    assert finished is not None
    assert (finished.path, finished.state, finished.reasons) == (run.path, state, ["the reason"])


@pytest.mark.parametrize(
    "metrics", ["", "[]", "{}", '{"state": "refused"}', '{"state": "other", "reasons": []}']
)
def test_no_night_fails_over_damaged_metrics_of_a_killed_one(metrics: str, tmp_path: Path) -> None:
    run = start_run(tmp_path / "runs", RunKind.FINE_TUNE, "key")
    night = tmp_path / "nightly" / "2026-06-02"
    night.mkdir(parents=True)
    for folder in (run.path, night):
        (folder / METRICS).write_text(metrics, encoding="utf-8")
    finish_published(tmp_path / "runs", night.parent)
    assert last_finished(tmp_path / "runs", RunKind.FINE_TUNE) is None
