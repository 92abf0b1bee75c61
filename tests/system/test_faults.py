"""The fault table: each fault is injected into the real daemon, and then all must be in order."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest

from core.errors import AlreadyRunningError, FolderError
from core.files.own_files import SENTINEL, OwnFileError
from core.row_counts import Progress, no_progress
from core.settings import Settings
from results.receipt import AnyReceipt, Identity
from tests.support.daemon_harness import (
    DaemonHarness,
    FailingFilesystem,
    InterruptingProcessor,
    PassingProcessor,
    ProcessKilled,
    UnaskedProcessor,
)
from watcher.environment import MAIN
from watcher.filesystem import Filesystem
from watcher.intake import claims
from watcher.intake.folder_checks import STAGING
from watcher.intake.local_state import local_state_path
from watcher.open_files import file_system_of, is_open_for_writing
from watcher.processes.processor import Processor
from watcher.status.status import Health, InProgress, Problem, judge
from watcher.status.status_file import read_status, write_status

GOOD = b"id,job_title\n0110,nurse\nNA,welder\n"
TURNS = 12  # of 0.1 s: more than the quiet time of 0.2 s and the second hash take


@pytest.fixture
def harness(settings: Settings) -> DaemonHarness:
    return DaemonHarness(settings)


def test_a_file_becomes_a_result(harness: DaemonHarness) -> None:
    harness.drop("a.csv", GOOD)
    harness.tick(TURNS)
    assert len(harness.batches()) == 1 and harness.violations() == []


@pytest.mark.parametrize("number", [errno.EBUSY, errno.ESTALE, errno.EIO, errno.ETIMEDOUT])
def test_a_share_that_goes_away_is_waited_for(harness: DaemonHarness, number: int) -> None:
    """Faults 25, 26."""
    harness.drop("a.csv", GOOD)
    harness.tick(2)
    harness.files.fail("all", harness.inbox, number)
    calls = harness.files.n_calls
    harness.tick(1200, seconds=0.5)
    assert harness.files.n_calls - calls < 200  # in ten minutes: it polls less and less often
    status = harness.status()
    assert (
        status.share_unavailable is not None
        and os.strerror(number) in status.share_unavailable.reason
    )
    assert judge(status, harness.clock.now(), "elsewhere").health is Health.SHARE_UNAVAILABLE
    harness.files.heal()
    harness.tick(30, seconds=1)
    assert harness.status().share_unavailable is None
    assert len(harness.batches()) == 1 and harness.violations() == []


def test_an_empty_mount_point_is_no_empty_inbox(harness: DaemonHarness) -> None:
    """Fault 25: neither the inbox, nor the outbox, where results would be hidden later."""
    watched = harness.settings.watcher
    for folder in (watched.inbox, watched.outbox):
        harness.drop(f"{folder.name}.csv", GOOD + folder.name.encode() + b",cook\n")
        away = folder.with_name("away")
        folder.rename(away)
        folder.mkdir()
        harness.tick(100)
        assert "is the share connected" in str(harness.daemon._poller.error)
        assert {p.name for p in folder.iterdir()} <= {"metrics.prom", "status.json"}
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        away.rename(folder)
        harness.tick(30, seconds=1)
    assert len(harness.batches()) == 2 and harness.violations() == []


def test_a_daemon_that_starts_before_the_share_is_mounted_waits(harness: DaemonHarness) -> None:
    local_state_path(harness.inbox, "device").write_text("another device", encoding="ascii")
    (harness.inbox / SENTINEL).unlink()
    harness.daemon = harness.start_daemon(MAIN)
    harness.drop("a.csv", GOOD)
    harness.tick(50)
    assert harness.status().share_unavailable is not None and not harness.batches()
    (harness.inbox / SENTINEL).touch()
    harness.tick(30, seconds=1)
    assert len(harness.batches()) == 1 and harness.violations() == []


def test_the_status_in_an_outbox_that_is_not_connected_is_no_other_users(
    harness: DaemonHarness, caplog: pytest.LogCaptureFixture
) -> None:
    """An empty mount point has the status of this daemon alone."""
    outbox = harness.settings.watcher.outbox
    local_state_path(outbox, "device").write_text("another device", encoding="ascii")
    shutil.rmtree(outbox)
    outbox.mkdir()
    harness.daemon = harness.start_daemon(MAIN)
    harness.tick(5)
    assert harness.status().share_unavailable is not None
    assert "another user" not in caplog.text


WRITING = "write sync rename_new make_dir publish"


@pytest.mark.slow
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
@pytest.mark.parametrize("operation", WRITING.split())
def test_a_full_or_forbidden_outbox_pauses(
    harness: DaemonHarness, operation: str, number: int
) -> None:
    """Faults 33, 34: staging removed, input kept, paused, no hot loop, resumed by itself."""
    outbox = harness.settings.watcher.outbox
    harness.files.fail(operation, outbox, number)
    harness.drop("a.csv", GOOD)
    harness.drop("b.csv", GOOD + b"1,baker\n")
    harness.tick(TURNS * 2)
    assert not harness.batches()
    calls = harness.files.n_calls
    harness.tick(60, seconds=10)
    assert harness.files.n_calls - calls < 60 * 20  # the polls, and one attempt a minute
    status = harness.status()
    assert status.paused is not None and os.strerror(number) in status.paused.reason
    assert judge(status, harness.clock.now(), "elsewhere").health is Health.PAUSED
    assert not list((outbox / STAGING).iterdir()) and harness.violations(is_over=False) == []
    harness.files.heal()
    harness.tick(30, seconds=5)
    assert harness.status().paused is None
    assert len(harness.batches()) == 2 and harness.violations() == []


@pytest.mark.parametrize("operation", ["rename_new", "sync"])
def test_a_full_archive_keeps_the_input_in_its_claim(
    harness: DaemonHarness, operation: str
) -> None:
    harness.files.fail(operation, harness.settings.watcher.archive_dir, errno.ENOSPC)
    harness.drop("a.csv", GOOD)
    harness.tick(20, seconds=5)
    assert len(harness.batches()) == 1 and harness.violations(is_over=False) == []
    harness.files.heal()
    harness.tick(30, seconds=5)
    assert len(harness.batches()) == 1 and harness.violations() == []


def claim_of(harness: DaemonHarness, name: str) -> Path:
    """Let the daemon claim a file that it cannot hash yet; return the folder of the claim."""
    harness.files.fail("hash", harness.inbox, errno.EIO)
    for _ in range(TURNS):
        harness.tick()
        claimed = list((harness.inbox / claims.WORK).glob(f"*/{name}"))
        if claimed:
            harness.files.heal()
            return claimed[0].parent
    raise AssertionError("it was never claimed")


def is_delayed_alone(harness: DaemonHarness, name: str, health: Health = Health.OK) -> None:
    """Check that five new files are coded at once and that only ``name`` waits, with a reason."""
    n_batches = len(harness.batches())
    for number in range(5):
        harness.drop(f"good{number}.csv", GOOD + b"%d,%s\n" % (number, name.encode()))
    harness.tick(TURNS * 2)
    assert len(harness.batches()) == n_batches + 5
    status = harness.status()
    assert [file.name for file in status.waiting] == [name] and status.waiting[0].reason
    assert status.paused is None
    assert judge(status, harness.clock.now(), "elsewhere").health is health


@pytest.mark.slow
@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.ENOSPC])
def test_a_read_error_in_one_file_does_not_delay_others(
    harness: DaemonHarness, number: int
) -> None:
    """Faults 14 and 26 in one file: it waits, the others do not, however often it comes due."""
    harness.drop("bad.csv", GOOD)
    harness.files.fail("hash", claim_of(harness, "bad.csv"), number)
    harness.tick(30, seconds=10)
    assert os.strerror(number) in harness.status().waiting[0].reason
    is_delayed_alone(harness, "bad.csv", Health.NO_SPACE if number == errno.ENOSPC else Health.OK)
    harness.files.heal()
    harness.tick(30, seconds=5)
    assert harness.violations() == []


class TooLargeOnce(PassingProcessor):
    """A processor whose results of one file are over a limit on the size of files."""

    def __init__(self, processor: Processor, name: str) -> None:
        super().__init__(processor)
        self.name = name
        self.n_fired = 0

    def work(self, path: Path, staged: Path, identity: Identity, progress: Progress) -> AnyReceipt:
        if path.name == self.name:
            self.n_fired += 1
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return self._processor.work(path, staged, identity, progress)


@pytest.mark.slow
def test_results_over_a_size_limit_delay_their_file_alone(harness: DaemonHarness) -> None:
    processor = TooLargeOnce(harness.processor, "large.csv")
    harness.daemon = harness.start_daemon(MAIN, processor)
    harness.drop("large.csv", GOOD)
    harness.tick(30, seconds=10)
    assert processor.n_fired > 2 and not harness.batches()
    is_delayed_alone(harness, "large.csv")
    processor.name = ""
    harness.tick(30, seconds=5)
    assert harness.violations() == []


def test_a_file_that_is_renamed_in_its_claim_is_coded_under_the_new_name(
    harness: DaemonHarness,
) -> None:
    harness.drop("a.csv", GOOD)
    folder = claim_of(harness, "a.csv")
    (folder / "a.csv").rename(folder / "b.csv")
    harness.drop("c.csv", GOOD + b"1,cook\n")
    harness.tick(10, seconds=1)
    assert [path.name.split(".")[0] for path in harness.batches()] != []
    harness.tick(30, seconds=1)
    assert {path.name.split(".")[0] for path in harness.batches()} == {"b", "c"}
    assert harness.violations() == []


@pytest.mark.parametrize("name", ["@eaDir/a.csv", "._a.csv", ".nfs000000000001"])
def test_what_a_system_puts_into_a_claim_is_no_input(harness: DaemonHarness, name: str) -> None:
    """A disk station, a Mac or a network share; then the daemon is started again."""
    harness.drop("a.csv", GOOD)
    claim = claims.claim_file(Filesystem(), harness.inbox, "a.csv", MAIN)
    assert claim is not None
    litter = claim.folder / name
    litter.parent.mkdir(exist_ok=True)
    litter.write_bytes(b"\0\5\x16\7")
    harness.tick(TURNS)
    assert len(harness.batches()) == 1 and not harness.rejected()
    assert not list((harness.inbox / claims.WORK).iterdir())
    assert harness.violations() == []


@pytest.mark.slow
def test_a_file_that_cannot_be_read_stays_in_the_inbox(harness: DaemonHarness) -> None:
    """Another owner's, mode 0600: its owner can mend it there, and the others go on."""
    path = harness.drop("private.csv", GOOD)
    harness.files.fail("check_readable", path, errno.EACCES)
    harness.tick(TURNS * 2)
    assert path.exists() and not list((harness.inbox / claims.WORK).iterdir())
    assert "its owner must allow" in harness.status().waiting[0].reason
    assert harness.daemon._poller.stability.n_waiting == 0  # ``--once`` does not wait for a person
    is_delayed_alone(harness, "private.csv")
    harness.files.heal()
    harness.tick(TURNS)
    assert harness.violations() == []


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="needs root: another user")
def test_this_user_asks_the_system_whether_a_file_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(GOOD)
    path.chmod(0o600)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(0o755)
    Filesystem().check_readable(path)
    os.seteuid(65534)
    try:
        with pytest.raises(claims.UnreadableError, match="Permission denied"):
            claims.claim_file(Filesystem(), tmp_path, "a.csv", MAIN)
    finally:
        os.seteuid(0)
    assert path.exists()


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="needs root on Linux")
def test_a_file_that_the_system_does_not_let_go_is_said_once(
    harness: DaemonHarness, caplog: pytest.LogCaptureFixture
) -> None:
    """Fault 12: its claim has another name at each attempt."""
    path = harness.drop("a.csv", GOOD)
    if subprocess.run(["chattr", "+i", path], check=False, capture_output=True).returncode:
        pytest.skip("this file system has no immutable files")
    try:
        harness.tick(TURNS * 6)
        (waiting,) = harness.status().waiting
    finally:
        subprocess.run(["chattr", "-i", path], check=True)
    (line,) = [line for line in caplog.messages if "cannot be claimed" in line]
    assert waiting.reason.endswith(f"must be allowed to rename it: {str(path)!r}")
    assert line.endswith(f"must be allowed to rename it: {str(path)!r}")
    harness.tick(TURNS)
    assert len(harness.batches()) == 1 and harness.violations() == []


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="needs root on Linux")
def test_a_folder_that_takes_no_input_is_named(harness: DaemonHarness, settings: Settings) -> None:
    """Not only the input, which is moved to there."""
    archive_dir = settings.watcher.archive_dir
    harness.drop("a.csv", GOOD)
    if subprocess.run(["chattr", "+i", archive_dir], check=False, capture_output=True).returncode:
        pytest.skip("this file system has no immutable files")
    try:
        harness.tick(TURNS)
        (waiting,) = harness.status().waiting
    finally:
        subprocess.run(["chattr", "-i", archive_dir], check=True)
    assert f" -> '{archive_dir}/a.csv': Operation not permitted" in waiting.reason


