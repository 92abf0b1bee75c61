"""The status of the daemon, and what a reader may conclude from it."""

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

import main
from cli.subprocesses import start_training
from core.errors import StatusError
from core.settings import Settings, WatcherSettings
from tests.cli.processes import config_of, run_here
from tests.conftest import ROOT
from tests.watcher.processes.test_scheduler import Clock as ScheduleClock
from tests.watcher.processes.test_scheduler import Trainings, schedule
from tests.watcher.test_daemon import PATIENCE_S, daemon, drop, isco, wait_for
from watcher.clock import Clock
from watcher.environment import Environment
from watcher.intake.claims import Claim
from watcher.intake.listing import Fingerprint, Listing
from watcher.intake.stability import Stability, WaitingFile
from watcher.outcome import Outcome
from watcher.processes.scheduler import NIGHTLY
from watcher.status.description import describe
from watcher.status.status import (
    STALLED_S,
    UNRESPONSIVE_S,
    Health,
    Problem,
    Status,
    is_running,
    judge,
)
from watcher.status.status_file import STATUS, read_status
from watcher.status.writer import StatusWriter

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
FULL = OSError(errno.ENOSPC, "No space left on device")


StatusOf = Callable[..., tuple[int, str, str]]


@pytest.fixture
def status_of(settings: Settings, capsys: pytest.CaptureFixture[str]) -> StatusOf:
    """Return what gives exit code, standard output and standard error of ``isco status``."""

    def run(*options: str) -> tuple[int, str, str]:
        done = run_here(capsys, "status", *config_of(settings), *options)
        return done.returncode, done.stdout, done.stderr

    return run


def reads(settings: Settings, condition: Callable[[Status], object]) -> Callable[[], object]:
    """Return a function that tells whether the status meets ``condition``; it is never partial."""
    path = settings.watcher.outbox / STATUS
    return lambda: path.exists() and condition(read_status(settings.watcher.outbox))


@pytest.mark.slow
def test_the_life_of_a_daemon(settings: Settings, status_of: StatusOf) -> None:
    """A file waits, one is done, one is rejected; a killed daemon is dead, a new one is ok."""
    outbox = settings.watcher.outbox
    code, _, error = status_of()
    assert code == 1 and "no daemon has worked here" in error and error.count("\n") == 1

    drop(settings, "good.csv", "job_title\nnurse\n")
    drop(settings, "bad.csv", "name\nnurse\n")
    with daemon(settings) as process:
        wait_for(reads(settings, lambda s: s.results and s.rejected and not s.in_progress), process)
        with (settings.watcher.inbox / "slow.csv").open("w", encoding="utf-8") as file:
            file.write("job_title\n")
            growing = reads(settings, lambda s: [w.name for w in s.waiting] == ["slow.csv"])

            def grow() -> object:
                file.write("welder\n")
                file.flush()
                return growing()

            wait_for(grow, process)
        code, output, error = status_of()
        assert (code, error) == (0, "") and output.startswith("ok: last activity ")
        assert "'good.csv': 1 row in " in output and "→ " in output
        assert "  'bad.csv', line 1: found " in output
        assert f"process {process.pid} on " in output
        wait_for(reads(settings, lambda s: len(s.results) == 2 and not s.waiting), process)
        process.kill()
        process.wait()

        code, output, _ = status_of()
        assert code == 1 and output.startswith(f"dead: process {process.pid} ended unexpectedly")
    with daemon(settings) as process:
        wait_for(reads(settings, lambda s: s.pid == process.pid and s.last_poll), process)
        code, output, _ = status_of()
        assert (
            code == 0 and "'good.csv'" in output and "'bad.csv'" in output
        )  # from the daemon before
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        code, output, _ = status_of()
        assert code == 1 and output.startswith("stopped: ")
    assert not list(outbox.glob(".status*"))


