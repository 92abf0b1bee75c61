"""What the daemon says of itself, and what a reader may conclude from it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path

import pytest

from cli.subprocesses import start_training
from core.errors import StatusError
from core.settings import Settings
from tests.conftest import ROOT
from tests.watcher.test_daemon import PATIENCE_S, daemon, drop, isco, wait_for
from watcher.clock import Clock
from watcher.intake.claims import Claim
from watcher.intake.stability import Listing, Stability, Wait
from watcher.status.status import (
    DEAF_S,
    STATUS,
    STUCK_S,
    Health,
    Status,
    Trouble,
    describe,
    judge,
    read_status,
)
from watcher.status.writer import StatusWriter

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
FULL = OSError(errno.ENOSPC, "No space left on device")


def status_of(settings: Settings) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of ``isco status``."""
    done = subprocess.run(isco(settings, "status"), capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def reads(settings: Settings, condition: Callable[[Status], object]) -> Callable[[], object]:
    """Whether the status, once there is one, meets ``condition``; it is never half there."""
    path = settings.watcher.outbox / STATUS
    return lambda: path.exists() and condition(read_status(settings.watcher.outbox))


def test_the_life_of_a_daemon(settings: Settings) -> None:
    """A file waits, one is done, one is rejected; killed it is dead, started again it is well."""
    outbox = settings.watcher.outbox
    code, _, error = status_of(settings)
    assert code == 1 and "no daemon has worked here" in error and error.count("\n") == 1

    drop(settings, "good.csv", "job_title\nnurse\n")
    drop(settings, "bad.csv", "name\nnurse\n")
    with daemon(settings) as process:
        wait_for(reads(settings, lambda s: s.results and s.rejected and not s.in_work), process)
        with (settings.watcher.inbox / "slow.csv").open("w", encoding="utf-8") as file:
            file.write("job_title\n")
            growing = reads(settings, lambda s: [w.name for w in s.waiting] == ["slow.csv"])

            def grow() -> object:
                file.write("welder\n")
                file.flush()
                return growing()

            wait_for(grow, process)
        code, said, error = status_of(settings)
        assert (code, error) == (0, "") and said.startswith("well: last sign ")
        assert "'good.csv': 1 rows in " in said and "→ " in said
        assert "  'bad.csv', line 1: found " in said
        assert f"process {process.pid} on " in said
        wait_for(reads(settings, lambda s: len(s.results) == 2 and not s.waiting), process)
        process.kill()
        process.wait()

        code, said, _ = status_of(settings)
        assert code == 1 and said.startswith(f"dead: process {process.pid} is gone")
    with daemon(settings) as process:
        wait_for(reads(settings, lambda s: s.pid == process.pid and s.looked), process)
        code, said, _ = status_of(settings)
        assert code == 0 and "'good.csv'" in said and "'bad.csv'" in said  # it remembers
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        code, said, _ = status_of(settings)
        assert code == 1 and said.startswith("stopped: ")
    assert not list(outbox.glob(".status*"))


def test_a_daemon_that_hangs_is_deaf_and_a_missing_inbox_a_share_down(settings: Settings) -> None:
    inbox = settings.watcher.inbox
    with daemon(settings) as process:
        wait_for(reads(settings, lambda s: s.looked), process)
        inbox.rename(inbox.with_name("away"))
        wait_for(reads(settings, lambda s: s.share_down), process)
        code, said, _ = status_of(settings)
        assert code == 1 and said.startswith("share down: since ") and "share connected?" in said
        inbox.with_name("away").rename(inbox)
        wait_for(reads(settings, lambda s: not s.share_down), process)
        assert status_of(settings)[0] == 0
        process.send_signal(signal.SIGSTOP)
        status = read_status(settings.watcher.outbox)
        later = status.last_sign + timedelta(seconds=DEAF_S + 1)
        assert judge(status, later - timedelta(seconds=2)).health is Health.WELL
        assert judge(status, later).health is Health.DEAF
    log = (inbox.parent / "daemon.log").read_text(encoding="utf-8")
    assert log.count("the folders cannot be read") == 1


@pytest.mark.parametrize("content", ["", '{"format": 1, "host": "h', "[]", '{"format": 2}', "\0"])
def test_a_damaged_status_is_an_error_in_one_line(settings: Settings, content: str) -> None:
    settings.watcher.outbox.mkdir()
    (settings.watcher.outbox / STATUS).write_text(content, encoding="utf-8")
    with pytest.raises(StatusError, match="damaged"):
        read_status(settings.watcher.outbox)
    if content:
        return
    code, said, error = status_of(settings)
    assert (code, said, error.count("\n")) == (1, "", 1) and error.startswith("isco: ")


def status(**changes: object) -> Status:
    known = {"host": "here", "pid": 7, "started": NOON, "looked": NOON, "poll_s": 1.0}
    return Status.model_validate({**known, "model_version": "m", **changes})


def seen(status: Status, after_s: float, host: str = "here", is_running: bool = True) -> Health:
    return judge(status, NOON + timedelta(seconds=after_s), host, lambda pid: is_running).health


def test_alive_is_a_recent_sign_and_a_process_never_a_flag() -> None:
    trouble = Trouble(since=NOON, why="?")
    busy = {"in_work": {"name": "a.csv", "since": NOON}}
    assert seen(status(), 5) is Health.WELL
    assert seen(status(), 5, is_running=False) is Health.DEAD
    assert seen(status(), 5, host="elsewhere", is_running=False) is Health.WELL
    assert seen(status(), DEAF_S + 1, host="elsewhere") is Health.DEAF
    assert seen(status(poll_s=60), DEAF_S + 1) is Health.WELL
    assert seen(status(poll_s=60), 601) is Health.DEAF
    assert seen(status(**busy), DEAF_S + 1) is Health.WELL  # hashing a large file is silent
    assert seen(status(**busy), STUCK_S + 1) is Health.DEAF
    assert seen(status(**busy, moved=NOON + timedelta(hours=1)), 3700) is Health.WELL
    assert seen(status(), -3600) is Health.DEAF  # a sign from the future proves nothing
    assert seen(status(looked=None), 5) is Health.WELL  # it has just begun
    assert seen(status(stopped=NOON), 5) is Health.STOPPED
    assert seen(status(share_down=trouble), 5) is Health.SHARE_DOWN
    assert seen(status(share_down=trouble), 5, is_running=False) is Health.DEAD
    assert seen(status(paused=trouble), 5) is Health.PAUSED


def test_a_process_that_is_gone_is_known_to_be() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert judge(status(pid=child.pid), NOON, "here").health is Health.DEAD
    assert judge(status(pid=os.getpid()), NOON, "here").health is Health.WELL


class Moments(Clock):
    """A wall clock that shows one moment after the other."""

    def __init__(self, moments: Iterator[datetime]) -> None:
        self._moments = moments

    def now(self) -> datetime:
        return next(self._moments)


def reporter(outbox: Path) -> StatusWriter:
    outbox.mkdir(exist_ok=True)
    told = StatusWriter(outbox, poll_s=1, clock=Moments(repeat(NOON)))
    told.start("m")
    return told


def test_a_full_disk_pauses_until_a_file_is_done(tmp_path: Path) -> None:
    told, held = reporter(tmp_path), Claim(Path("/inbox/.work/1/a.csv"))
    told.working(held)
    assert read_status(tmp_path).in_work is not None
    told.kept(held, FULL)
    told.left(held, is_done=False)
    told.looked([], "m")
    full = read_status(tmp_path)
    assert full.in_work is None and full.paused is not None and "No space" in full.paused.why
    assert [(w.name, w.why) for w in full.waiting] == [("a.csv", str(FULL))]
    told.working(held)
    told.progress(3)
    told.progress(4)
    told.answered("a.csv", "7 rows")
    told.left(held, is_done=True)
    told.flush()
    done = read_status(tmp_path)
    assert (done.paused, done.waiting, done.n_waiting) == (None, (), 0)
    assert [answer.text for answer in done.results] == ["7 rows"]


def test_a_share_that_stays_away_is_not_taken_for_deafness(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher.status.writer._BEAT_S", 0.0)
    moments = iter(NOON + timedelta(minutes=n) for n in range(100))
    told = StatusWriter(tmp_path, poll_s=1, clock=Moments(moments))
    told.start("m")
    gone = OSError(errno.ESTALE, "stale")
    assert [told.share_down(gone) for _ in range(60)] == [True] + [False] * 59
    saw = read_status(tmp_path)
    assert judge(saw, NOON + timedelta(minutes=60), "elsewhere").health is Health.SHARE_DOWN
    assert saw.share_down is not None and saw.share_down.since == NOON + timedelta(minutes=1)


def test_ten_thousand_waiting_files_and_a_name_that_is_no_text(tmp_path: Path) -> None:
    told = reporter(tmp_path)
    waits = [Wait(f"{n}.csv", 60, "?") for n in range(10_000)]
    told.refused("9.csv", PermissionError("not yours"))
    told.looked([Wait(os.fsdecode(b"\xe9.csv"), 90, "?"), *waits], "m")
    told.rejected(os.fsdecode(b"\xe9"), "it is\nodd\033[2J")
    told.flush()
    told.looked(waits, "m")
    saw = read_status(tmp_path)
    assert saw.n_waiting == 10_000 and len(saw.waiting) == 50
    assert saw.waiting[9].why == "it cannot be taken: not yours"
    text = describe(saw, judge(saw, NOON), NOON)
    assert "'0.csv' for 60 s: ?" in text and "and 9,950 more" in text
    assert "\033" not in text and "it is odd" in text
    assert json.loads((tmp_path / STATUS).read_text(encoding="utf-8"))["format"] == 1


def test_a_status_that_cannot_be_written_stops_nothing_and_follows_no_link(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret, outbox = tmp_path / "secret", tmp_path / "outbox"
    secret.write_text("kept", encoding="utf-8")
    told = reporter(outbox)
    (outbox / f".{STATUS}.part").symlink_to(secret)
    told.stop()
    assert read_status(outbox).stopped and secret.read_text(encoding="utf-8") == "kept"
    outbox.rename(tmp_path / "away")
    for _ in range(3):
        told.stop()
    assert caplog.text.count("cannot be written") == 1 and not outbox.exists()


def test_what_a_file_waits_for() -> None:
    stability = Stability(quiet_s=2)
    for now_s, size in ((0, 1), (1, 1), (3, 2), (4, 2), (5, 2)):
        second = {"b": (1, 1, 2)} if now_s > 3 else {}
        stability.observe(Listing({"a": (size, 1, 1), **second}), now_s)
    assert stability.waits(5) == [
        Wait("a", 5, "it is whole, its turn comes"),
        Wait("b", 1, "it must be still for 2 s"),
    ]
    stability.observe(Listing({"a": (3, 1, 1)}, {"c": "a link"}), 6)
    still = Wait("a", 6.5, "still being written to")
    assert stability.waits(6.5) == [still, Wait("c", 0.5, "a link")]


def test_the_log_of_a_service_is_a_file(settings: Settings) -> None:
    folder = settings.watcher.inbox.parent
    log = folder / "logs" / "isco.log"
    drop(settings, "a.csv", "job_title\nnurse\n")
    command = isco(settings, "watch", "--once", "--log", str(log))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "'a.csv': 1 rows" in log.read_text(encoding="utf-8")
    (folder / "config.yaml").write_text("modle: {}\n", encoding="utf-8")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "modle" in done.stderr
    assert "modle" in log.read_text(encoding="utf-8")
    training = start_training(folder / "none.yaml", folder / "report", log=log)
    assert training.wait(PATIENCE_S) == 1
    said = log.with_name("training.log").read_text(encoding="utf-8")
    assert "none.yaml" in said and said.count("\n") == 1


def test_the_log_turns_over(tmp_path: Path) -> None:
    program = (
        "import logging, pathlib, sys\nfrom watcher import log_file as log\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "log._MAX_BYTES = 1000\n"
        "path.parent.mkdir()\n"
        "path.with_name('launchd.err').write_text('x' * 1001)\n"
        "log.log_to(path)\n"
        "for n in range(200): logging.warning('line %d', n)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "logs" / "isco.log")]
    subprocess.run(command, cwd=ROOT, check=True)
    errors = tmp_path / "logs" / "launchd.err"
    assert errors.stat().st_size == 0 and errors.with_name("launchd.err.1").stat().st_size == 1001
    files = list((tmp_path / "logs").glob("isco.log*"))
    assert len(files) == 6 and all(path.stat().st_size <= 1000 for path in files)


def test_status_as_json(settings: Settings) -> None:
    reporter(settings.watcher.outbox).stop()
    done = subprocess.run(
        isco(settings, "status", "--json"), capture_output=True, text=True, check=False
    )
    said = json.loads(done.stdout)
    assert done.returncode == 1 and said["health"] == "stopped" and said["model_version"] == "m"
