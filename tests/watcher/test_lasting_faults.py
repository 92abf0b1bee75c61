"""``isco watch --once`` ends where what is left fails again and again, and says why."""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import threading
from pathlib import Path

import pytest

from core.corrections.unread_file import UnreadFile
from core.errors import BundleError, IscoError, UnfinishedError
from core.row_counts import Progress
from core.settings import Settings
from results.receipt import AnyReceipt, Identity
from tests.support.daemon_harness import DaemonHarness, FailingFilesystem, PassingProcessor
from tests.support.fake_clock import FakeClock
from tests.watcher.test_daemon import isco
from watcher.daemon import Daemon
from watcher.environment import MAIN
from watcher.intake.folder_checks import STAGING
from watcher.processes.processor import Processor
from watcher.signals import Shutdown
from watcher.status.status import Health, judge

GOOD = b"id,job_title\n0110,nurse\nNA,welder\n"


class PassingClock(FakeClock):
    """A clock on which every wait passes at once."""

    def wait(self, event: threading.Event, seconds: float) -> None:
        self.seconds += max(seconds, 0.01)
        assert self.seconds < 100_000, "it waits for ever"


class NoModel:
    """A processor whose model cannot be loaded."""

    @property
    def model_version(self) -> str | None:
        return None

    @property
    def unread_corrections(self) -> tuple[UnreadFile, ...]:
        return ()

    def prepare(self, progress: Progress) -> None:
        pass

    def identify(self, path: Path, progress: Progress) -> Identity:
        raise BundleError("the model is damaged: put it back")

    def work(self, path: Path, staged: Path, identity: Identity, progress: Progress) -> AnyReceipt:
        raise AssertionError


class FullAtWork(PassingProcessor):
    """A processor during whose work the disk of a folder becomes full."""

    def __init__(self, processor: Processor, files: FailingFilesystem, folder: Path) -> None:
        super().__init__(processor)
        self._files = files
        self._folder = folder

    def identify(self, path: Path, progress: Progress) -> Identity:
        self._files.fail("make_dir write", self._folder, errno.ENOSPC)
        return self._processor.identify(path, progress)


@pytest.fixture
def harness(settings: Settings) -> DaemonHarness:
    harness = DaemonHarness(settings)
    harness.clock = PassingClock()
    return harness


def run_once(harness: DaemonHarness, processor: NoModel | None = None) -> str:
    """Run a daemon with ``once``; return its error, or an empty text."""
    daemon = Daemon(harness.environment(MAIN), processor or harness.processor, Shutdown())
    try:
        daemon.run(once=True)
    except IscoError as error:
        assert isinstance(error, UnfinishedError if processor is None else BundleError)
        return str(error)
    return ""


@pytest.mark.slow
@pytest.mark.timeout(100)
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_claimed_file_that_fails_ends_it(harness: DaemonHarness, number: int) -> None:
    """Everything else is done first, and the file is processed when the fault is over."""
    bad = b"job_title\nsoldier\n"
    harness.drop("a.csv", GOOD)
    harness.drop("bad.csv", bad)
    real_hash = harness.files.hash

    class Failing(type(harness.files)):  # type: ignore[misc]
        def hash(self, path: Path, on_progress: object = None) -> str:
            if path.name == "bad.csv":
                raise OSError(number, os.strerror(number), str(path))
            return str(real_hash(path))

    files = harness.files
    harness.files = Failing()
    error = run_once(harness)
    assert "'bad.csv' cannot be processed" in error and os.strerror(number) in error
    assert [path.name.split(".")[0] for path in harness.batches()] == ["a"]
    assert judge(harness.status(), harness.clock.now(), "elsewhere").health is Health.STOPPED
    harness.files = files
    assert run_once(harness) == ""
    assert len(harness.batches()) == 2 and harness.violations() == []


@pytest.mark.timeout(100)
def test_a_file_that_cannot_be_claimed_ends_it(harness: DaemonHarness) -> None:
    harness.drop("a.csv", GOOD)
    harness.files.fail("rename", harness.inbox / "a.csv", errno.EBUSY)
    error = run_once(harness)
    assert "'a.csv' cannot be processed" in error and os.strerror(errno.EBUSY) in error
    harness.files.heal()
    assert run_once(harness) == "" and harness.violations() == []


@pytest.mark.slow
@pytest.mark.timeout(100)
def test_a_full_outbox_ends_it(harness: DaemonHarness) -> None:
    harness.drop("a.csv", GOOD)
    harness.drop("b.csv", GOOD + b"1,cook\n")
    staging = harness.settings.watcher.outbox / STAGING
    processor = harness.processor
    harness.processor = FullAtWork(processor, harness.files, staging)
    error = run_once(harness)
    assert "no file can be processed" in error and os.strerror(errno.ENOSPC) in error
    harness.files.heal()
    harness.processor = processor
    assert run_once(harness) == "" and harness.violations() == []


@pytest.mark.timeout(100)
def test_a_model_that_cannot_be_loaded_ends_it(harness: DaemonHarness) -> None:
    harness.drop("a.csv", GOOD)
    assert "the model is damaged" in run_once(harness, NoModel())
    assert run_once(harness) == "" and harness.violations() == []


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs limits of processes")
def test_the_command_ends_with_exit_code_1_and_the_reason(settings: Settings) -> None:
    """A limit on the size of files, under which no result can be written."""
    settings.watcher.inbox.mkdir()
    (settings.watcher.inbox / "a.csv").write_bytes(GOOD)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, resource.RLIM_INFINITY))

    command = isco(settings, "watch", "--once")
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=100, preexec_fn=limit
    )
    assert done.returncode == 1, done.stderr
    assert os.strerror(errno.EFBIG) in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    (receipt,) = settings.watcher.outbox.glob("a.*/receipt.json")
    assert json.loads(receipt.read_text(encoding="utf-8"))["n_rows_out"] == 2
