"""The explanations of a large sample take long; the limits of the worker process do not apply."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import Settings
from results.explanations.requests import EXPLANATIONS_DIR, pending_batches
from tests.support.daemon_harness import DaemonHarness
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