@pytest.mark.slow
def test_a_hanging_daemon_is_unresponsive_and_a_missing_inbox_unavailable(
    settings: Settings, status_of: StatusOf
) -> None:
    inbox = settings.watcher.inbox
    with daemon(settings) as process:
        wait_for(reads(settings, lambda s: s.last_poll), process)
        inbox.rename(inbox.with_name("away"))
        wait_for(reads(settings, lambda s: s.share_unavailable), process)
        code, output, _ = status_of()
        assert (
            code == 1
            and output.startswith("share unavailable: since ")
            and "share connected?" in output
        )
        inbox.with_name("away").rename(inbox)
        wait_for(reads(settings, lambda s: not s.share_unavailable), process)
        assert status_of()[0] == 0
        process.send_signal(signal.SIGSTOP)
        status = read_status(settings.watcher.outbox)
        later = status.last_activity + timedelta(seconds=UNRESPONSIVE_S + 1)
        assert judge(status, later - timedelta(seconds=2)).health is Health.OK
        assert judge(status, later).health is Health.UNRESPONSIVE
    log = (inbox.parent / "daemon.log").read_text(encoding="utf-8")
    assert log.count("a folder is unavailable") == 1


@pytest.mark.parametrize("content", ["", '{"format": 1, "host": "h', "[]", '{"format": 2}', "\0"])
def test_a_damaged_status_is_an_error_in_one_line(
    settings: Settings, status_of: StatusOf, content: str
) -> None:
    settings.watcher.outbox.mkdir()
    (settings.watcher.outbox / STATUS).write_text(content, encoding="utf-8")
    with pytest.raises(StatusError, match="damaged"):
        read_status(settings.watcher.outbox)
    if content:
        return
    code, output, error = status_of()
    assert (code, output, error.count("\n")) == (1, "", 1) and error.startswith("isco: ")


def status(**changes: object) -> Status:
    defaults = {"host": "here", "pid": 7, "started": NOON, "last_poll": NOON, "poll_s": 1.0}
    return Status.model_validate({**defaults, "model_version": "m", **changes})


def seen(status: Status, after_s: float, host: str = "here", is_running: bool = True) -> Health:
    return judge(status, NOON + timedelta(seconds=after_s), host, lambda pid: is_running).health


def test_alive_is_recent_activity_and_a_process_never_a_flag() -> None:
    problem = Problem(since=NOON, reason="?")
    busy = {"in_progress": {"name": "a.csv", "since": NOON}}
    assert seen(status(), 5) is Health.OK
    assert seen(status(), 5, is_running=False) is Health.DEAD
    assert seen(status(), 5, host="elsewhere", is_running=False) is Health.OK
    assert seen(status(), UNRESPONSIVE_S + 1, host="elsewhere") is Health.UNRESPONSIVE
    assert seen(status(poll_s=60), UNRESPONSIVE_S + 1) is Health.OK
    assert seen(status(poll_s=60), 601) is Health.UNRESPONSIVE
    assert (
        seen(status(**busy), UNRESPONSIVE_S + 1) is Health.OK
    )  # hashing a large file shows no activity
    assert seen(status(**busy), STALLED_S + 1) is Health.UNRESPONSIVE
    assert seen(status(**busy, last_progress=NOON + timedelta(hours=1)), 3700) is Health.OK
    assert seen(status(), -3600) is Health.UNRESPONSIVE  # activity in the future proves nothing
    assert seen(status(last_poll=None), 5) is Health.OK  # it has just started
    assert seen(status(stopped=NOON), 5) is Health.STOPPED
    assert seen(status(share_unavailable=problem), 5) is Health.SHARE_UNAVAILABLE
    assert seen(status(share_unavailable=problem), 5, is_running=False) is Health.DEAD
    assert seen(status(paused=problem), 5) is Health.PAUSED


def test_a_process_that_has_ended_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert judge(status(pid=child.pid), NOON, "here").health is Health.DEAD
    assert judge(status(pid=os.getpid()), NOON, "here").health is Health.OK


class WallClock(Clock):
    """A wall clock that shows one moment after the other."""

    def __init__(self, moments: Iterator[datetime]) -> None:
        self._moments = moments

    def now(self) -> datetime:
        return next(self._moments)


def started_writer(outbox: Path, moments: Iterator[datetime]) -> StatusWriter:
    outbox.mkdir(exist_ok=True)
    settings = WatcherSettings(outbox=outbox, poll_s=1)
    writer = StatusWriter(Environment(settings, clock=WallClock(moments)))
    writer.start("m")
    return writer


