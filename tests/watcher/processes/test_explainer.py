"""Who explains may take as long as it takes: no limit of the work on files holds for it."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import nullcontext
from pathlib import Path

from core.settings import Settings
from results.explanations.requests import EXPLANATIONS_DIR, pending_batches
from tests.support.daemon_harness import Shop
from watcher.daemon import Daemon
from watcher.processes.explainer import Explainer
from watcher.status.status import Health, judge

# A real process that explains when it is told to: here a thousand records would take an hour.
_SLOW = "import sys, pathlib; sys.stdin.readline(); pathlib.Path(sys.argv[1]).mkdir()"


def test_a_large_sample_is_not_taken_for_a_hang(settings: Settings) -> None:
    asks = settings.explainability.model_copy(update={"sample_size": 1000})
    limited = settings.watcher.model_copy(update={"time_limit_s": 60.0})
    shop = Shop(settings.model_copy(update={"explainability": asks, "watcher": limited}))
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        (batch,) = pending_batches(shop.settings.watcher.outbox)
        command = [sys.executable, "-c", _SLOW, str(batch / EXPLANATIONS_DIR)]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE))
        return started[-1]

    explainer = Explainer(shop.settings.watcher.outbox, start)
    shop.daemon = Daemon(
        shop.settings, shop.coder, lambda path: nullcontext(lambda n: None), threading.Event(),
        None, explainer, files=shop.files, clock=shop.clock,
    )  # fmt: skip
    shop.daemon.start()
    shop.drop("a.csv", b"job_title\nnurse\nwelder\n")
    shop.tick(12)
    shop.tick(60, seconds=60)  # an hour
    shop.daemon.tick()
    (child,) = started
    assert child.poll() is None
    assert judge(shop.status(), shop.clock.now(), "elsewhere").health is Health.WELL
    shop.drop("b.csv", b"name\nno title\n")  # files go on meanwhile
    shop.tick(12)
    assert len(shop.rejected()) == 1 and len(started) == 1
    child.communicate(b"\n")
    shop.tick(2)
    (batch,) = shop.batches()
    assert Path(batch, EXPLANATIONS_DIR).is_dir() and not pending_batches(
        shop.settings.watcher.outbox
    )
    assert shop.violations() == []
