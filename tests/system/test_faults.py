"""The fault table: each fault is injected into the real daemon, and then all must be in order."""

from __future__ import annotations

import errno
import os
import unicodedata
from pathlib import Path

import pytest

from core.errors import AlreadyRunningError, FolderError
from core.settings import Settings
from tests.support.daemon_harness import Interrupted, Shop
from watcher.filesystem import Filesystem
from watcher.intake import claims
from watcher.intake.folder_checks import SENTINEL, STAGING, known
from watcher.processes.file_processor import FileProcessor
from watcher.status.status import MAIN, Health, judge

GOOD = b"id,job_title\n0110,nurse\nNA,welder\n"
TURNS = 12  # of 0.1 s: the quiet time, 0.2 s, and the second hash are well over


@pytest.fixture
def shop(settings: Settings) -> Shop:
    return Shop(settings)


def test_a_file_becomes_a_result(shop: Shop) -> None:
    shop.drop("a.csv", GOOD)
    shop.tick(TURNS)
    assert len(shop.batches()) == 1 and shop.violations() == []


@pytest.mark.parametrize("number", [errno.EBUSY, errno.ESTALE, errno.EIO, errno.ETIMEDOUT])
def test_a_share_that_goes_away_is_waited_for(shop: Shop, number: int) -> None:
    """Faults 25, 26."""
    shop.drop("a.csv", GOOD)
    shop.tick(2)
    shop.files.fail("all", shop.inbox, number)
    calls = shop.files.calls
    shop.tick(1200, seconds=0.5)
    assert shop.files.calls - calls < 200  # ten minutes: it looks less and less often
    status = shop.status()
    assert status.share_down is not None and os.strerror(number) in status.share_down.why
    assert judge(status, shop.clock.now(), "elsewhere").health is Health.SHARE_DOWN
    shop.files.heal()
    shop.tick(30, seconds=1)
    assert shop.status().share_down is None
    assert len(shop.batches()) == 1 and shop.violations() == []


def test_an_empty_mount_point_is_no_empty_inbox(shop: Shop) -> None:
    """Fault 25: neither the inbox, nor the outbox, where results would be hidden later."""
    watched = shop.settings.watcher
    for folder in (watched.inbox, watched.outbox):
        shop.drop(f"{folder.name}.csv", GOOD + folder.name.encode() + b",cook\n")
        away = folder.with_name("away")
        folder.rename(away)
        folder.mkdir()
        shop.tick(100)
        assert "is the share connected" in str(shop.daemon._lookout.blind)
        assert {p.name for p in folder.iterdir()} <= {"status.json"}
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        away.rename(folder)
        shop.tick(30, seconds=1)
    assert len(shop.batches()) == 2 and shop.violations() == []


def test_a_daemon_that_starts_before_the_share_is_mounted_waits(shop: Shop) -> None:
    known(shop.inbox, "device").write_text("another device", encoding="ascii")
    (shop.inbox / SENTINEL).unlink()
    shop.daemon = shop.another(MAIN)
    shop.drop("a.csv", GOOD)
    shop.tick(50)
    assert shop.status().share_down is not None and not shop.batches()
    (shop.inbox / SENTINEL).touch()
    shop.tick(30, seconds=1)
    assert len(shop.batches()) == 1 and shop.violations() == []


WRITING = "write sync rename_new make_dir publish reserve"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
@pytest.mark.parametrize("operation", WRITING.split())
def test_a_full_or_forbidden_outbox_pauses(shop: Shop, operation: str, number: int) -> None:
    """Faults 33, 34: staging removed, input kept, an alarm, no hot loop, and on by itself."""
    outbox = shop.settings.watcher.outbox
    shop.files.fail(operation, outbox, number)
    shop.drop("a.csv", GOOD)
    shop.drop("b.csv", GOOD + b"1,baker\n")
    shop.tick(TURNS * 2)
    if shop.batches():
        assert operation == "reserve"  # what needs no such operation is not stopped
        return
    calls = shop.files.calls
    shop.tick(60, seconds=10)
    assert shop.files.calls - calls < 60 * 20  # the looks, and a try a minute
    status = shop.status()
    assert status.paused is not None and os.strerror(number) in status.paused.why
    assert judge(status, shop.clock.now(), "elsewhere").health is Health.PAUSED
    assert not list((outbox / STAGING).iterdir()) and shop.violations(is_over=False) == []
    shop.files.heal()
    shop.tick(30, seconds=5)
    assert shop.status().paused is None
    assert len(shop.batches()) == 2 and shop.violations() == []