def test_a_full_disk_pauses_until_a_file_is_done(tmp_path: Path) -> None:
    writer = started_writer(tmp_path, repeat(NOON))
    claim = Claim(Path("/inbox/.work/1/a.csv"))
    writer.on_start(claim)
    assert read_status(tmp_path).in_progress is not None
    writer.on_retry(claim, FULL)
    writer.on_done(claim, Outcome.PAUSE)
    writer.on_pause(FULL)
    writer.on_poll([], "m")
    full = read_status(tmp_path)
    assert full.in_progress is None and full.paused is not None and "No space" in full.paused.reason
    assert [(w.name, w.reason) for w in full.waiting] == [("a.csv", str(FULL))]
    writer.on_start(claim)
    writer.on_records(3)
    writer.on_records(4)
    writer.on_result("a.csv", "7 rows")
    writer.on_done(claim, Outcome.PUBLISHED)
    writer.flush()
    done = read_status(tmp_path)
    assert (done.paused, done.waiting, done.n_waiting) == (None, (), 0)
    assert [result.text for result in done.results] == ["7 rows"]


def test_a_file_that_is_tried_again_waits_once(tmp_path: Path) -> None:
    """The inbox is polled while a file is coded: what is in progress does not wait."""
    writer = started_writer(tmp_path, repeat(NOON))
    claim = Claim(Path("/inbox/.work/1/a.csv"))
    for _ in range(3):
        writer.on_start(claim)
        writer.on_poll([], "m")
        writer.flush()
        assert read_status(tmp_path).n_waiting == 0
        writer.on_retry(claim, FULL)
        writer.on_done(claim, Outcome.PAUSE)
        writer.flush()
        status = read_status(tmp_path)
        assert (status.n_waiting, [file.name for file in status.waiting]) == (1, ["a.csv"])


def test_a_share_that_stays_unavailable_is_not_mistaken_for_a_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher.status.writer._WRITE_EVERY_S", 0.0)
    moments = iter(NOON + timedelta(minutes=n) for n in range(100))
    writer = started_writer(tmp_path, moments)
    gone = OSError(errno.ESTALE, "stale")
    assert [writer.on_share_unavailable(gone) for _ in range(60)] == [True] + [False] * 59
    status = read_status(tmp_path)
    assert (
        judge(status, NOON + timedelta(minutes=60), "elsewhere").health is Health.SHARE_UNAVAILABLE
    )
    problem = status.share_unavailable
    assert problem is not None and problem.since == NOON + timedelta(minutes=1)


def test_ten_thousand_waiting_files_and_a_name_that_is_no_text(tmp_path: Path) -> None:
    writer = started_writer(tmp_path, repeat(NOON))
    files = [WaitingFile(f"{n}.csv", 60, "?") for n in range(10_000)]
    writer.on_claim_failed("9.csv", PermissionError("not yours"))
    writer.on_poll([WaitingFile(os.fsdecode(b"\xe9.csv"), 90, "?"), *files], "m")
    reason = tmp_path / "why.txt"
    reason.write_text("it is odd", encoding="utf-8")
    writer.on_rejected(os.fsdecode(b"\xe9"), "it is\nodd\033[2J", reason)
    writer.flush()
    writer.on_poll(files, "m")
    status = read_status(tmp_path)
    assert status.n_waiting == 10_000 and len(status.waiting) == 50
    assert status.waiting[9].reason == "it cannot be claimed: not yours"
    text = describe(status, judge(status, NOON), NOON)
    assert "'0.csv' for 60 s: ?" in text and "and 9,950 more" in text
    assert "\033" not in text and "it is odd" in text
    assert json.loads((tmp_path / STATUS).read_text(encoding="utf-8"))["format"] == 1


def test_the_last_results_are_a_table(tmp_path: Path) -> None:
    writer = started_writer(tmp_path, repeat(NOON))
    for name, text in (("a.csv", "7 rows"), ("survey of 2026.csv", "8 rows")):
        writer.on_result(name, text)
        writer.on_done(Claim(Path("/inbox/.work/1", name)), Outcome.PUBLISHED)
    writer.flush()
    status = read_status(tmp_path)
    *_, title, first, second = describe(status, judge(status, NOON), NOON).splitlines()
    assert title == "last results:"
    assert first.index("8 rows") == second.index("7 rows")
    writer.on_result("a" * 251 + ".csv", "9 rows")  # a long name moves its own line alone
    writer.on_done(Claim(Path("/inbox/.work/1", "a.csv")), Outcome.PUBLISHED)
    writer.flush()
    status = read_status(tmp_path)
    *_, second = describe(status, judge(status, NOON), NOON).splitlines()
    assert second.index("7 rows") < 100


