"""Any order of events: drop, append, rename, delete, kill, unmount, sleep.

hypothesis makes up the sequences; the daemons are real, with its file operations and its clock.
After every step no input may be missing and nothing partial may be visible. At the end, when all
faults are over, every input must have exactly one result or one reason.
"""

from __future__ import annotations

import errno
import tempfile
from collections import Counter
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from core.errors import FolderError
from core.settings_file.settings_reader import load_settings
from inference.bundle import Bundle
from tests.support.daemon_harness import DaemonHarness, ProcessKilled
from watcher.daemon import Daemon
from watcher.processes.file_processor import FileProcessor

DROPPED = ["a.csv", "b.csv", "B.CSV"]
NAMES = st.sampled_from(DROPPED)
OWN_NAME = "day.csv"
CONTENTS = st.sampled_from(
    [
        b"job_title\nnurse\n",
        b"id,job_title\n0110,welder\n",
        b"name\nno title\n",
        b'job_title\n"cut off',
        b"text,corrected_isco_code\nbaker | unknown,7512\n",
    ]
)


class Day(RuleBasedStateMachine):
    """Two daemons on one inbox, and people, disks and clocks that do anything."""

    bundle: Bundle
    happened: ClassVar[Counter[str]] = Counter()
    """How often what was meant to happen did: a rule alone proves nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        root = Path(self._folder.name)
        config = root / "config.yaml"
        config.write_text(
            f"output: {{best_model_dir: {self.bundle.path}}}\ninference: {{threads: 1}}\n"
            "watcher: {poll_s: 0.5, quiet_s: 1, heartbeat_s: 1}\n",
            encoding="utf-8",
        )
        configured = load_settings(config)
        self.harness = DaemonHarness(configured, processor=FileProcessor(configured))
        self.daemons: dict[str, Daemon] = {"main": self.harness.daemon}
        self.is_share_gone = False
        self.revive("two")
        # What random people drop may all be refused, or deleted again: nobody touches this one.
        self.harness.drop(OWN_NAME, b"job_title\nbaker\n")

    def _present(self, name: str) -> bool:
        return (self.harness.inbox / name).exists()

    @rule(name=NAMES, content=CONTENTS)
    def drop(self, name: str, content: bytes) -> None:
        if not self._present(name):
            self.harness.drop(name, content)

    @rule(name=NAMES)
    def append(self, name: str) -> None:
        if self._present(name):
            path = self.harness.inbox / name
            self.harness.dropped.remove(path.read_bytes())
            with path.open("ab") as file:
                file.write(b"\n")
            self.harness.dropped.append(path.read_bytes())

    @rule(name=NAMES, other=NAMES)
    def rename(self, name: str, other: str) -> None:
        if self._present(name) and not self._present(other):
            (self.harness.inbox / name).rename(self.harness.inbox / other)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        if self._present(name):
            path = self.harness.inbox / name
            self.harness.dropped.remove(path.read_bytes())
            path.unlink()

    @rule(name=st.sampled_from(["main", "two"]), n=st.integers(1, 4))
    def tick(self, name: str, n: int) -> None:
        for _ in range(n):
            self.daemons[name].tick()
            self.harness.clock.seconds += 0.5

    @rule(name=st.sampled_from(["main", "two"]), after=st.integers(1, 60))
    def kill(self, name: str, after: int) -> None:
        """Kill a daemon after so many file operations, or between two of them."""
        self.harness.files.kill_after(after)
        try:
            for _ in range(8):
                self.daemons[name].tick()
                self.harness.clock.seconds += 0.5
        except ProcessKilled:
            self.happened["killed"] += 1
        self.harness.files.stop_killing()
        self.revive(name)

    def revive(self, name: str) -> None:
        try:
            self.daemons[name] = self.harness.start_daemon(name)
        except FolderError:  # on a full disk it refuses to start, and is started again
            self.share_back()
            self.daemons[name] = self.harness.start_daemon(name)

    @precondition(lambda self: not self.is_share_gone)
    @rule(number=st.sampled_from([errno.ESTALE, errno.EIO, errno.ENOENT]))
    def share_gone(self, number: int) -> None:
        for folder in (self.harness.inbox, self.harness.settings.watcher.outbox):
            self.harness.files.fail("all", folder, number)
        self.is_share_gone = True

    @rule(operation=st.sampled_from(["write", "sync", "rename_new", "make_dir"]))
    def disk_full(self, operation: str) -> None:
        self.harness.files.fail(operation, self.harness.settings.watcher.outbox, errno.ENOSPC)
        self.is_share_gone = True

    @precondition(lambda self: self.is_share_gone)
    @rule()
    def share_back(self) -> None:
        self.happened["failed"] += self.harness.files.n_fired
        self.harness.files.heal(must_have_fired=False)
        self.is_share_gone = False

    @rule(seconds=st.sampled_from([0.1, 5, 600, 90_000]), wall_days=st.integers(-400, 400))
    def sleep(self, seconds: float, wall_days: int) -> None:
        """Let both clocks jump, independently."""
        self.harness.clock.seconds += seconds
        year = 2026 + wall_days % 7
        self.harness.clock.start = self.harness.clock.start.replace(year=year)

    @invariant()
    def nothing_is_lost_or_partial(self) -> None:
        if hasattr(self, "harness"):
            assert self.harness.violations(is_over=False) == []

    def teardown(self) -> None:
        try:
            self.happened["failed"] += self.harness.files.n_fired
            self.harness.files.heal(must_have_fired=False)
            for _ in range(60):
                for daemon in self.daemons.values():
                    daemon.tick()
                self.harness.clock.seconds += 2
                if not any(path.name in (*DROPPED, OWN_NAME) for path in self.work()):
                    break
            self.happened["coded"] += len(self.harness.batches())
            assert self.harness.violations() == []
        finally:
            self._folder.cleanup()

    def work(self) -> list[Path]:
        """Return the files that are not finished."""
        inbox = self.harness.inbox
        return [*inbox.glob("*.[cC][sS][vV]"), *inbox.glob(".work/*/*.[cC][sS][vV]")]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_any_day_ends_well(bundle: Bundle) -> None:
    """Fault 50."""
    Day.bundle = bundle
    Day.TestCase.settings = settings(
        max_examples=12,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=set(Phase) - {Phase.explain},
    )
    Day.TestCase("runTest").debug()
    assert Day.happened["killed"] > 0 and Day.happened["failed"] > 0 and Day.happened["coded"] > 0