def test_a_pause_ends_when_its_cause_does_though_no_file_is_left(
    harness: DaemonHarness, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says once that it begins, and that it is over."""
    caplog.set_level("INFO")
    path = harness.drop("a.csv", GOOD)
    harness.files.fail("make_dir", harness.inbox, errno.ENOSPC)
    harness.tick(TURNS)
    paused = harness.status().paused
    assert paused is not None and "make space" in paused.reason and "inbox" in paused.reason
    path.unlink()
    harness.tick(30, seconds=5)
    assert harness.status().paused is not None
    harness.files.heal()
    harness.tick(30, seconds=5)
    assert harness.status().paused is None
    begins, ends = [line for line in caplog.messages if line.startswith(("paused", "the pause"))]
    assert begins.startswith("paused, all files are kept and tried again: ")
    assert "make space" in begins and "is over" in ends


def test_a_file_that_cannot_be_claimed_waits_and_says_so(harness: DaemonHarness) -> None:
    """Fault 12."""
    path = harness.drop("a.csv", GOOD)
    harness.files.fail("rename", path, errno.EBUSY)
    harness.drop("b.csv", GOOD + b"1,baker\n")
    harness.tick(TURNS * 3)
    assert len(harness.batches()) == 1
    (waiting,) = harness.status().waiting
    assert waiting.name == "a.csv" and "cannot be claimed" in waiting.reason
    harness.files.heal()
    harness.tick(TURNS)
    assert len(harness.batches()) == 2 and harness.violations() == []


def test_deleted_or_renamed_before_and_after_the_claim(harness: DaemonHarness) -> None:
    """Faults 13, 14."""
    harness.drop("a.csv", GOOD).unlink()
    harness.dropped.clear()
    harness.drop("b.csv", GOOD).rename(harness.inbox / "c.csv")
    harness.tick(TURNS)
    assert [p.name.split(".")[0] for p in harness.batches()] == ["c"]
    again = InterruptingProcessor(harness.processor, Path.unlink)
    harness.daemon = harness.start_daemon(MAIN, again)
    harness.drop("d.csv", GOOD + b"1,baker\n")
    harness.tick(TURNS)
    harness.dropped.pop()
    assert len(harness.batches()) == 1 and harness.violations() == []


def test_a_spreadsheet_saves_through_a_temporary_name(harness: DaemonHarness) -> None:
    """Fault 3: written under another name, the old one deleted, renamed."""
    first = harness.drop("a.csv", b"job_title\nold\n")
    harness.tick(1)
    (harness.inbox / "~$a.csv").write_bytes(b"lock")
    part = harness.inbox / "A1B2C3.tmp"
    part.write_bytes(GOOD)
    harness.tick(1)
    first.unlink()
    part.rename(first)
    (harness.inbox / "~$a.csv").unlink()
    harness.dropped = [GOOD]
    harness.tick(TURNS)
    assert len(harness.batches()) == 1 and harness.violations() == []


def test_the_same_name_while_the_first_is_in_progress(harness: DaemonHarness) -> None:
    """Faults 10, 11: both survive, under different names."""

    def drop_again(path: Path) -> None:
        if len(harness.dropped) == 1:
            harness.drop("a.csv", GOOD + b"1,baker\n")

    harness.daemon = harness.start_daemon(
        MAIN, InterruptingProcessor(harness.processor, drop_again)
    )
    harness.drop("a.csv", GOOD)
    harness.tick(TURNS * 2)
    assert len(harness.batches()) == 2 and harness.violations() == []
    assert len(list(harness.settings.watcher.archive_dir.glob("a*.csv"))) == 2


def test_the_same_content_is_answered_from_the_first_receipt(harness: DaemonHarness) -> None:
    """Fault 9."""
    for name in ("a.csv", "b.csv"):
        harness.drop(name, GOOD)
        harness.tick(TURNS)
    assert len(harness.batches()) == 1 and harness.violations() == []
    answers = {answer.name: answer.text for answer in harness.status().results}
    assert answers["b.csv"].startswith("same content as before, the results are in")


def test_a_folder_of_the_same_name_stays(harness: DaemonHarness) -> None:
    """Promise 10."""
    harness.drop("a.csv", GOOD)
    identity = harness.processor.identify(harness.inbox / "a.csv", no_progress)
    theirs = harness.settings.watcher.outbox / f"a.{identity.batch_id}"
    theirs.mkdir(parents=True)
    (theirs / "notes.txt").write_text("mine", encoding="utf-8")
    harness.tick(TURNS)
    assert [p.name for p in theirs.iterdir()] == ["notes.txt"]
    assert [p.name for p in harness.batches()] == [f"{theirs.name}-2"]


def test_asleep_in_mid_batch_while_another_takes_over(harness: DaemonHarness) -> None:
    """Fault 27: hours later another daemon has the claim; there is one result."""
    other = harness.start_daemon("two")
    is_first = [True]

    def sleep(path: Path) -> None:
        if not is_first:
            return
        is_first.clear()
        for _ in range(40):  # the other daemon sees no heartbeat
            harness.clock.seconds += 2 * harness.settings.watcher.heartbeat_s
            other.tick()

    harness.daemon = harness.start_daemon(MAIN, InterruptingProcessor(harness.processor, sleep))
    harness.drop("a.csv", GOOD)
    harness.tick(TURNS)
    assert not is_first, "it never slept"
    (result,) = read_status(harness.settings.watcher.outbox, "two").results
    assert result.name == "a.csv"  # which the other daemon has finished
    assert len(harness.batches()) == 1 and harness.violations() == []


@pytest.mark.parametrize("mtime", [1, 10**10])
def test_no_file_time_matters(harness: DaemonHarness, mtime: int) -> None:
    """Fault 35: 1970, or 2286."""
    path = harness.drop("a.csv", GOOD)
    os.utime(path, (mtime, mtime))
    harness.tick(TURNS)
    assert len(harness.batches()) == 1 and harness.violations() == []


def test_the_wall_clock_jumps(harness: DaemonHarness) -> None:
    """Fault 35."""
    harness.drop("a.csv", GOOD)
    n_jumps_before_the_result = 0
    for year in [2031, 1999, 2026, 2040] * 3:
        n_jumps_before_the_result += not harness.batches()
        harness.clock.start = harness.clock.start.replace(year=year)
        harness.tick(1)
    assert n_jumps_before_the_result > 2
    assert len(harness.batches()) == 1 and harness.violations() == []


def test_the_status_names_the_model_as_soon_as_it_has_coded(harness: DaemonHarness) -> None:
    """A run with ``--once`` may end before the next poll: its status said that none was loaded."""
    harness.daemon = harness.start_daemon(MAIN, UnaskedProcessor(harness.processor))
    harness.drop("a.csv", GOOD)
    while not harness.batches():
        harness.tick(1)
    (batch,) = harness.batches()
    receipt = json.loads((batch / "receipt.json").read_text("utf-8"))
    assert harness.status().model_version == receipt["model_version"]


def test_a_file_of_an_earlier_run_waits_until_its_turn(harness: DaemonHarness) -> None:
    """Fault 28: it is in its claim, where nobody looks, and comes after all others."""
    for name, content in (("left.csv", GOOD), ("new.csv", GOOD + b"1,baker\n")):
        harness.drop(name, content)
        claim = claims.claim_file(harness.files, harness.inbox, name, MAIN)
        assert claim is not None
        if name == "left.csv":
            claims.start_attempt(harness.files, claim)
    waiting: dict[str, list[str]] = {}

    def look(path: Path) -> None:
        waiting[path.name] = [file.name for file in harness.status().waiting]

    harness.daemon = harness.start_daemon(MAIN, InterruptingProcessor(harness.processor, look))
    harness.tick(TURNS)
    assert waiting == {"new.csv": ["left.csv"], "left.csv": []}
    assert len(harness.batches()) == 2 and harness.violations() == []


@pytest.mark.parametrize(
    ("is_there", "health"), [(True, Health.OK), (False, Health.SHARE_UNAVAILABLE)]
)
def test_a_clock_that_is_set_back_makes_no_daemon_unresponsive(
    harness: DaemonHarness, is_there: bool, health: Health
) -> None:
    """Fault 35."""
    harness.tick(100)
    if not is_there:
        harness.inbox.rename(harness.inbox.with_name("away"))
    harness.clock.start -= timedelta(hours=2)
    harness.tick(100)
    assert judge(harness.status(), harness.clock.now(), "elsewhere").health is health


def test_an_empty_file_and_one_that_is_cut_off(harness: DaemonHarness) -> None:
    """Faults 21, 36."""
    harness.drop("empty.csv", b"")
    harness.drop("cut.csv", b'job_title,id\nnurse,1\n"wel')
    harness.drop("nul.csv", b"job_title,id\nnurse,1\n" + bytes(512))
    harness.tick(TURNS)
    assert set(harness.rejected()) == {"cut.csv", "nul.csv"}
    harness.tick(20)
    reasons = harness.rejected()
    assert "line 3" in reasons["cut.csv"] and "line 3" in reasons["nul.csv"]
    assert "empty" in reasons["empty.csv"] and harness.violations() == []


def test_a_cut_file_whose_writer_comes_back_is_whole(harness: DaemonHarness) -> None:
    """Fault 36: the file is read once more while somebody has it open."""
    harness.files.fail("writers", harness.inbox, 0)  # the kernel does not say that it is open
    path = harness.inbox / "a.csv"
    with path.open("wb", buffering=0) as file:
        file.write(b'job_title,id\nnurse,1\n"wel')
        ticks = 0
        while path.exists():
            harness.tick()
            ticks += 1
            assert ticks < 100
        harness.tick(21)  # after the second hash it was found cut off
        file.write(b'der",2\n')
        assert not harness.rejected() and not harness.batches()
        harness.dropped = [b'job_title,id\nnurse,1\n"welder",2\n']
        harness.tick(TURNS)
    harness.files.heal()
    assert len(harness.batches()) == 1 and harness.violations() == []


needs_leases = pytest.mark.skipif(sys.platform != "linux", reason="needs the leases of Linux")
HALF = b"id,job_title\n" + b"".join(b"%d,cook\n" % n for n in range(20))
REST = b"".join(b"%d,baker\n" % n for n in range(20, 40))


@pytest.mark.slow
@needs_leases
def test_a_file_that_somebody_has_open_waits_however_long(harness: DaemonHarness) -> None:
    """In the inbox; and if it was claimed before the kernel could say so, in its claim."""
    for is_claimed in (False, True):
        name = f"{is_claimed}.csv"
        with (harness.inbox / name).open("wb", buffering=0) as file:
            file.write(HALF)
            if is_claimed:
                harness.files.fail("writers", harness.inbox / name, 0)
            harness.tick(300, seconds=2)
            assert (harness.inbox / name).exists() != is_claimed
            status = harness.status()
            (waiting,) = status.waiting
            assert waiting.name == name and "has it open for writing" in waiting.reason
            assert judge(status, harness.clock.now(), "elsewhere").health is Health.OK
            is_delayed_alone(harness, name)
            harness.dropped.append(HALF + REST + b"%d,clerk\n" % is_claimed)
            file.write(REST + b"%d,clerk\n" % is_claimed)
        harness.tick(TURNS * 2)
        if is_claimed:
            harness.files.heal()
        assert not harness.status().waiting and harness.violations() == []
        for path in harness.inbox.glob("good*"):
            path.unlink()
    names = [path.name.partition(".")[0] for path in harness.batches()]
    assert names.count("False") == names.count("True") == 1


def test_a_pause_in_a_line_is_bridged_for_ten_quiet_times(harness: DaemonHarness) -> None:
    """Where the kernel does not say who has it open: no line break at the end, no complete file."""
    harness.files.fail("writers", harness.inbox, 0)
    quiet_s = harness.settings.watcher.quiet_s
    with (harness.inbox / "a.csv").open("wb", buffering=0) as file:
        file.write(HALF + b"20,bak")
        harness.tick(6)  # claimed, and hashed once
        assert list((harness.inbox / claims.WORK).glob("*/a.csv"))
        harness.tick(8, seconds=0.9 * quiet_s)
        assert not harness.batches()
        file.write(b"er\n")
        harness.dropped = [HALF + b"20,baker\n"]
        harness.tick(TURNS)
    assert len(harness.batches()) == 1 and harness.violations() == []
    harness.drop("b.csv", HALF + b"20,no break at the end")
    harness.tick(TURNS * 4)
    assert len(harness.batches()) == 2 and harness.violations() == []
    harness.files.heal()


def test_what_is_written_during_the_work_is_read_again(harness: DaemonHarness) -> None:
    """Promise 1, where the kernel does not say that somebody has it open."""
    harness.files.fail("writers", harness.inbox, 0)
    with (harness.inbox / "a.csv").open("wb", buffering=0) as file:
        file.write(HALF)
        harness.dropped = [HALF + REST]

        def go_on(path: Path) -> None:
            if file.tell() == len(HALF):
                file.write(REST)

        harness.daemon = harness.start_daemon(MAIN, InterruptingProcessor(harness.processor, go_on))
        harness.tick(TURNS * 2)
    harness.files.heal()
    assert len(harness.batches()) == 1 and harness.violations() == []


class AfterPublishing(FailingFilesystem):
    """File operations that call ``interrupt`` when a result has just been published."""

    def __init__(self, outbox: Path, interrupt: Callable[[], object]) -> None:
        super().__init__()
        self._outbox = outbox
        self._interrupt = interrupt

    def rename_new(self, source: Path, target: Path) -> None:
        super().rename_new(source, target)
        if target.parent == self._outbox and not target.name.startswith("."):
            self._interrupt()


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_file_that_grows_after_publishing_is_coded_anew(
    harness: DaemonHarness, is_killed: bool
) -> None:
    """The first result is marked as superseded: no receipt belongs to another archive."""
    outbox = harness.settings.watcher.outbox
    with (harness.inbox / "a.csv").open("wb", buffering=0) as file:
        file.write(HALF)
        harness.dropped = [HALF + REST]

        def grow() -> None:
            if file.tell() == len(HALF):
                file.write(REST)
                if is_killed:
                    raise ProcessKilled

        harness.files = AfterPublishing(outbox, grow)
        harness.files.fail("writers", harness.inbox, 0)
        harness.daemon = harness.start_daemon(MAIN)
        try:
            harness.tick(TURNS * 2)
        except ProcessKilled:
            harness.daemon = harness.start_daemon(MAIN)
            harness.tick(TURNS * 2)
        harness.files.heal()
    (superseded,) = outbox.glob("a.*.superseded")
    (batch,) = set(harness.batches()) - {superseded}
    receipts = [json.loads((path / "receipt.json").read_text()) for path in (superseded, batch)]
    assert [receipt["n_rows_out"] for receipt in receipts] == [20, 40]
    assert harness.violations() == []
    status = harness.status()
    assert any("superseded" in result.text for result in status.results)
    assert status.totals.n_results == 1


@needs_leases
def test_the_open_files_of_processes_tell_who_writes(tmp_path: Path) -> None:
    """The second source, where no lease is to be had."""
    path = tmp_path / "a.csv"
    with path.open("wb"):
        assert is_open_for_writing(path.stat())
    with path.open("rb"):
        assert not is_open_for_writing(path.stat())
    assert file_system_of(Path("/proc/self")) == "proc" and file_system_of(tmp_path)


NAMES = (
    "A.csv",
    "a.csv",
    "CON.csv",
    "-rf.csv",
    "..csv.csv",
    "x\\y.csv",
    "new\nline.csv",
    "a b.csv",
    "\u202egpj.csv",
    unicodedata.normalize("NFC", "é.csv"),
    unicodedata.normalize("NFD", "é.csv"),
    "n" * 251 + ".csv",
    os.fsdecode(b"\xff\xfe.csv"),
    "%s%n$(id)`id`;.csv",
    "'\".csv",
)


@pytest.mark.slow
def test_no_name_leaves_the_outbox(harness: DaemonHarness) -> None:
    """Fault 39."""
    before = set(harness.settings.watcher.inbox.parent.iterdir())
    for number, name in enumerate(NAMES):
        harness.drop(name, GOOD + b"%d,cook\n" % number)
    harness.tick(TURNS * 3)
    assert len(harness.batches()) == len(NAMES) and harness.violations() == []
    assert {path.parent for path in harness.batches()} == {harness.settings.watcher.outbox}
    assert set(harness.settings.watcher.inbox.parent.iterdir()) - before <= {
        harness.settings.watcher.outbox,
        harness.settings.data.raw_dir.parent,
    }


def test_a_link_in_place_of_the_work_folder_is_not_followed(
    harness: DaemonHarness, tmp_path: Path
) -> None:
    """Promises 17, 18: whoever can write into the inbox cannot lead the daemon out of it."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    work = harness.inbox / claims.WORK
    work.rmdir()
    work.symlink_to(elsewhere)
    harness.drop("a.csv", GOOD)
    harness.tick(TURNS)
    assert not list(elsewhere.iterdir()) and not harness.batches()
    assert "is not a folder" in str(harness.daemon._poller.error)
    with pytest.raises(FolderError):
        harness.start_daemon("two")
    work.unlink()
    harness.tick(30, seconds=1)
    assert len(harness.batches()) == 1 and harness.violations() == []


def test_others_read_results_and_not_claims(harness: DaemonHarness) -> None:
    before = os.umask(0o077)
    try:
        harness.daemon = harness.start_daemon(MAIN)
        harness.drop("a.csv", GOOD)
        harness.tick(TURNS)
    finally:
        os.umask(before)
    (folder,) = harness.batches()
    assert folder.stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}
    outbox = harness.settings.watcher.outbox
    assert (outbox / "status.json").stat().st_mode & 0o777 == 0o644
    for private in (harness.inbox / claims.WORK, outbox / STAGING):
        assert private.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_used_is_named(settings: Settings) -> None:
    """Fault 34, at the start."""
    settings.watcher.outbox.write_text("a file", encoding="utf-8")
    with pytest.raises(FolderError, match=r"outbox.* cannot be used.*; remove what is there, or"):
        DaemonHarness(settings)