@pytest.mark.parametrize("operation", ["rename_new", "sync"])
def test_a_full_archive_keeps_the_input_in_its_claim(shop: Shop, operation: str) -> None:
    shop.files.fail(operation, shop.settings.watcher.archive_dir, errno.ENOSPC)
    shop.drop("a.csv", GOOD)
    shop.tick(20, seconds=5)
    assert len(shop.batches()) == 1 and shop.violations(is_over=False) == []
    shop.files.heal()
    shop.tick(30, seconds=5)
    assert len(shop.batches()) == 1 and shop.violations() == []


def test_a_broken_sector_under_one_file_holds_nobody_up(shop: Shop) -> None:
    """Faults 14 and 26 on a single file: it waits, the others do not."""
    shop.drop("bad.csv", GOOD)
    shop.tick(4)
    work = shop.inbox / claims.WORK
    if not list(work.glob("*/bad.csv")):
        shop.files.fail("hash", shop.inbox, errno.EIO)
        shop.tick(2)
    shop.files.heal()
    for held in work.glob("*/bad.csv"):
        shop.files.fail("hash", held.parent, errno.EIO)
    for number in range(5):
        shop.drop(f"good{number}.csv", GOOD + b"%d,cook\n" % number)
    shop.tick(60)
    assert len(shop.batches()) >= 5
    shop.files.heal()
    shop.tick(30, seconds=5)
    assert shop.violations() == []


def test_a_file_that_cannot_be_taken_waits_and_says_so(shop: Shop) -> None:
    """Fault 12."""
    path = shop.drop("a.csv", GOOD)
    shop.files.fail("rename", path, errno.EBUSY)
    shop.drop("b.csv", GOOD + b"1,baker\n")
    shop.tick(TURNS * 3)
    assert len(shop.batches()) == 1
    (waiting,) = shop.status().waiting
    assert waiting.name == "a.csv" and "cannot be taken" in waiting.why
    shop.files.heal()
    shop.tick(TURNS)
    assert len(shop.batches()) == 2 and shop.violations() == []


def test_deleted_or_renamed_before_and_after_the_claim(shop: Shop) -> None:
    """Faults 13, 14."""
    shop.drop("a.csv", GOOD).unlink()
    shop.dropped.clear()
    shop.drop("b.csv", GOOD).rename(shop.inbox / "c.csv")
    shop.tick(TURNS)
    assert [p.name.split(".")[0] for p in shop.batches()] == ["c"]
    again = Interrupted(shop.coder, Path.unlink)
    shop.daemon = shop.another(MAIN, again)
    shop.drop("d.csv", GOOD + b"1,baker\n")
    shop.tick(TURNS)
    shop.dropped.pop()
    assert len(shop.batches()) == 1 and shop.violations() == []


def test_the_save_dance_of_a_spreadsheet(shop: Shop) -> None:
    """Fault 3: written under another name, the old one deleted, renamed."""
    first = shop.drop("a.csv", b"job_title\nold\n")
    shop.tick(1)
    (shop.inbox / "~$a.csv").write_bytes(b"lock")
    part = shop.inbox / "A1B2C3.tmp"
    part.write_bytes(GOOD)
    shop.tick(1)
    first.unlink()
    part.rename(first)
    (shop.inbox / "~$a.csv").unlink()
    shop.dropped = [GOOD]
    shop.tick(TURNS)
    assert len(shop.batches()) == 1 and shop.violations() == []


def test_the_same_name_while_the_first_is_in_work(shop: Shop) -> None:
    """Faults 10, 11: both survive, under names of their own."""

    def drop_again(path: Path) -> None:
        if len(shop.dropped) == 1:
            shop.drop("a.csv", GOOD + b"1,baker\n")

    shop.daemon = shop.another(MAIN, Interrupted(shop.coder, drop_again))
    shop.drop("a.csv", GOOD)
    shop.tick(TURNS * 2)
    assert len(shop.batches()) == 2 and shop.violations() == []
    assert len(list(shop.settings.watcher.archive_dir.glob("a*.csv"))) == 2


def test_the_same_content_is_answered_from_the_first_receipt(shop: Shop) -> None:
    """Fault 9."""
    for name in ("a.csv", "b.csv"):
        shop.drop(name, GOOD)
        shop.tick(TURNS)
    assert len(shop.batches()) == 1 and shop.violations() == []
    answers = {answer.name: answer.text for answer in shop.status().results}
    assert answers["b.csv"].startswith("same content as before, the results are in")


