"""The inbox, the outbox and the running daemon, with real files and real processes."""

from __future__ import annotations

import csv
import errno
import json
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from apscheduler.schedulers import SchedulerAlreadyRunningError
from hypothesis import given
from hypothesis import strategies as st

import main
from core.files.whole_file import sha256_of
from core.settings import Settings
from core.settings_file.hook_settings import HookSettings
from tests.cli.processes import config_of
from tests.conftest import ROOT
from tests.support.fake_clock import FakeClock
from tests.volumes import other_volume
from watcher.daemon import Daemon
from watcher.delivery import archive, publish
from watcher.environment import MAIN, Environment
from watcher.filesystem import Filesystem
from watcher.hooks.hooks import Hooks
from watcher.intake import claims
from watcher.intake.claims import Claim
from watcher.intake.folder_checks import OWN_NAMES, Folders
from watcher.intake.leases import Leases
from watcher.intake.listing import Fingerprint, Listing, list_inbox
from watcher.intake.polling import InboxPoller
from watcher.intake.stability import Stability, WaitingFile
from watcher.open_files import Writers
from watcher.processes.file_processor import FileProcessor
from watcher.processes.scheduler import NightlyScheduler
from watcher.signals import Shutdown
from watcher.status.status_file import read_status
from watcher.status.waiting_files import INTERRUPTED
from watcher.status.writer import StatusWriter

FILES = Filesystem()

PATIENCE_S = 100


