"""Outages of the share in the middle of a file, and at the start of the daemon."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import AlreadyRunningError
from core.files.own_files import SENTINEL, TEXTS_DIR
from core.row_counts import Progress
from core.settings import Settings
from results.explanations.requests import REQUESTS_FILE
from results.receipt import AnyReceipt, Identity
from tests.support.daemon_harness import DaemonHarness, PassingProcessor, ProcessKilled
from tests.support.fake_clock import FakeClock
from watcher.daemon import Daemon
from watcher.environment import MAIN
from watcher.filesystem import Filesystem
from watcher.intake import claims
from watcher.intake.folder_checks import STAGING
from watcher.intake.local_state import local_state_path
from watcher.processes.explainer import Explainer
from watcher.processes.file_processor import FileProcessor
from watcher.processes.processor import Processor, WorkerLostError
from watcher.signals import Shutdown
from watcher.status.status import Health, judge
from watcher.status.status_file import STATUS, read_status

GOOD = b"id,job_title\n0110,nurse\nNA,welder\n"
N_OUTAGES = 5  # more than the three attempts that a file has


class Troubled(PassingProcessor):
    """A processor in the middle of whose work something happens."""

    def __init__(self, processor: Processor, trouble: Callable[[Path], None]) -> None:
        super().__init__(processor)
        self._trouble = trouble
        self.n_attempts = 0

    def work(self, path: Path, staged: Path, identity: Identity, progress: Progress) -> AnyReceipt:
        self.n_attempts += 1
        self._trouble(path)
        return self._processor.work(path, staged, identity, progress)


class CountingClock(FakeClock):
    """A clock on which every wait passes at once, and that counts the waits of the loop."""

    n_waits = 0

    def wait(self, event: threading.Event, seconds: float) -> None:
        self.n_waits += 1
        self.seconds += seconds
        if self.seconds > 1600:  # ten minutes after the start of the clock
            event.set()


@pytest.fixture
def harness(settings: Settings) -> DaemonHarness:
    return DaemonHarness(settings)


def attempts(harness: DaemonHarness) -> list[int]:
    """Return the attempts that the names of the claims count."""
    listed = claims.list_claims(Filesystem(), harness.inbox)
    return [claim.attempts for claim in listed]


def is_lost_as(kind: str) -> Exception:
    if kind == "worker":
        return WorkerLostError("the worker process ended (signal SIGBUS)")
    return OSError(errno.EIO, os.strerror(errno.EIO))


def losing_share(harness: DaemonHarness, kind: str) -> Callable[[Path], None]:
    """Return what lets the share go away in the middle of a file."""

    def lose(path: Path) -> None:
        harness.files.fail("all", harness.inbox, errno.EIO)
        raise is_lost_as(kind)

    return lose


@pytest.mark.parametrize("kind", ["error", "worker"])
def test_outages_in_the_middle_of_a_file_never_reject_it(harness: DaemonHarness, kind: str) -> None:
    """Not even the note that the attempt does not count can be written while the share is away."""
    troubled = Troubled(harness.processor, losing_share(harness, kind))
    harness.daemon = harness.start_daemon(MAIN, troubled)
    harness.drop("a.csv", GOOD)
    for number in range(1, N_OUTAGES + 1):
        harness.tick(60)
        assert troubled.n_attempts == number and attempts(harness) == [1]
        harness.files.heal()
        if number < N_OUTAGES:
            harness.tick(1, seconds=60)
    troubled._trouble = lambda path: None
    harness.tick(30, seconds=5)
    assert not harness.rejected() and len(harness.batches()) == 1
    assert harness.violations() == []


@pytest.mark.parametrize(
    ("operation", "note"), [("names", ""), ("rename", ""), ("read", claims.HEARTBEAT)]
)
def test_a_claim_that_cannot_be_taken_up_delays_no_other(
    harness: DaemonHarness, operation: str, note: str, caplog: pytest.LogCaptureFixture
) -> None:
    """As one of root, which a daemon of another user can neither list, rename nor read."""
    for number, name in enumerate(("a.csv", "b.csv")):
        folder = harness.inbox / claims.WORK / f"{number}.0.dead"
        folder.mkdir(mode=0o700)
        harness.drop(name, f"job_title\nwelder {number}\n".encode()).rename(folder / name)
    place = harness.inbox / claims.WORK / "0.0.dead" / note
    harness.files.fail(operation, place, errno.EACCES)
    harness.tick(30, seconds=5)
    assert [folder.name.partition(".")[0] for folder in harness.batches()] == ["b"]
    assert caplog.text.count("claims of an earlier run cannot be taken up") == 1
    harness.files.heal()
    harness.tick(30, seconds=5)
    assert len(harness.batches()) == 2 and harness.violations() == []


class Dying(Troubled):
    """A processor during whose loading the daemon is killed."""

    def prepare(self, progress: Progress) -> None:
        raise ProcessKilled


def test_a_daemon_that_dies_while_the_model_is_loaded_rejects_no_file(
    harness: DaemonHarness,
) -> None:
    """A container without the memory for the model is killed as a whole, at each start."""
    harness.drop("a.csv", GOOD)
    dying = Dying(harness.processor, lambda path: None)
    for _ in range(N_OUTAGES):
        harness.daemon = harness.start_daemon(MAIN, dying)
        with pytest.raises(ProcessKilled):
            harness.tick(100)
        assert attempts(harness) == [0]
    harness.daemon = harness.start_daemon(MAIN)
    harness.tick(100)
    assert not harness.rejected() and len(harness.batches()) == 1
    assert harness.violations() == []


@pytest.mark.parametrize("kind", ["error", "worker"])
def test_outages_in_several_runs_never_reject_a_file(harness: DaemonHarness, kind: str) -> None:
    """``watch --once`` ends with the outage: the next run must know that it does not count."""
    harness.drop("a.csv", GOOD)
    troubled = Troubled(harness.processor, losing_share(harness, kind))
    for number in range(1, N_OUTAGES + 1):
        harness.clock = CountingClock()
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            Daemon(harness.environment(), troubled, Shutdown()).run(once=True)
        assert troubled.n_attempts == number and attempts(harness) == [1]
        harness.files.heal()
    Daemon(harness.environment(), harness.processor, Shutdown()).run(once=True)
    assert not harness.rejected() and len(harness.batches()) == 1
    assert harness.violations() == []


def test_an_attempt_that_ends_the_daemon_counts_after_an_outage(harness: DaemonHarness) -> None:
    """The note of an outage is used once: a file that ends the program is still rejected."""

    def end(path: Path) -> None:
        raise ProcessKilled

    harness.drop("a.csv", GOOD)
    troubled = Troubled(harness.processor, losing_share(harness, "error"))
    harness.clock = CountingClock()
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        Daemon(harness.environment(), troubled, Shutdown()).run(once=True)
    harness.files.heal()
    troubled._trouble = end
    for number in range(1, claims.MAX_ATTEMPTS + 1):
        harness.daemon = harness.start_daemon(MAIN, troubled)
        with pytest.raises(ProcessKilled):
            harness.tick(30, seconds=1)
        assert attempts(harness) == [number]
    harness.daemon = harness.start_daemon(MAIN, troubled)
    harness.tick(30, seconds=1)
    assert "ended three times" in harness.rejected()["a.csv"]


def test_a_share_that_fails_while_a_file_is_rejected_is_no_fault_of_the_file(
    harness: DaemonHarness,
) -> None:
    """The reason is that of the file, however often it could not be written."""
    harness.drop("bad.csv", b'job_title,id\n"nurse,1\n')
    for _ in range(N_OUTAGES):
        harness.files.fail("sync", harness.inbox / claims.WORK, errno.EIO)
        harness.tick(10, seconds=10)
        assert attempts(harness) == [0]
        harness.files.heal()
    harness.tick(30, seconds=10)
    assert "never closed" in harness.rejected()["bad.csv"] and harness.violations() == []


@pytest.mark.slow
def test_many_files_with_a_fault_keep_no_file_from_being_claimed(harness: DaemonHarness) -> None:
    """Each stops the worker process: together they are more than may wait for a second hash."""

    def stop(path: Path) -> None:
        if path.name.startswith("bad"):
            raise WorkerLostError("the worker process ended (signal SIGSEGV)")

    harness.daemon = harness.start_daemon(MAIN, Troubled(harness.processor, stop))
    for number in range(70):
        path = harness.drop(f"bad{number}.csv", GOOD + b"%d,cook\n" % number)
        os.utime(path, (number, number))
    for number in range(3):
        harness.drop(f"good{number}.csv", GOOD + b"%d,baker\n" % number)
    harness.tick(40)
    assert len(harness.batches()) == 3
    harness.tick(200)
    assert len(harness.rejected()) == 70 and harness.violations() == []


def test_what_ended_the_attempts_of_a_killed_daemon_is_not_made_up(harness: DaemonHarness) -> None:
    harness.drop("a.csv", GOOD)
    harness.files.fail("hash", harness.inbox, errno.EIO)
    harness.tick(20)
    harness.files.heal()
    (claim,) = claims.list_claims(harness.files, harness.inbox)
    claim.folder.rename(claim.folder.with_name(f"{claim.id}.3.{MAIN}"))
    harness.daemon = harness.start_daemon(MAIN)
    harness.tick(30, seconds=1)
    assert "the daemon or its worker process ended three times" in harness.rejected()["a.csv"]


def on_another_machine(harness: DaemonHarness) -> bytes:
    """Return the status of a daemon of the same name that is alive on another machine."""
    status = read_status(harness.settings.watcher.outbox)
    alive = status.model_copy(update={"host": "elsewhere", "last_poll": harness.clock.now()})
    return alive.model_dump_json().encode()


@pytest.mark.parametrize("away", ["inbox", "outbox"])
def test_a_second_daemon_is_noticed_when_the_share_is_back(
    harness: DaemonHarness, away: str
) -> None:
    """The share is away when the second one starts; the status stays that of the first one."""
    folder = harness.settings.watcher.outbox if away == "outbox" else harness.inbox
    path = harness.settings.watcher.outbox / STATUS
    first = on_another_machine(harness)
    if away == "inbox":  # the first daemon writes its status after the start of the second
        path.unlink()
    else:
        path.write_bytes(first)
    gone = folder.with_name("gone")
    harness.files.fail("all", folder, errno.EIO)
    folder.rename(gone)
    daemon = Daemon(harness.environment(), harness.processor, Shutdown())
    daemon.start()
    daemon.tick()
    gone.rename(folder)
    harness.files.heal()
    path.write_bytes(first)
    harness.clock.seconds += 20
    with pytest.raises(AlreadyRunningError, match="elsewhere"):
        daemon.tick()
    assert path.read_bytes() == first


def test_left_over_results_are_removed_when_the_share_is_back(harness: DaemonHarness) -> None:
    left = harness.settings.watcher.outbox / STAGING / f"{'0' * 32}.1.{MAIN}"
    left.mkdir()
    os.utime(left, (1, 1))
    harness.files.fail("all", harness.inbox, errno.EIO)
    harness.daemon = harness.start_daemon(MAIN)
    harness.tick(5)
    assert left.exists()
    harness.files.heal()
    harness.tick(1, seconds=60)
    harness.tick(1)
    assert not left.exists()


def test_no_busy_loop_while_the_share_is_away_and_a_claim_is_due(harness: DaemonHarness) -> None:
    clock = CountingClock()
    harness.clock = clock

    def lose_share(path: Path) -> None:
        harness.files.fail("all", harness.inbox, errno.EIO)
        clock.n_waits = 0
        raise is_lost_as("error")

    shutdown = Shutdown()
    processor = Troubled(harness.processor, lose_share)
    daemon = Daemon(harness.environment(), processor, shutdown)
    harness.drop("a.csv", GOOD)
    daemon.run()
    assert processor.n_attempts == 1 and shutdown.stop_after_current.is_set()
    assert clock.n_waits < 200  # two at each poll, which come every 15 s in the end


def test_once_without_the_share_leaves_no_status_of_a_running_daemon(
    harness: DaemonHarness,
) -> None:
    harness.clock = CountingClock()
    harness.files.fail("names", harness.inbox, errno.EIO)
    daemon = Daemon(harness.environment(), harness.processor, Shutdown())
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        daemon.run(once=True)
    status = read_status(harness.settings.watcher.outbox)
    now = datetime.now(UTC)
    assert judge(status, now, socket.gethostname(), lambda pid: False).health is Health.STOPPED


@pytest.mark.parametrize("is_link", [False, True])
def test_a_share_that_is_not_connected_may_lack_the_whole_path(
    harness: DaemonHarness, tmp_path: Path, is_link: bool
) -> None:
    """The outbox is a folder of the share, or a link to one: it is not made on another disk."""
    outbox = harness.settings.watcher.outbox
    shutil.rmtree(outbox)
    if is_link:
        outbox.symlink_to(tmp_path / "share" / "outbox")
    local_state_path(outbox, "device").write_bytes(b"another device, damaged: \xff")
    harness.daemon = harness.start_daemon(MAIN)
    harness.drop("a.csv", GOOD)
    harness.tick(5)
    assert "is the share connected" in str(harness.daemon._poller.error)
    assert not outbox.exists()
    share = tmp_path / "share" / "outbox" if is_link else outbox
    share.mkdir(parents=True)
    (share / SENTINEL).touch()
    harness.tick(30, seconds=2)
    assert len(harness.batches()) == 1 and harness.violations() == []


def test_a_claim_whose_file_came_after_all_keeps_its_notes(harness: DaemonHarness) -> None:
    """The answer to the rename is lost: the claim is recovered with the folder of its file."""
    (harness.inbox / "wave 1").mkdir()
    harness.drop("wave 1/a.csv", GOOD)
    rename = Filesystem.rename_inside

    class LosingAnswers(type(harness.files)):  # type: ignore[misc]
        n_lost = 0

        def rename_inside(self, root: Path, source: Path, target: Path) -> None:
            rename(self, root, source, target)
            if not LosingAnswers.n_lost:
                LosingAnswers.n_lost += 1
                raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))

    harness.files = LosingAnswers()
    harness.daemon = harness.start_daemon(MAIN)
    harness.tick(30, seconds=1)
    assert LosingAnswers.n_lost == 1
    (batch,) = harness.batches()
    assert json.loads((batch / "receipt.json").read_bytes())["inbox_folder"] == "wave 1"
    assert harness.violations() == []


def test_explaining_that_cannot_start_ends_no_daemon(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> subprocess.Popen[bytes]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = settings.watcher.outbox / "a.1"
    folder.mkdir(parents=True)
    (folder / "receipt.json").touch()
    (folder / REQUESTS_FILE).touch()
    explainer = Explainer(settings.watcher.outbox, fail)
    explainer.check()
    assert os.strerror(errno.ENOSPC) in caplog.text


def test_a_file_that_waits_for_space_says_where_and_the_others_go_on(
    harness: DaemonHarness,
) -> None:
    """There is room for small results: a trial write does not pause all files."""
    is_full = True

    def fill(path: Path) -> None:
        if is_full and path.name == "large.csv":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    harness.daemon = harness.start_daemon(MAIN, Troubled(harness.processor, fill))
    harness.drop("large.csv", GOOD)
    harness.tick(12)
    harness.drop("small.csv", b"job_title\nnurse\n")
    harness.tick(12)
    (batch,) = harness.batches()
    status = harness.status()
    report = judge(status, harness.clock.now(), "elsewhere")
    assert batch.name.startswith("small") and status.paused is None
    assert report.health is Health.NO_SPACE and "'large.csv' waits: '/" in report.reason
    assert "MB are free" in report.reason and "Make space there" in report.reason
    metrics = (harness.settings.watcher.outbox / "metrics.prom").read_text("utf-8")
    assert 'isco_paused{worker="main"} 1' in metrics
    assert "No space" in (harness.settings.watcher.outbox / "index.html").read_text("utf-8")
    is_full = False
    harness.tick(12, seconds=100)
    assert harness.status().no_space is None and len(harness.batches()) == 2
    assert harness.violations() == []


@pytest.mark.parametrize("is_removed", [True, False])
def test_a_daemon_whose_working_folder_is_gone_or_the_root(
    harness: DaemonHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_removed: bool
) -> None:
    """People are told whole paths: one that begins at the root has no ``/`` to show it."""
    if is_removed:
        gone = tmp_path / "gone"
        gone.mkdir()
        monkeypatch.chdir(gone)
        gone.rmdir()
    else:
        monkeypatch.chdir("/")
    harness.drop("a.csv", GOOD)
    harness.drop("b.csv", b"")
    harness.tick(30)
    assert len(harness.batches()) == 1 and len(harness.rejected()) == 1
    assert f" → {harness.settings.watcher.outbox}/a." in harness.status().results[0].text
    assert harness.violations() == []


@pytest.mark.parametrize("leaves_a_folder", [False, True])
@pytest.mark.parametrize("is_restarted", [False, True])
def test_nothing_is_coded_while_the_corrections_are_away(
    harness: DaemonHarness, leaves_a_folder: bool, is_restarted: bool
) -> None:
    folder, away = harness.settings.data.corrections_dir, harness.inbox.with_name("away")
    harness.drop("answers.csv", b"text,corrected_isco_code\nnurse | unknown,9629\n")
    harness.tick(12)
    folder.rename(away)
    if leaves_a_folder:
        folder.mkdir()
    if is_restarted:
        harness.processor = FileProcessor(harness.settings)
        harness.daemon = harness.start_daemon(MAIN)
    harness.drop("survey.csv", GOOD)
    harness.tick(100)
    status = harness.status()
    assert judge(status, harness.clock.now(), "elsewhere").health is Health.SHARE_UNAVAILABLE
    assert status.share_unavailable is not None
    assert "corrections were read from there" in status.share_unavailable.reason
    assert len(harness.batches()) == 1 and (leaves_a_folder or not folder.exists())
    if leaves_a_folder:
        folder.rmdir()
    away.rename(folder)
    if is_restarted:  # the worker process of a daemon that waits is not loaded yet
        harness.daemon = harness.start_daemon(MAIN, FileProcessor(harness.settings))
    harness.tick(40, seconds=1)
    (batch,) = [path for path in harness.batches() if path.name.startswith("survey")]
    assert ",9629," in (batch / "predictions.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("is_killed", [False, True])
def test_lists_of_batches_that_were_deleted_are_missed_once(
    harness: DaemonHarness, is_killed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """No corrections were in the folder yet, so no file waits for it."""
    words = "has no lists of the batches that were coded before"
    for number, n_expected in enumerate((0, 1, 1)):
        if number == 1:
            shutil.rmtree(harness.settings.data.corrections_dir)
            if is_killed:  # it had made the folder of the lists
                (harness.settings.data.corrections_dir / TEXTS_DIR).mkdir(parents=True)
        harness.drop(f"{number}.csv", b"job_title\nnurse %d\n" % number)
        harness.tick(12)
        assert caplog.text.count(words) == n_expected
    assert len(harness.batches()) == 3 and harness.violations() == []


def test_corrections_before_the_first_batch_are_no_batch_without_a_list(
    harness: DaemonHarness, caplog: pytest.LogCaptureFixture
) -> None:
    harness.drop("answers.csv", b"text,corrected_isco_code\nnurse | unknown,9629\n")
    harness.tick(12)
    harness.drop("survey.csv", GOOD)
    harness.tick(12)
    assert len(harness.batches()) == 2
    assert "has no lists of the batches that were coded before" not in caplog.text


def test_corrections_that_go_away_in_the_middle_of_a_file_are_waited_for(
    settings: Settings,
) -> None:
    folder, away = settings.data.corrections_dir, settings.watcher.inbox.with_name("away")
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("job_title,corrected_isco_code\nnurse,9629\n", "utf-8")
    processor = FileProcessor(settings)

    def vanish(path: Path) -> None:
        folder.rename(away)

    harness = DaemonHarness(settings, processor=Troubled(processor, vanish))
    harness.drop("survey.csv", GOOD)
    harness.tick(100)
    assert not harness.batches() and harness.status().share_unavailable is not None
    shutil.rmtree(folder, ignore_errors=True)  # the list of the texts of this attempt
    away.rename(folder)
    harness.daemon = harness.start_daemon(MAIN, processor)
    harness.tick(40, seconds=1)
    assert len(harness.batches()) == 1 and harness.violations() == []


def test_an_emptied_corrections_folder_and_a_new_one_on_purpose_are_used(
    harness: DaemonHarness,
) -> None:
    folder = harness.settings.data.corrections_dir
    harness.drop("answers.csv", b"text,corrected_isco_code\nnurse | unknown,9629\n")
    harness.tick(12)
    (path,) = folder.glob("*.csv")
    answers = path.read_bytes()
    path.unlink()  # as isco purge does
    harness.tick(20)
    assert harness.status().share_unavailable is None
    path.write_bytes(answers)
    harness.tick(20)
    folder.rename(folder.with_name("away"))
    folder.mkdir()
    harness.tick(20)
    assert harness.status().share_unavailable is not None
    (folder / SENTINEL).touch()
    harness.tick(20, seconds=10)
    assert harness.status().share_unavailable is None