def test_a_daemon_that_has_stopped_loads_no_model_and_plans_no_training(tmp_path: Path) -> None:
    settings = WatcherSettings(outbox=tmp_path, poll_s=1)
    scheduler = schedule(tmp_path, ScheduleClock(NOON), Trainings())
    moments = (NOON + timedelta(minutes=n) for n in range(99))
    writer = StatusWriter(Environment(settings, clock=WallClock(moments)), scheduler)
    writer.start(None)
    writer.on_poll([WaitingFile("a.csv", 1, "?")], None)
    running = read_status(tmp_path)
    text = describe(running, judge(running, NOON), NOON)
    assert "the model is being loaded" in text and "next training: " in text
    writer.stop()
    stopped = read_status(tmp_path)
    text = describe(stopped, judge(stopped, NOON), NOON)
    assert "no model was loaded" in text and "next training: " not in text


def test_a_run_that_trains_nothing_keeps_what_the_last_training_came_to(tmp_path: Path) -> None:
    """``isco watch --once`` between two runs of the daemon; the page shows the night, too."""
    environment = Environment(WatcherSettings(outbox=tmp_path), clock=WallClock(repeat(NOON)))
    scheduler = schedule(tmp_path, ScheduleClock(NOON), Trainings())
    (tmp_path / NIGHTLY / f"{NOON:%Y-%m-%d}").mkdir()
    writer = StatusWriter(environment, scheduler)
    writer.start(None)
    writer.on_poll([WaitingFile("a.csv", 1, "?")], None)
    writer.stop()
    once = StatusWriter(environment)
    once.start(None)
    once.on_poll([WaitingFile("b.csv", 1, "?")], None)
    once.stop()
    assert read_status(tmp_path).last_training == f"{NOON:%Y-%m-%d}: failed"