def wait_for(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait until ``condition`` holds; fail at once when the daemon has died."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert process.poll() is None, "the daemon died"
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def isco(settings: Settings, *arguments: str) -> list[str]:
    config = settings.watcher.inbox.parent / "config.yaml"
    return [sys.executable, str(ROOT / "main.py"), *arguments, "--config", str(config)]


@contextmanager
def daemon(settings: Settings, *command: str) -> Iterator[subprocess.Popen[str]]:
    """Start a real daemon, in a process group of its own as a terminal does."""
    log = settings.watcher.inbox.parent / "daemon.log"
    with log.open("a") as file:
        process = subprocess.Popen(
            command or isco(settings, "watch"), stderr=file, text=True, process_group=0
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def log_of(settings: Settings) -> str:
    """Return the log of the daemons so far."""
    return (settings.watcher.inbox.parent / "daemon.log").read_text(encoding="utf-8")


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the worker process of a daemon: a copy of it, or one that was spawned."""
    daemon = psutil.Process(process.pid)
    return [
        child
        for child in daemon.children()
        if child.cmdline() == daemon.cmdline() or "spawn_main" in " ".join(child.cmdline())
    ]


def batches(settings: Settings, stem: str = "*") -> list[Path]:
    return [path.parent for path in settings.watcher.outbox.glob(f"{stem}.*/receipt.json")]


def drop(settings: Settings, name: str, content: str | bytes) -> None:
    settings.watcher.inbox.mkdir(exist_ok=True)
    content = content if isinstance(content, bytes) else content.encode()
    (settings.watcher.inbox / name).write_bytes(content)


def seen(**files: tuple[int, int, int]) -> Listing:
    return Listing({name: Fingerprint(*values) for name, values in files.items()})


def test_stable_only_after_three_equal_polls_and_the_quiet_time() -> None:
    stability = Stability(quiet_s=2)
    assert stability.observe(seen(a=(1, 1, 1)), 0) == []
    assert stability.observe(seen(a=(1, 1, 1)), 2.5) == []  # only two polls
    assert stability.observe(seen(a=(2, 1, 1)), 3) == []  # it grew: counted from the beginning
    assert stability.observe(seen(a=(2, 1, 1)), 4) == []
    assert stability.observe(seen(a=(2, 1, 1)), 4.5) == []  # three polls, 1.5 s
    assert stability.observe(seen(a=(2, 1, 1), b=(1, 0, 2)), 5) == ["a"]
    stability.restart("a")  # it could not be claimed
    assert stability.observe(seen(a=(2, 1, 1)), 6) == []
    assert stability.observe(Listing(), 6) == [] and stability.n_waiting == 0


def test_the_next_poll_comes_when_the_next_file_may_be_stable() -> None:
    stability = Stability(quiet_s=2)
    assert stability.next_stable_s(0) == math.inf
    stability.observe(seen(a=(1, 1, 1)), 1)
    stability.observe(seen(a=(1, 1, 1), b=(1, 1, 2), empty=(0, 1, 3)), 1.5)
    assert [stability.next_stable_s(now_s) for now_s in (1.5, 3, 3.5)] == [3, 3.5, 21.5]


def test_a_folder_that_is_made_is_said(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    mistyped = tmp_path / "inbx" / "surveys"
    environment = Environment(settings.watcher.model_copy(update={"inbox": mistyped}))
    Folders(environment).check()
    watched = settings.watcher
    assert [record.message for record in caplog.records] == [
        f"made the folder {folder}, which was missing"
        for folder in (mistyped, watched.outbox, watched.archive_dir, watched.rejected_dir)
    ]
    caplog.clear()
    Folders(environment).check()
    assert not caplog.records


def test_a_file_is_polled_when_its_quiet_time_ends(settings: Settings) -> None:
    environment = Environment(settings.watcher, clock=(clock := FakeClock()))
    settings.watcher.inbox.mkdir()
    (folders := Folders(environment)).check()
    status = StatusWriter(environment, None, Hooks(environment))
    status.start(None)
    poller = InboxPoller(environment, folders, status)
    drop(settings, "a.csv", b"job_title\nnurse\n")
    dropped_s = clock.seconds
    for since_s in (0, 0.07, 0.15):  # polls come late where there is other work
        clock.seconds = dropped_s + since_s
        poller.poll(False, None)
    assert not poller.stable
    assert poller.next_poll_s == pytest.approx(dropped_s + settings.watcher.quiet_s)


def test_an_empty_file_has_longer_to_be_filled() -> None:
    stability = Stability(quiet_s=2)
    for now_s in (0, 5, 10, 19):
        assert stability.observe(seen(a=(0, 1, 1)), now_s) == []
    assert stability.waiting_files(19) == [
        WaitingFile("a", 19, "it is empty; waiting 20 s for its content")
    ]
    assert stability.observe(seen(a=(0, 1, 1)), 20) == ["a"]


def test_oldest_first() -> None:
    stability = Stability(quiet_s=0)
    listing = seen(new=(1, 30, 1), old=(1, 10, 2), mid=(1, 20, 3))
    stability.observe(listing, 0)
    stability.observe(listing, 1)
    assert stability.observe(listing, 2) == ["old", "mid", "new"]


LITTER = (
    "~$a.csv",
    "~$a.xlsx",
    ".~lock.a.csv#",
    ".fuse_hidden0001.csv",
    ".nfs0001.csv",
    ".DS_Store",
    "Icon\r",
    "Thumbs.db",
    "desktop.ini",
    ".a.csv.swp",
    ".probe-inbox-1",  # of a start that was killed
)
UNFINISHED = (
    "a.csv.part",
    "a.csv.crdownload",
    "a.tmp",
    ".syncthing.a.csv.tmp",
    ".goutputstream-X1.csv",
    ".a.csv.Xy12Zq",
)
HELD = {
    ".hidden.csv": "a hidden file",
    ".isco-x.csv": "a hidden file",
    ".work-1.xlsx": "a hidden file",
    "._a.csv": "AppleDouble",
    "notes.docx": "a text document",
    "report.pdf": "a PDF document",
    "files.zip": "unpack it",
    "files.tar.gz": "unpack it",
    "staff.xlsx.gz": "unpack it",
    "review.html": "press 'Save corrections', and put the CSV file",
    "Review_ staff.csv (1).htm": "press 'Save corrections', and put the CSV file",
    "page.html": "if it is the review page of a batch, open it in a browser",
    "data.json": "name the file .jsonl",
    "binary.XLSB": "save it as .xlsx",
    "scan.png": "a picture",
    "staff": "its name has no ending",
    "staff.hld": "files that end in '.hld' are not read",
    "households.dat": "columns have fixed widths, as CSPro keeps them",
    "households.csdb": "a database of CSPro",
    "ebb.asc": "in Blaise: Manipula with a SEPARATOR",
    "ebb.bdbx": "a database of Blaise",
    "yrke.px": "a table of PC-Axis",
    "households.dcf": "put the table with the data here",
    "members.do": "put the table with the data here",
}
CONFLICTS = (
    "a (Ada's conflicted copy 2026-01-02).csv",
    "a.sync-conflict-20260102-030405-ABCDEFG.csv",
    "a_conflict-20260102-030405.csv",
    "a (Case Conflict).csv",
    "a [conflict 1].csv",
    "a (In Konflikt stehende Kopie von Ada 2026-01-02).csv",
)


def test_which_files_are_processed_blocked_and_ignored(tmp_path: Path) -> None:
    read = {
        "a.csv",
        "B.CSV",
        "c.XLSX",
        "d.txt",
        "e.csv.gz",
        "..f.jsonl",
        "g.tsv.gz",
        "h.TXT.GZ",
        "i.jsonl.gz",
    }
    for name in (*read, *LITTER, *UNFINISHED, *HELD, *CONFLICTS):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    (tmp_path / "link").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / ".work").mkdir()
    (tmp_path / ".isco").touch()
    (tmp_path / ".gitkeep").touch()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.csv"))
    listing = list_inbox(FILES, tmp_path, OWN_NAMES)
    assert set(listing.files) == read
    kinds = {"link.csv": "link", "link": "link", "pipe.csv": "pipe", "s.csv": "socket"}
    assert set(listing.blocked) == {*CONFLICTS, *kinds, *HELD}
    for name, words in (kinds | HELD).items():
        assert words in listing.blocked[name]
    assert all("rename it" in listing.blocked[name] for name in CONFLICTS)
    assert set(listing.unfinished) == set(UNFINISHED)
    assert set(listing.ignored) == set(LITTER)
    names = {path.name for path in tmp_path.iterdir()} - OWN_NAMES
    found = {*listing.files, *listing.blocked, *listing.unfinished, *listing.ignored}
    assert found == names  # nothing is left out


def test_the_files_of_a_folder(tmp_path: Path) -> None:
    for name in ("w/a.csv", "w/in/b.xlsx", "w/c.docx", "w/Thumbs.db", "only/.DS_Store", "w/d.part"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "empty.csv").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "plan.numbers").mkdir()
    (tmp_path / "w" / "out").symlink_to("/etc")
    deep = tmp_path.joinpath(*"0123456789")
    deep.mkdir(parents=True)
    listing = list_inbox(FILES, tmp_path)
    assert set(listing.files) == {"w/a.csv", "w/in/b.xlsx"}
    assert set(listing.blocked) == {
        "w/c.docx", "w/out", ".git", "plan.numbers", "0/1/2/3/4/5/6/7/8",
    }  # fmt: skip
    assert listing.unfinished == ["w/d.part"]
    assert set(listing.ignored) == {
        "w/Thumbs.db", "only/.DS_Store", "only/ (an empty folder)", "empty.csv/ (an empty folder)",
    }  # fmt: skip


def test_a_folder_is_stable_as_a_whole() -> None:
    stability = Stability(quiet_s=2)
    first = {"w/a.csv": Fingerprint(1, 1, 1), "z.csv": Fingerprint(1, 9, 2)}
    later = first | {"w/b.csv": Fingerprint(1, 2, 3)}
    assert stability.observe(Listing(first), 0) == stability.observe(Listing(first), 1) == []
    assert stability.observe(Listing(later), 2) == ["z.csv"]  # b was copied at the last moment
    (waiting,) = [file for file in stability.waiting_files(2) if file.name == "w/a.csv"]
    assert waiting.reason == "waiting until its whole folder has been copied"
    assert stability.observe(Listing(later), 3) == ["z.csv"]
    assert stability.observe(Listing(later), 4) == ["w/a.csv", "w/b.csv", "z.csv"]
    unfinished = Listing(later, unfinished=["w/c.csv.part"])
    assert stability.observe(unfinished, 5) == ["z.csv"] and stability.n_waiting == 1
    (part,) = [file for file in stability.waiting_files(5) if "part" in file.name]
    assert "unfinished copy" in part.reason
    stability.hold("w/b.csv")  # another user's: the rest of the folder does not wait for it
    assert stability.observe(Listing(later), 6) == ["w/a.csv", "z.csv"]


@pytest.fixture
def work_dir(tmp_path: Path) -> Path:
    (tmp_path / claims.WORK).mkdir()
    return tmp_path


def test_one_claim_per_file(work_dir: Path) -> None:
    (work_dir / "a.csv").write_text("x", encoding="utf-8")
    claim = claims.claim_file(FILES, work_dir, "a.csv", MAIN)
    assert claim is not None and claim.path.read_text(encoding="utf-8") == "x"
    assert (claim.name, claim.attempts, claim.owner) == ("a.csv", 0, MAIN)
    assert claims.claim_file(FILES, work_dir, "a.csv", MAIN) is None
    assert claims.list_claims(FILES, work_dir) == [claim]
    assert claim.folder.stat().st_mode & 0o777 == 0o700
    started = claims.start_attempt(FILES, claim)
    assert (started.id, started.attempts) == (claim.id, 1)
    with pytest.raises(FileNotFoundError):
        claims.start_attempt(FILES, claim)  # its folder has another name now
    taken_over = claims.take_over(FILES, started, "two")
    assert taken_over is not None and (taken_over.owner, taken_over.attempts) == ("two", 1)
    assert claims.take_over(FILES, started, "three") is None
    assert claims.undo_attempt(FILES, taken_over).attempts == 0
    (claim,) = claims.list_claims(FILES, work_dir)
    claim.path.unlink()
    (empty,) = claims.list_claims(FILES, work_dir)
    assert empty.is_empty
    claims.remove(FILES, empty)
    assert claims.list_claims(FILES, work_dir) == []


def test_a_link_that_replaced_a_file_is_moved_back(work_dir: Path) -> None:
    secret = work_dir / "secret"
    secret.write_text("s", encoding="utf-8")
    (work_dir / "a.csv").symlink_to(secret)
    with pytest.raises(OSError, match="a link"):
        claims.claim_file(FILES, work_dir, "a.csv", MAIN)
    assert (work_dir / "a.csv").is_symlink() and claims.list_claims(FILES, work_dir) == []


def test_a_lease_expires_by_our_own_clock(work_dir: Path) -> None:
    (work_dir / "a.csv").write_text("x", encoding="utf-8")
    claim = claims.claim_file(FILES, work_dir, "a.csv", "two")
    assert claim is not None
    leases = Leases(FILES, heartbeat_s=5)
    faults: list[OSError] = []

    def expired(now_s: float) -> list[Claim]:
        return leases.expired([claim], now_s, faults.append)

    os.utime(claim.folder / claims.HEARTBEAT, (1, 1))  # the clock of the other does not matter
    assert expired(0) == expired(49.9) == []
    Leases(FILES, 5).renew(claim)
    os.utime(claim.folder / claims.HEARTBEAT, (1, 1))
    assert expired(50) == expired(99) == []
    assert expired(100) == [claim] and not faults


def test_the_kernel_knows_whether_a_file_is_being_written(tmp_path: Path) -> None:
    is_linux = sys.platform == "linux"
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        assert FILES.writers(path) is (Writers.SOME if is_linux else Writers.UNKNOWN)
        file.write("x")
    with path.open(encoding="utf-8"):  # a reader does not matter
        assert FILES.writers(path) is (Writers.NONE if is_linux else Writers.UNKNOWN)
    assert FILES.writers(tmp_path / "none") is Writers.UNKNOWN


def claimed(work_dir: Path, content: str) -> Claim:
    (work_dir / "a.csv").write_text(content, encoding="utf-8")
    claim = claims.claim_file(FILES, work_dir, "a.csv", MAIN)
    assert claim is not None
    return claim


class InTwoSteps(Filesystem):
    """A file system that cannot rename without replacing."""

    def rename_new(self, source: Path, target: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("watcher.filesystem._rename_exclusively", self._refuse)
            super().rename_new(source, target)

    @staticmethod
    def _refuse(source: Path, target: Path) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))


@pytest.mark.parametrize("files", [FILES, InTwoSteps()], ids=["kernel", "two steps"])
@pytest.mark.parametrize("volume", ["same", "across"])
def test_nothing_is_overwritten(work_dir: Path, files: Filesystem, volume: str) -> None:
    parent = work_dir if volume == "same" else other_volume(work_dir)
    if parent is None:
        pytest.skip("needs a second volume for temporary files")
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        kept = [
            archive.archive(files, claimed(work_dir, content), Path(folder), lambda: None)
            for content in ("1", "2", "2", "2")
        ]
        assert len(set(kept)) == 4 and kept[0].name == "a.csv"
        assert [path.read_text(encoding="utf-8") for path in kept] == ["1", "2", "2", "2"]
        assert set(Path(folder).iterdir()) == set(kept)
        rejected = [
            archive.reject(files, claimed(work_dir, "3"), Path(folder), reason, lambda: None)
            for reason in ("one", "two")
        ]
        reasons = [path.with_name(path.name + ".why.txt") for path in rejected]
        assert [path.read_text(encoding="utf-8") for path in reasons] == ["one\n", "two\n"]


def test_a_move_that_fails_names_the_paths_as_every_error_does(tmp_path: Path) -> None:
    """The status shows it: it read PosixPath('…')."""
    source, target = tmp_path / "gone.csv", tmp_path / "kept.csv"
    with pytest.raises(FileNotFoundError) as caught:
        FILES.rename_new(source, target)
    assert str(caught.value).endswith(f": {str(source)!r} -> {str(target)!r}")


@given(st.text(min_size=1, max_size=300).filter(lambda name: name.strip()))
def test_no_name_leaves_the_outbox(name: str) -> None:
    stem = publish.safe_stem(name)
    assert stem and len(stem.encode()) <= 80
    assert not set(stem) & set('/\\\n\r\0:*?"<>|') and ".." not in stem
    assert not stem.startswith((".", "-")) and Path("/out", stem).parent == Path("/out")


HOSTILE: dict[str, tuple[bytes, str | None]] = {
    "header.csv": (b"name,age\nx,1\n", "job_title"),
    "workbook.csv": (b"PK\x03\x04\x14\x00", "workbook"),
    "quote.csv": (b'job_title,id\n"a,1\nb,2\n', "line 2"),
    "ragged.csv": (b"job_title,id\na,1\nb,2,3\n", "line 3"),
    "empty.csv": (b"", "empty"),
    "header_only.csv": (b"job_title,duties\n", None),
    "utf16.csv": ("job_title\nBäcker\n".encode("utf-16"), None),
    "cp1252.csv": ("job_title;n\nMüller – Bäcker;1\n".encode("cp1252"), None),
    "nul.csv": (b"job_title,id\na,1\n\0\0\0\0", "NUL"),
    "..\nevil ..csv": (b"never", "job_title"),
    "a..b\n.csv": (b"job_title\nwelder\n", None),
    os.fsdecode(b"latin\xe9.csv"): (b"job_title\nbaker\n", None),
    "語" * 83 + ".csv": (b"never", "job_title"),
}


@pytest.mark.slow
def test_hostile_files_are_answered_and_the_daemon_lives(settings: Settings) -> None:
    for name, (content, _) in HOSTILE.items():
        drop(settings, name, content)
    watched = settings.watcher
    with daemon(settings) as process:
        wait_for(lambda: not list_inbox(FILES, watched.inbox).files, process)
        drop(settings, "after.csv", "job_title\nnurse\n")
        wait_for((watched.archive_dir / "after.csv").exists, process)
    good = {name for name, (_, reason) in HOSTILE.items() if reason is None}
    archived = {path.name for path in watched.archive_dir.iterdir()}
    rejected = {p.name for p in watched.rejected_dir.iterdir() if not p.name.endswith(".why.txt")}
    assert (archived, rejected) == (good | {"after.csv"}, set(HOSTILE) - good)
    for name in rejected:
        (reason_path,) = watched.rejected_dir.glob(f"{name[:20]}*.why.txt")
        assert (HOSTILE[name][1] or "") in reason_path.read_text(encoding="utf-8")
        assert (watched.rejected_dir / name).read_bytes() == HOSTILE[name][0]
    assert len(batches(settings)) == len(archived)
    assert {p.parent for p in batches(settings)} == {watched.outbox}
    assert not list((watched.outbox / ".staging").iterdir())


@pytest.mark.slow
def test_a_slow_copy_is_read_once_and_whole(settings: Settings) -> None:
    settings.watcher.inbox.mkdir()
    with daemon(settings) as process:
        with (settings.watcher.inbox / "slow.csv").open("w", encoding="utf-8") as file:
            file.write("job_title,id\n")
            for i in range(40):
                file.write(f"welder {i},{i}\n")
                file.flush()
                assert not batches(settings)
                time.sleep(0.05)  # the pauses of a slow copy are what is tested
        wait_for(lambda: batches(settings), process)
    (folder,) = batches(settings)
    receipt = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["n_rows_out"] == 40


@pytest.mark.slow
def test_the_same_content_is_recognised_and_new_content_is_not(settings: Settings) -> None:
    with daemon(settings) as process:
        for n, content in enumerate(["job_title\nnurse\n"] * 2 + ["job_title\ncook\n"], start=1):
            drop(settings, "a.csv", content)
            wait_for(
                lambda n=n: len(list(settings.watcher.archive_dir.glob("[!.]*"))) == n, process
            )
    assert len(batches(settings, "a")) == 2


@pytest.mark.slow
def test_a_claim_of_an_earlier_run_is_finished(settings: Settings) -> None:
    drop(settings, "left.csv", "job_title\nnurse\n")
    (settings.watcher.inbox / claims.WORK).mkdir()
    assert claims.claim_file(FILES, settings.watcher.inbox, "left.csv", MAIN)
    assert main.main(["watch", "--once", *config_of(settings)]) == 0
    assert len(batches(settings, "left")) == 1
    assert (settings.watcher.archive_dir / "left.csv").exists()


@pytest.mark.slow
def test_a_file_that_is_still_open_is_read_when_it_is_closed(settings: Settings) -> None:
    drop(settings, "late.csv", "job_title\n" + "".join(f"welder {i}\n" for i in range(5_000)))
    archived = settings.watcher.archive_dir / "late.csv"
    late = (settings.watcher.inbox / "late.csv").open("a", encoding="utf-8")
    with late as writer, daemon(settings) as process:
        wait_for((settings.watcher.outbox / "status.json").exists, process)
        reasons = lambda: [w.reason for w in read_status(settings.watcher.outbox).waiting]  # noqa: E731
        wait_for(lambda: any("open for writing" in reason for reason in reasons()), process)
        writer.write("the last row\n")
        writer.close()
        wait_for(archived.exists, process)
    (folder,) = batches(settings, "late")
    receipt = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["n_rows_out"] == 5_001
    assert receipt["sha256"] == sha256_of(archived)


@pytest.mark.slow
def test_a_claimed_file_that_is_deleted_does_not_delay_others(settings: Settings) -> None:
    drop(settings, "gone.csv", "job_title\n" + "welder\n" * 50_000)
    staging = settings.watcher.outbox / ".staging"
    with daemon(settings) as process:
        wait_for(lambda: list(staging.glob("*/predictions.csv")), process)
        for claim in claims.list_claims(FILES, settings.watcher.inbox):
            claim.path.unlink()
        drop(settings, "next.csv", "job_title\nnurse\n")
        wait_for(lambda: batches(settings, "next"), process)
    assert not batches(settings, "gone")


@pytest.mark.slow
@pytest.mark.parametrize("can_start", [True, False])
def test_what_a_run_started_ends_with_it(settings: Settings, can_start: bool) -> None:
    """Also where a later start fails, as that of the schedule that has begun before."""
    settings.watcher.inbox.mkdir()
    commands = HookSettings(on_night=("true",))
    schedule = NightlyScheduler(settings.schedule, settings.watcher.outbox, never_started)
    one = Daemon(
        Environment(settings.watcher, hooks=commands),
        FileProcessor(settings),
        Shutdown(),
        scheduler=schedule,
    )
    if not can_start:
        schedule.start()
    before = set(threading.enumerate())
    if can_start:
        one.run(once=True)
    else:
        with pytest.raises(SchedulerAlreadyRunningError):
            one.run(once=True)
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive(), thread.name
    if not can_start:
        schedule.stop()


def never_started(report_dir: Path) -> subprocess.Popen[bytes]:
    raise AssertionError(report_dir)


def test_sigterm_finishes_the_current_file(settings: Settings) -> None:
    rows = 5_000
    drop(settings, "big.csv", "job_title\n" + "".join(f"welder {i}\n" for i in range(rows)))
    staging = settings.watcher.outbox / ".staging"
    with daemon(settings) as process:
        wait_for(lambda: list(staging.glob("*/predictions.csv")), process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    (folder,) = batches(settings, "big")
    with (folder / "predictions.csv").open(encoding="utf-8", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) == rows + 1
    log = log_of(settings)
    assert "stopping after the current file" in log and log.rstrip().endswith("stopped")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_a_closed_terminal_break_nothing(
    settings: Settings, number: signal.Signals
) -> None:
    """A terminal sends them to the daemon and to its worker process, which is busy."""
    drop(settings, "big.csv", "job_title\n" + "".join(f"welder {i}\n" for i in range(5_000)))
    staging = settings.watcher.outbox / ".staging"
    with daemon(settings) as process:
        wait_for(lambda: list(staging.glob("*/predictions.csv")), process)
        (worker,) = workers(process)
        os.killpg(process.pid, number)
        wait_for(lambda: "stopping after" in log_of(settings), process)
        assert worker.is_running()
        assert process.wait(PATIENCE_S) == 0
    assert len(batches(settings, "big")) == 1 and "attempt" not in log_of(settings)
    assert claims.list_claims(FILES, settings.watcher.inbox) == []


def left_in_the_middle(settings: Settings) -> None:
    """Check that there is no partial result and no attempt is counted: the file did not fail."""
    (claim,) = claims.list_claims(FILES, settings.watcher.inbox)  # for the next daemon
    assert (claim.name, claim.attempts) == ("big.csv", 0) and not batches(settings)
    assert not list((settings.watcher.outbox / ".staging").iterdir())
    status = read_status(settings.watcher.outbox)
    assert status.stopped is not None and status.in_progress is None
    assert [(file.name, file.reason) for file in status.waiting] == [("big.csv", INTERRUPTED)]
    assert status.n_waiting == 1


@pytest.mark.slow
def test_a_second_signal_stops_at_once(settings: Settings) -> None:
    drop(settings, "big.csv", "job_title\n" + "".join(f"welder {i}\n" for i in range(200_000)))
    staging = settings.watcher.outbox / ".staging"
    with daemon(settings) as process:
        wait_for(lambda: list(staging.glob("*/predictions.csv")), process)
        (worker,) = workers(process)
        os.killpg(process.pid, signal.SIGINT)
        wait_for(lambda: "stopping after" in log_of(settings), process)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
        assert not worker.is_running()
    left_in_the_middle(settings)


@pytest.mark.slow
def test_sigterm_stops_at_once_after_a_while(settings: Settings) -> None:
    """Before the service manager kills the daemon, it stops and leaves the file in good order."""
    drop(settings, "big.csv", "job_title\n" + "".join(f"welder {i}\n" for i in range(200_000)))
    staging = settings.watcher.outbox / ".staging"
    _, _, *arguments = isco(settings, "watch")
    program = f"import main, watcher.signals as e; e._GRACE_S = 0.5; main.main({arguments!r})"
    with daemon(settings, sys.executable, "-c", program) as process:
        wait_for(lambda: list(staging.glob("*/predictions.csv")), process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    left_in_the_middle(settings)


@pytest.mark.slow
def test_a_second_daemon_says_so_and_exits_3(settings: Settings) -> None:
    drop(settings, "a.csv", "job_title\nnurse\n")
    with daemon(settings) as process:
        wait_for(lambda: batches(settings), process)
        second = subprocess.run(
            isco(settings, "watch"), capture_output=True, text=True, check=False
        )
    assert second.returncode == 3
    assert "already watches" in second.stderr
