"""The explanations of a large sample take long; the limits of the worker process do not apply."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from core.settings import Settings
from results.explanations.requests import EXPLANATIONS_DIR, REQUESTS_FILE, pending_batches
from tests.support.daemon_harness import DaemonHarness
from tests.support.fake_clock import FakeClock
from watcher.daemon import Daemon
from watcher.processes.explainer import Explainer
from watcher.signals import Shutdown
from watcher.status.status import Health, judge

# A real process that explains when it is told to: here a thousand records would take an hour.
_SLOW = "import sys, pathlib; sys.stdin.readline(); pathlib.Path(sys.argv[1]).mkdir()"


@pytest.mark.slow
def test_a_large_sample_is_not_mistaken_for_a_hang(settings: Settings) -> None:
    asks = settings.explainability.model_copy(update={"sample_size": 1000})
    limited = settings.watcher.model_copy(update={"time_limit_s": 60.0})
    harness = DaemonHarness(
        settings.model_copy(update={"explainability": asks, "watcher": limited})
    )
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        (batch,) = pending_batches(harness.settings.watcher.outbox)
        command = [sys.executable, "-c", _SLOW, str(batch / EXPLANATIONS_DIR)]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE))
        return started[-1]

    explainer = Explainer(harness.settings.watcher.outbox, start)
    harness.daemon = Daemon(
        harness.environment(), harness.processor, Shutdown(), explainer=explainer
    )
    harness.daemon.start()
    harness.drop("a.csv", b"job_title\nnurse\nwelder\n")
    harness.tick(12)
    harness.tick(60, seconds=60)  # an hour
    harness.daemon.tick()
    (child,) = started
    assert child.poll() is None
    assert judge(harness.status(), harness.clock.now(), "elsewhere").health is Health.OK
    harness.drop("b.csv", b"name\nno title\n")  # files go on meanwhile
    harness.tick(12)
    assert len(harness.rejected()) == 1 and len(started) == 1
    child.communicate(b"\n")
    harness.tick(2)
    (batch,) = harness.batches()
    assert Path(batch, EXPLANATIONS_DIR).is_dir() and not pending_batches(
        harness.settings.watcher.outbox
    )
    assert harness.violations() == []


def pending(outbox: Path, name: str) -> Path:
    """Make a batch that waits for explanations."""
    folder = outbox / name
    folder.mkdir(parents=True)
    (folder / REQUESTS_FILE).touch()
    return folder


def test_a_run_of_once_has_stopped_after_its_explanations(settings: Settings) -> None:
    harness = DaemonHarness(settings)
    outbox = harness.settings.watcher.outbox
    pending(outbox, "a.1"), pending(outbox, "b.2")
    began = harness.clock.now()

    def start() -> subprocess.Popen[bytes]:
        batches = pending_batches(outbox)
        if len(batches) == 1:  # the second one begins when nothing waits any more
            harness.clock.seconds += 3_600
        command = [sys.executable, "-c", _SLOW, str(batches[0] / EXPLANATIONS_DIR)]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL)

    explainer = Explainer(outbox, start)
    Daemon(harness.environment(), harness.processor, Shutdown(), explainer=explainer).run(once=True)
    stopped = harness.status().stopped
    assert stopped is not None and (stopped - began).total_seconds() >= 3_600


def test_what_cannot_be_explained_is_tried_less_often_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each attempt loads the model; such a fault may last until somebody looks at the log."""
    clock = FakeClock()
    started: list[float] = []
    command = ["false"]

    def start() -> subprocess.Popen[bytes]:
        started.append(clock.seconds)
        child = subprocess.Popen(command)
        child.wait()
        return child

    def pass_minutes(n: int) -> None:
        for _ in range(n):
            clock.seconds += 60
            explainer.check()
            explainer.check()  # the child has ended

    first, _ = pending(tmp_path, "a.1"), pending(tmp_path, "b.2")
    explainer = Explainer(tmp_path, start, clock)
    pass_minutes(24 * 60)
    assert [later - before for before, later in pairwise(started)][:4] == [60, 120, 240, 480]
    assert len(started) < 31 and caplog.text.count("explaining ended with") == 1
    explainer.request()  # a batch was published: perhaps that one can be explained
    n_started = len(started)
    explainer.check()
    assert len(started) == n_started + 1
    command = ["mkdir", str(first / EXPLANATIONS_DIR)]
    pass_minutes(61)
    command = ["false"]
    pass_minutes(60)
    assert caplog.text.count("explaining ended with") == 2


def test_one_that_explained_something_is_followed_by_the_next_in_a_minute(tmp_path: Path) -> None:
    clock = FakeClock()
    batches = [pending(tmp_path, f"a.{n}") for n in range(5)]
    started: list[float] = []

    def start() -> subprocess.Popen[bytes]:
        """Explain one batch, and fail at the next."""
        (batches[len(started)] / EXPLANATIONS_DIR).mkdir()
        started.append(clock.seconds)
        child = subprocess.Popen(["false"])
        child.wait()
        return child

    explainer = Explainer(tmp_path, start, clock)
    for _ in range(10):
        clock.seconds += 60
        explainer.check()
        explainer.check()  # the child has ended
    assert [later - before for before, later in pairwise(started)] == [60, 60, 60, 60]