def test_a_daemon_of_the_same_name_on_another_machine_is_noticed(
    harness: DaemonHarness, settings: Settings
) -> None:
    """Fault 30, on two machines: by the status of the other daemon."""
    harness.tick(1)
    path = settings.watcher.outbox / "status.json"
    path.write_text(path.read_text().replace('"host": "', '"host": "not-'), encoding="utf-8")
    with pytest.raises(AlreadyRunningError, match="--worker"):
        harness.start_daemon(MAIN)
    harness.start_daemon("two")
    harness.clock.seconds += 3600  # an hour without activity
    harness.start_daemon(MAIN)


@pytest.mark.parametrize("has_space", [True, False])
def test_a_daemon_on_another_machine_is_noticed_also_while_a_file_is_in_progress(
    harness: DaemonHarness, has_space: bool
) -> None:
    """Fault 30: such a daemon may be silent for longer, and the error says for how long."""
    harness.tick(1)
    path = harness.settings.watcher.outbox / "status.json"
    now = harness.clock.now()
    waiting_for_space = None if has_space else Problem(since=now, reason="full")
    changes = {
        "host": "elsewhere",
        "in_progress": InProgress(name="a.csv", since=now),
        "no_space": waiting_for_space,
    }
    write_status(path, harness.status().model_copy(update=changes))
    harness.clock.seconds += 300
    with pytest.raises(AlreadyRunningError, match=r"elsewhere .* start this one again in 5 min"):
        harness.start_daemon(MAIN)
    harness.clock.seconds += 302
    harness.start_daemon(MAIN)