def test_a_status_that_cannot_be_written_stops_nothing_and_follows_no_link(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tmp_path / "secret"
    outbox = tmp_path / "outbox"
    secret.write_text("kept", encoding="utf-8")
    writer = started_writer(outbox, repeat(NOON))
    (outbox / f".{STATUS}.{os.getpid()}.part").symlink_to(secret)
    writer.stop()
    assert read_status(outbox).stopped and secret.read_text(encoding="utf-8") == "kept"
    outbox.rename(tmp_path / "away")
    for _ in range(3):
        writer.stop()
    assert caplog.text.count("cannot be written") == 1 and not outbox.exists()


def test_the_reason_why_a_file_waits() -> None:
    stability = Stability(quiet_s=2)
    for now_s, size in ((0, 1), (1, 1), (3, 2), (4, 2), (5, 2)):
        second = {"b": Fingerprint(1, 1, 2)} if now_s > 3 else {}
        stability.observe(Listing({"a": Fingerprint(size, 1, 1), **second}), now_s)
    assert stability.waiting_files(5) == [
        WaitingFile("a", 5, "it is complete and will be processed next"),
        WaitingFile("b", 1, "waiting until it has not changed for 2 s"),
    ]
    stability.observe(Listing({"a": Fingerprint(3, 1, 1)}, {"c": "a link"}), 6)
    growing = WaitingFile("a", 6.5, "it is still being written")
    assert stability.waiting_files(6.5) == [growing, WaitingFile("c", 0.5, "a link")]


@pytest.mark.slow
def test_a_file_of_a_folder_waits_no_more_once_it_is_coded(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = settings.watcher.inbox / "north"
    folder.mkdir(parents=True)
    for path in (settings.watcher.inbox / "a.csv", folder / "b.csv"):
        path.write_text("job_title\nnurse\n", encoding="utf-8")
    assert run_here(capsys, "watch", "--once", *config_of(settings)).returncode == 0
    status = read_status(settings.watcher.outbox)
    assert {result.name for result in status.results} == {"a.csv", "north/b.csv"}
    assert (status.waiting, status.n_waiting) == ((), 0)


def test_files_of_one_name_are_told_apart_by_their_folders(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in ("berlin", "wien/2026"):
        folder = settings.watcher.inbox / place
        folder.mkdir(parents=True)
        (folder / "survey.csv").write_text(f"job_title\nnurse {place}\n", encoding="utf-8")
        (folder / "bad.csv").write_text(f"id\n{place}\n", encoding="utf-8")
    done = run_here(capsys, "watch", "--once", *config_of(settings))
    status = read_status(settings.watcher.outbox)
    text = describe(status, judge(status, datetime.now(UTC)), datetime.now(UTC))
    for place in ("berlin", "wien/2026"):
        assert f"'{place}/survey.csv': 1 row" in done.stderr
        assert f"'{place}/survey.csv':" in text and f"'{place}/bad.csv', line 1: found" in text
    assert {r.name for r in status.rejected} == {"berlin/bad.csv", "wien/2026/bad.csv"}


def test_of_two_files_of_one_name_the_other_one_waits(tmp_path: Path) -> None:
    writer = started_writer(tmp_path, repeat(NOON))
    writer.on_poll([WaitingFile("a.csv", 1, "later"), WaitingFile("north/a.csv", 1, "next")], "m")
    writer.on_start(Claim(Path("/inbox/.work/1/a.csv"), "north"))
    status = read_status(tmp_path)
    assert [file.name for file in status.waiting] == ["a.csv"] and status.n_waiting == 1


def test_a_file_waits_that_has_the_name_of_one_that_is_tried_again(tmp_path: Path) -> None:
    writer = started_writer(tmp_path, repeat(NOON))
    claim = Claim(Path("/inbox/.work/1/a.csv"))
    writer.on_retry(claim, FULL)
    writer.on_poll([WaitingFile("a.csv", 1, "later")], "m")
    writer.on_start(claim)
    status = read_status(tmp_path)
    assert [file.reason for file in status.waiting] == ["later"] and status.n_waiting == 1


@pytest.mark.slow
def test_the_log_of_a_service_is_a_file(settings: Settings) -> None:
    folder = settings.watcher.inbox.parent
    log = folder / "logs" / "isco.log"
    drop(settings, "a.csv", "job_title\nnurse\n")
    command = isco(settings, "watch", "--once", "--log", str(log))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "'a.csv': 1 row " in log.read_text(encoding="utf-8")
    (folder / "config.yaml").write_text("modle: {}\n", encoding="utf-8")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "modle" in done.stderr
    assert "modle" in log.read_text(encoding="utf-8")
    training = start_training(folder / "none.yaml", folder / "report", log=log)
    assert training.wait(PATIENCE_S) == 1
    output = log.with_name("training.log").read_text(encoding="utf-8")
    assert "none.yaml" in output and output.count("\n") == 1
    other = start_training(folder / "none.yaml", folder / "report", log=log.with_name("two.log"))
    assert other.wait(PATIENCE_S) == 1
    assert "none.yaml" in log.with_name("two-training.log").read_text(encoding="utf-8")


def test_an_outbox_that_is_away_is_not_called_unused(
    settings: Settings, status_of: StatusOf
) -> None:
    """Where its share is mounted nothing may be left, not even the folder."""
    assert main.main(["watch", "--once", *config_of(settings)]) == 0
    outbox = settings.watcher.outbox
    outbox.rename(outbox.with_name("away"))
    for _ in range(2):
        code, _, error = status_of()
        assert code == 1 and error.count("\n") == 1
        assert "a daemon has worked there: is the share of the folder connected?" in error
        outbox.mkdir(exist_ok=True)


def test_the_log_is_rotated(tmp_path: Path) -> None:
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


def test_status_as_json(settings: Settings, status_of: StatusOf) -> None:
    started_writer(settings.watcher.outbox, repeat(NOON)).stop()
    code, output, _ = status_of("--json")
    status = json.loads(output)
    assert code == 1 and status["health"] == "stopped" and status["model_version"] == "m"


@pytest.mark.skipif(os.name != "posix", reason="needs zombies")
def test_a_process_that_has_ended_and_was_not_waited_for_does_not_run() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        assert is_running(process.pid)
        process.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it is a zombie, and stays one
        os.kill(process.pid, 0)
        assert not is_running(process.pid)
    assert not is_running(process.pid)