def test_a_folder_of_a_person_in_the_way_stays(shop: Shop) -> None:
    """Promise 10."""
    shop.drop("a.csv", GOOD)
    identity = shop.coder.identify(shop.inbox / "a.csv", lambda n: None)
    theirs = shop.settings.watcher.outbox / f"a.{identity.batch_id}"
    theirs.mkdir(parents=True)
    (theirs / "notes.txt").write_text("mine", encoding="utf-8")
    shop.tick(TURNS)
    assert [p.name for p in theirs.iterdir()] == ["notes.txt"]
    assert [p.name for p in shop.batches()] == [f"{theirs.name}-2"]


def test_asleep_in_mid_batch_while_another_takes_over(shop: Shop) -> None:
    """Fault 27: hours later the claim is somebody else's, the result is there once."""
    other = shop.another("two")
    is_first = [True]

    def sleep(path: Path) -> None:
        if not is_first:
            return
        is_first.clear()
        for _ in range(40):  # the other one sees no heartbeat
            shop.clock.seconds += 2 * shop.settings.watcher.heartbeat_s
            other.tick()

    shop.daemon = shop.another(MAIN, Interrupted(shop.coder, sleep))
    shop.drop("a.csv", GOOD)
    shop.tick(TURNS)
    assert len(shop.batches()) == 1 and shop.violations() == []


@pytest.mark.parametrize("mtime", [1, 10**10])
def test_no_file_time_matters(shop: Shop, mtime: int) -> None:
    """Fault 35: 1970, or 2286."""
    path = shop.drop("a.csv", GOOD)
    os.utime(path, (mtime, mtime))
    shop.tick(TURNS)
    assert len(shop.batches()) == 1 and shop.violations() == []


def test_the_wall_clock_jumps(shop: Shop) -> None:
    """Fault 35."""
    shop.drop("a.csv", GOOD)
    shop.tick(2)
    for days in (1, -2, 400):
        shop.clock.start = shop.clock.start.replace(year=2026 + days % 3)
        shop.tick(4)
    assert len(shop.batches()) == 1 and shop.violations() == []


def test_an_empty_file_and_one_that_is_cut_off(shop: Shop) -> None:
    """Faults 21, 36."""
    shop.drop("empty.csv", b"")
    shop.drop("cut.csv", b'job_title,id\nnurse,1\n"wel')
    shop.drop("nul.csv", b"job_title,id\nnurse,1\n" + bytes(512))
    shop.tick(TURNS)
    assert set(shop.rejected()) == {"cut.csv", "nul.csv"}
    shop.tick(20)
    reasons = shop.rejected()
    assert "line 3" in reasons["cut.csv"] and "line 3" in reasons["nul.csv"]
    assert "empty" in reasons["empty.csv"] and shop.violations() == []


def test_a_cut_file_whose_writer_comes_back_is_whole(shop: Shop) -> None:
    """Fault 36: it waits once more while somebody has it open."""
    path = shop.inbox / "a.csv"
    with path.open("wb", buffering=0) as file:
        file.write(b'job_title,id\nnurse,1\n"wel')
        ticks = 0
        while path.exists():
            shop.tick()
            ticks += 1
            assert ticks < 100
        shop.tick(3)  # the second hash is over, it was found cut off
        file.write(b'der",2\n')
        shop.dropped = [path_content := b'job_title,id\nnurse,1\n"welder",2\n']
        shop.tick(TURNS)
    assert path_content and len(shop.batches()) == 1 and shop.violations() == []


NAMES = (
    "A.csv", "a.csv", "CON.csv", "-rf.csv", "..csv.csv", "x\\y.csv", "new\nline.csv", "a b.csv",
    "\u202egpj.csv", unicodedata.normalize("NFC", "é.csv"), unicodedata.normalize("NFD", "é.csv"),
    "n" * 251 + ".csv", os.fsdecode(b"\xff\xfe.csv"), "%s%n$(id)`id`;.csv", "'\".csv",
)  # fmt: skip


def test_no_name_leaves_the_outbox(shop: Shop) -> None:
    """Fault 39."""
    before = set(shop.settings.watcher.inbox.parent.iterdir())
    for number, name in enumerate(NAMES):
        shop.drop(name, GOOD + b"%d,cook\n" % number)
    shop.tick(TURNS * 3)
    assert len(shop.batches()) == len(NAMES) and shop.violations() == []
    assert {path.parent for path in shop.batches()} == {shop.settings.watcher.outbox}
    assert set(shop.settings.watcher.inbox.parent.iterdir()) - before <= {
        shop.settings.watcher.outbox, shop.settings.data.raw_dir.parent,
    }  # fmt: skip