class SlowToList(Filesystem):
    """A large or remote inbox: a listing takes half a second."""

    def __init__(self, harness: DaemonHarness) -> None:
        self._harness = harness
        self.n_polls = 0

    def names(self, folder: Path) -> list[str]:
        if folder == self._harness.inbox:
            self.n_polls += 1
            self._harness.clock.seconds += 0.5
        return super().names(folder)


def test_polls_take_a_tenth_of_the_time_at_most(harness: DaemonHarness) -> None:
    """Fault 38: the rest is for the files."""
    harness.files = slow = SlowToList(harness)  # type: ignore[assignment]
    harness.daemon = harness.start_daemon(MAIN)
    harness.drop("a.csv", GOOD)
    since_s = harness.clock.seconds
    harness.tick(300)
    assert 5 <= slow.n_polls <= (harness.clock.seconds - since_s) / 5 + 1
    assert len(harness.batches()) == 1 and harness.violations() == []


class Recording(FailingFilesystem):
    """File operations that keep the names of the claimed files in their order."""

    def __init__(self, inbox: Path) -> None:
        super().__init__()
        self._inbox = inbox
        self.claimed: list[str] = []

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        if source.parent == self._inbox and source.suffix == ".csv":
            self.claimed.append(source.name)


@pytest.mark.slow
def test_a_thousand_files_each_once_oldest_first(harness: DaemonHarness) -> None:
    """Faults 29, 38, with 200 files and two daemons by turns; 1,000 are in ``make soak``."""
    harness.files = recording = Recording(harness.inbox)
    daemons = [harness.start_daemon(MAIN), harness.start_daemon("two")]
    names = [f"{number:03}.csv" for number in range(200)]
    for number, name in enumerate(names):
        path = harness.drop(name, b"job_title\ncook %d\n" % (number % 7))
        os.utime(path, (1_000 - number, 1_000 - number))
        if number % 50 == 49:
            for _ in range(4):
                daemons[number // 50 % 2].tick()
                harness.clock.seconds += 0.1
    for _ in range(TURNS):
        for daemon in daemons:
            daemon.tick()
        harness.clock.seconds += 0.1
    outbox = harness.settings.watcher.outbox
    assert all(read_status(outbox, name).results for name in (MAIN, "two"))
    parts = [reversed(names[start : start + 50]) for start in range(0, 200, 50)]
    assert recording.claimed == list(chain.from_iterable(parts))
    assert harness.violations() == []


def test_files_are_what_the_os_does(tmp_path: Path) -> None:
    """The operations into which the faults are injected."""
    files = Filesystem()
    files.make_dir(tmp_path / "d")
    files.write(tmp_path / "d" / "a", b"1")
    (tmp_path / "l").symlink_to(tmp_path / "d" / "a")
    for operation in (files.read, files.hash):
        with pytest.raises((OSError, OwnFileError)):
            operation(tmp_path / "l")
    with pytest.raises(OSError):
        files.write(tmp_path / "l", b"2")
    assert files.read(tmp_path / "d" / "a") == b"1"
    files.remove_tree(tmp_path / "d")
    assert not (tmp_path / "d").exists()