def test_a_link_in_place_of_the_work_folder_is_not_followed(shop: Shop, tmp_path: Path) -> None:
    """Promise 17, 18: who may write into the inbox must not lead us out of it."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    work = shop.inbox / claims.WORK
    work.rmdir()
    work.symlink_to(elsewhere)
    shop.drop("a.csv", GOOD)
    shop.tick(TURNS)
    assert not list(elsewhere.iterdir()) and not shop.batches()
    assert "no folder of its own" in str(shop.daemon._lookout.blind)
    with pytest.raises(FolderError):
        shop.another("two")
    work.unlink()
    shop.tick(30, seconds=1)
    assert len(shop.batches()) == 1 and shop.violations() == []


def test_others_read_results_and_not_what_is_in_work(shop: Shop) -> None:
    before = os.umask(0o077)
    try:
        shop.daemon = shop.another(MAIN)
        shop.drop("a.csv", GOOD)
        shop.tick(TURNS)
    finally:
        os.umask(before)
    (folder,) = shop.batches()
    assert folder.stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}
    outbox = shop.settings.watcher.outbox
    assert (outbox / "status.json").stat().st_mode & 0o777 == 0o644
    for private in (shop.inbox / claims.WORK, outbox / STAGING):
        assert private.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_worked_in_is_named(settings: Settings) -> None:
    """Fault 34, at the start."""
    settings.watcher.outbox.write_text("a file", encoding="utf-8")
    with pytest.raises(FolderError, match=r"outbox.* cannot be worked in"):
        Shop(settings)


def test_a_namesake_on_another_machine_is_noticed(shop: Shop, settings: Settings) -> None:
    """Fault 30, across machines: by what the other one says of itself."""
    shop.tick(1)
    path = settings.watcher.outbox / "status.json"
    path.write_text(path.read_text().replace('"host": "', '"host": "not-'), encoding="utf-8")
    with pytest.raises(AlreadyRunningError, match="--worker"):
        shop.another(MAIN)
    shop.another("two")
    shop.clock.seconds += 3600  # it has not been heard of for an hour
    shop.another(MAIN)


class SlowToList(Filesystem):
    """A large inbox, or one far away: a listing takes half a second."""

    def __init__(self, shop: Shop) -> None:
        self._shop, self.n_looks = shop, 0

    def names(self, folder: Path) -> list[str]:
        if folder == self._shop.inbox:
            self.n_looks += 1
            self._shop.clock.seconds += 0.5
        return super().names(folder)


def test_looks_take_a_tenth_of_the_time_at_most(shop: Shop) -> None:
    """Fault 38: the rest is for the files."""
    shop.files = slow = SlowToList(shop)  # type: ignore[assignment]
    shop.daemon = shop.another(MAIN)
    shop.drop("a.csv", GOOD)
    since_s = shop.clock.seconds
    shop.tick(300)
    assert 5 <= slow.n_looks <= (shop.clock.seconds - since_s) / 5 + 1
    assert len(shop.batches()) == 1 and shop.violations() == []


def test_a_thousand_files_each_once_oldest_first(shop: Shop) -> None:
    """Faults 29, 38, with 200: two daemons by turns. The thousand are in ``make soak``."""
    other = shop.another("two")
    for number in range(200):
        path = shop.drop(f"{number:03}.csv", b"job_title\ncook %d\n" % (number % 7))
        os.utime(path, (number + 1, number + 1))
    shop.tick(3)
    for _ in range(400):
        shop.tick()
        other.tick()
        if not any(shop.inbox.glob("*.csv")):
            break
    assert shop.violations() == []


def test_files_are_what_the_os_does(tmp_path: Path) -> None:
    """What the faults are injected into."""
    files = Filesystem()
    files.make_dir(tmp_path / "d")
    files.write(tmp_path / "d" / "a", b"1")
    (tmp_path / "l").symlink_to(tmp_path / "d" / "a")
    for operation in (files.read, files.hash):
        with pytest.raises(OSError):
            operation(tmp_path / "l")
    with pytest.raises(OSError):
        files.write(tmp_path / "l", b"2")
    assert files.read(tmp_path / "d" / "a") == b"1"
    files.remove_tree(tmp_path / "d")
    assert not (tmp_path / "d").exists() and FileProcessor is not None
