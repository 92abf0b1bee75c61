"""Others may write into the folders: what they plant or damage costs nothing but itself."""

from __future__ import annotations

import argparse
import errno
import json
import logging
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cli.commands.explain import run as run_explain
from core.errors import BundleError, FolderError, StatusError
from core.files.own_files import SENTINEL, OwnFileError, read_own_file, read_own_json
from core.log_lines import OneLineFormatter
from core.row_counts import no_progress
from core.settings import Settings
from core.settings_file.schedule_settings import ScheduleSettings
from results.explanations.requests import REQUESTS_FILE
from tests.support.daemon_harness import DaemonHarness, InterruptingProcessor
from tests.support.disks import leave_free, mounted, small_disk
from tests.watcher.test_daemon import daemon, drop, isco, log_of, wait_for
from watcher.delivery.index_page import Index
from watcher.environment import MAIN
from watcher.intake import claims
from watcher.intake.folder_checks import STAGING
from watcher.processes.file_processor import FileProcessor
from watcher.processes.processor import WorkerLostError
from watcher.processes.scheduler import LAST, NIGHTLY, NightlyScheduler
from watcher.processes.worker import Worker
from watcher.status.status import Health, judge
from watcher.status.status_file import read_status

GOOD = b"id,job_title\n0110,nurse\nNA,welder\n"
TURNS = 12
SECRET = b"job_title\nthe secret of the user of isco-coder\n"
needs_root = pytest.mark.skipif(
    os.name != "posix" or os.getuid() != 0, reason="needs root: files of another user"
)
NOBODY = 65534


@pytest.fixture
def harness(settings: Settings) -> DaemonHarness:
    return DaemonHarness(settings)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_link(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_number(path: Path) -> None:
    path.write_bytes(b"7")


def nested(path: Path) -> None:
    path.write_bytes(b"[" * 100_000)


def a_folder(path: Path) -> None:
    path.mkdir()


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)  # without a block on the disk


PLANTED = [a_pipe, a_link, a_number, nested, a_folder, huge]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("plant", PLANTED)
def test_a_file_of_ours_is_read_with_suspicion(
    tmp_path: Path, plant: Callable[[Path], None]
) -> None:
    path = tmp_path / "own.json"
    plant(path)
    with pytest.raises(OwnFileError, match=r"own\.json"):
        read_own_json(path)
    with pytest.raises(FileNotFoundError):
        read_own_file(tmp_path / "none")


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("plant", PLANTED)
def test_planted_state_stops_nothing(
    harness: DaemonHarness, plant: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    """A status, a receipt, the metrics of a night: the daemon starts, works and names them."""
    outbox = harness.settings.watcher.outbox
    harness.drop("a.csv", GOOD)
    harness.tick(TURNS)
    (batch,) = harness.batches()
    (batch / "receipt.json").unlink()
    plant(batch / "receipt.json")
    night = outbox / NIGHTLY / "2026-06-01"
    night.mkdir(parents=True)
    plant(night / "metrics.json")
    (outbox / "status.json").unlink()
    plant(outbox / "status.json")
    with pytest.raises(StatusError, match=r"status\.json"):
        read_status(outbox)
    harness.daemon = harness.start_daemon(MAIN)
    harness.drop("b.csv", GOOD)
    harness.tick(TURNS)
    assert harness.status().results[0].name == "b.csv"
    assert (outbox / f"{batch.name}-2" / "receipt.json").is_file() or (
        len(list(outbox.glob("b.*/receipt.json"))) == 1
    )
    assert "receipt.json" in caplog.text and "metrics.json" in caplog.text
    # Each is named once, and set aside.
    for planted in (batch / "receipt.json", outbox / "status.json", night / "metrics.json"):
        aside = planted.with_name(f"{planted.name}.damaged")
        assert os.path.lexists(aside) and caplog.text.count(repr(aside.name)) == 1, planted
    caplog.clear()
    harness.drop("c.csv", GOOD)
    harness.tick(TURNS)
    assert harness.status().results[0].name == "c.csv" and "damaged" not in caplog.text
    assert not os.path.lexists(batch / "receipt.json")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("plant", PLANTED)
def test_a_file_of_the_schedule_that_is_no_file_is_set_aside(
    tmp_path: Path, plant: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    night = tmp_path / NIGHTLY
    night.mkdir()
    (tmp_path / SENTINEL).touch()
    plant(night / LAST)
    schedule = NightlyScheduler(ScheduleSettings(), tmp_path, start_nothing)
    schedule.check()
    assert os.path.lexists(night / f"{LAST}.damaged") and (night / LAST).is_file()
    caplog.clear()
    schedule.check()
    assert "damaged" not in caplog.text


def start_nothing(report_dir: Path) -> subprocess.Popen[bytes]:
    raise AssertionError(report_dir)


def without_a_record(path: Path) -> None:
    path.write_text('{"name": "a", "batch_id": "b", "version": "c", "records": [{"n": "../../x"}]}')


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("plant", [*PLANTED, without_a_record])
def test_planted_requests_keep_no_batch_from_its_explanations(
    harness: DaemonHarness, plant: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    outbox = harness.settings.watcher.outbox
    settings = harness.settings.with_values("explainability", sample_size=1)
    harness.daemon = harness.start_daemon(MAIN, FileProcessor(settings))
    harness.drop("a.csv", GOOD)
    harness.tick(TURNS)
    (batch,) = harness.batches()
    (planted := outbox / "planted").mkdir()
    plant(planted / REQUESTS_FILE)
    os.utime(planted, (2**31, 2**31))
    run_explain(argparse.Namespace(), settings)
    assert (batch / "explanations" / "index.html").exists()
    assert os.path.lexists(planted / f"{REQUESTS_FILE}.damaged")
    assert not (planted / "explanations").exists() and "'to_explain.json.damaged'" in caplog.text


@pytest.mark.parametrize(
    "agreement",
    [{"n": "many", "rate": "x", "interval": [0, 1]}, {"rate": 1}, [], "text", {"rate": {"a": []}}],
)
def test_the_metrics_of_a_night_with_other_types_are_passed_over(
    tmp_path: Path, agreement: object
) -> None:
    night = tmp_path / NIGHTLY / "2026-06-01"
    night.mkdir(parents=True)
    content = {"state": "promoted", "reasons": [], "sampled_agreement": agreement}
    (night / "metrics.json").write_text(json.dumps(content), encoding="utf-8")
    Index(tmp_path).refresh()
    assert (tmp_path / "index.html").exists()


@needs_root
def test_a_status_of_another_user_keeps_no_daemon_from_starting(harness: DaemonHarness) -> None:
    harness.tick(1)
    path = harness.settings.watcher.outbox / "status.json"
    path.write_text(path.read_text().replace('"host": "', '"host": "not-'), encoding="utf-8")
    os.chown(path, NOBODY, NOBODY)
    harness.start_daemon(MAIN)


@pytest.mark.slow
@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_result_that_is_no_longer_whole_is_made_anew(
    harness: DaemonHarness, is_deleted: bool
) -> None:
    """And only then: a review that was filled in where it is changes no code."""
    harness.drop("a.csv", GOOD)
    harness.tick(TURNS)
    (first,) = harness.batches()
    with (first / "review.csv").open("ab") as file:
        file.write(b"filled in\n")
    harness.drop("b.csv", GOOD)
    harness.tick(TURNS)
    assert harness.batches() == [first]
    predictions = first / "predictions.csv"
    if is_deleted:
        predictions.unlink()
    else:
        predictions.write_bytes(predictions.read_bytes() + b"x\n")
    for name, n_batches in (("c.csv", 2), ("d.csv", 2)):
        harness.drop(name, GOOD)
        harness.tick(TURNS)
        assert len(harness.batches()) == n_batches
    (second,) = set(harness.batches()) - {first}
    assert (second / "predictions.csv").exists()
    assert second.name in harness.status().results[0].text  # d.csv is answered from it


def plant_work_folder(harness: DaemonHarness, secret: Path) -> Path:
    """Put a folder of another user in the place of ``.work``, with a claim that leads elsewhere."""
    work = harness.inbox / claims.WORK
    work.rename(harness.inbox / "taken away")
    claim = work / f"{'0' * 32}.0.{MAIN}"
    claim.mkdir(parents=True)
    (claim / "report.csv").symlink_to(secret)
    os.link(secret, claim / "linked.csv")
    for path in (work, claim):
        path.chmod(0o700)
        os.chown(path, NOBODY, NOBODY)
    return work


@needs_root
def test_a_work_folder_of_another_user_is_not_used(harness: DaemonHarness, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(SECRET)
    work = plant_work_folder(harness, secret)
    harness.drop("a.csv", GOOD)
    harness.tick(60, seconds=5)
    problem = harness.status().share_unavailable
    assert problem is not None and "is not private" in problem.reason
    assert not harness.batches() and secret.read_bytes() == SECRET
    assert not list(harness.settings.watcher.archive_dir.iterdir())
    with pytest.raises(FolderError, match="is not private"):
        harness.start_daemon("two")
    shutil.rmtree(work)
    shutil.rmtree(harness.inbox / "taken away")
    harness.tick(30, seconds=5)
    assert len(harness.batches()) == 1 and harness.violations() == []


@pytest.mark.slow
@needs_root
def test_a_work_folder_that_is_swapped_during_the_work_publishes_nothing(
    harness: DaemonHarness, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(SECRET)
    swapped: list[Path] = []

    def swap(path: Path) -> None:
        if not swapped:
            swapped.append(plant_work_folder(harness, secret))
            fake = swapped[0] / path.parent.name
            fake.mkdir()
            (fake / path.name).write_bytes(GOOD)

    harness.daemon = harness.start_daemon(MAIN, InterruptingProcessor(harness.processor, swap))
    harness.drop("a.csv", GOOD)
    harness.tick(TURNS)
    assert swapped and not harness.batches()
    assert not list(harness.settings.watcher.archive_dir.iterdir())
    shutil.rmtree(swapped[0])
    (harness.inbox / "taken away").rename(swapped[0])
    harness.tick(60, seconds=5)
    assert len(harness.batches()) == 1 and harness.violations() == []


def test_a_private_folder_that_was_opened_to_others_is_closed_again(harness: DaemonHarness) -> None:
    work = harness.inbox / claims.WORK
    work.chmod(0o777)
    harness.drop("a.csv", GOOD)
    harness.tick(TURNS)
    assert work.stat().st_mode & 0o777 == 0o700
    assert len(harness.batches()) == 1 and harness.violations() == []


@needs_root
def test_a_staging_folder_of_another_user_is_not_used(harness: DaemonHarness) -> None:
    staging = harness.settings.watcher.outbox / STAGING
    os.chown(staging, NOBODY, NOBODY)
    harness.drop("a.csv", GOOD)
    harness.tick(TURNS)
    assert not harness.batches()
    os.chown(staging, 0, 0)
    harness.tick(30, seconds=5)
    assert len(harness.batches()) == 1 and harness.violations() == []


@pytest.mark.parametrize(("mode", "is_warned"), [(0o755, False), (0o1777, False), (0o777, True)])
def test_an_inbox_where_others_can_replace_the_work_folder_is_named(
    harness: DaemonHarness, caplog: pytest.LogCaptureFixture, mode: int, is_warned: bool
) -> None:
    harness.inbox.chmod(mode)
    harness.start_daemon("two")
    assert ("sticky bit" in caplog.text) == is_warned


@pytest.mark.parametrize(("mode", "is_warned"), [(0o755, False), (0o777, True)])
def test_the_mode_of_a_linked_folder_is_that_of_its_target(
    settings: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    mode: int,
    is_warned: bool,
) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    target.chmod(mode)
    settings.watcher.outbox.symlink_to(target)
    DaemonHarness(settings)
    assert ("sticky bit" in caplog.text) == is_warned


def test_a_work_folder_that_is_removed_is_no_other_daemon(
    harness: DaemonHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    harness.daemon = harness.start_daemon(
        MAIN, InterruptingProcessor(harness.processor, lambda path: shutil.rmtree(path.parents[1]))
    )
    harness.drop("a.csv", GOOD)
    harness.tick(TURNS)
    assert "somebody removed the claim" in caplog.text and "another daemon" not in caplog.text
    harness.dropped.clear()
    assert harness.violations() == []


@pytest.mark.parametrize("name", ["archive_dir", "rejected_dir", "outbox"])
@pytest.mark.parametrize("below", [".", "done", "../inbox/done/more"])
def test_a_folder_that_leads_back_into_the_inbox_is_refused(
    settings: Settings, name: str, below: str
) -> None:
    changed = settings.watcher.model_copy(update={name: settings.watcher.inbox / below})
    with pytest.raises(FolderError, match="come back for ever"):
        DaemonHarness(settings.model_copy(update={"watcher": changed}))


@pytest.mark.slow
def test_a_name_is_one_line_of_the_log(settings: Settings) -> None:
    drop(settings, "evil\n12:00:00 all is well\x1b[2J.csv", "name\nno title\n")
    with daemon(settings) as process:
        wait_for(lambda: "rejected" in log_of(settings), process)
    log = log_of(settings)
    assert "\x1b" not in log and not any(
        line.startswith("12:00:00 all") for line in log.split("\n")
    )
    record = logging.makeLogRecord({"msg": "%s\n", "args": ("a\u202e\r\tb",)})
    assert OneLineFormatter().format(record) == "a\\u202e\\r\\tb\\n"


def test_what_a_killed_daemon_left_staged_is_removed(harness: DaemonHarness) -> None:
    staging = harness.settings.watcher.outbox / STAGING
    names = {f"{'1' * 32}.1.{MAIN}": 0.0, f"{'2' * 32}.1.{MAIN}": 1e9, f"{'3' * 32}.1.two": 0.0}
    for name, mtime in names.items():
        (staging / name).mkdir()
        if not mtime:
            os.utime(staging / name, (1, 1))
    harness.start_daemon(MAIN)
    left = {path.name for path in staging.iterdir()}
    assert left == {f"{'2' * 32}.1.{MAIN}", f"{'3' * 32}.1.two"}  # too new; of another daemon


def test_the_temporary_files_of_a_worker_end_with_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left_over = tmp_path / f"isco-worker-{'0' * 16}"
    left_over.mkdir()
    (left_over / "copy").write_bytes(b"x")
    others = tmp_path / "isco-worker-notes"
    others.mkdir()
    with closing(Worker(settings)) as worker:
        assert not left_over.exists() and others.exists()
        (folder,) = tmp_path.glob("isco-worker-*[0-9a-f]")
        with closing(Worker(settings)):  # another daemon, perhaps with the same process number
            assert folder.exists()
        (folder / "file").write_bytes(b"x")
        assert worker._process is not None and worker._process.pid is not None
        os.kill(worker._process.pid, signal.SIGKILL)
        path = tmp_path / "a.csv"
        path.write_bytes(GOOD)
        with pytest.raises((BundleError, WorkerLostError)):
            worker.identify(path, no_progress)
        assert not folder.exists()
    assert list(tmp_path.glob("isco-worker-*")) == [others]


def test_a_watch_that_cannot_start_leaves_no_temporary_files(
    settings: Settings, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (tmp_path / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("schedule: {enabled: true, cron: 0 0 31 2 *}\n")
    folder = tmp_path_factory.mktemp("temporary")
    done = subprocess.run(
        isco(settings, "watch"),
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and "never comes" in done.stderr
    assert list(folder.iterdir()) == []


def test_a_full_outbox_says_paused(settings: Settings, tmp_path: Path) -> None:
    """The status itself has no room: a short one is written over the old one, again and again."""
    small = tmp_path / "small"
    with mounted(small, *small_disk(2 << 20)):
        outbox = small / "outbox"
        harness = DaemonHarness(settings.with_values("watcher", outbox=outbox))
        harness.drop("a.csv", GOOD)
        harness.tick(TURNS)
        assert len(harness.batches()) == 1
        leave_free(small, 320 << 10)
        harness.drop("large.csv", b"job_title\n" + b"".join(b"cook %d\n" % n for n in range(300)))
        harness.tick(TURNS, seconds=5)
        status = harness.status()
        assert status.no_space is not None and status.paused is None
        leave_free(small, 0)
        (small / "more").write_bytes(b"")
        harness.tick(TURNS)  # its reason alone is shorter than with that of the pause
        harness.drop("b.csv", GOOD + b"1,cook\n")
        harness.tick(TURNS, seconds=5)
        with pytest.raises(OSError) as full:
            (small / "rest").write_bytes(b"x" * 8192)
        assert full.value.errno == errno.ENOSPC
        report = judge(harness.status(), harness.clock.now(), "elsewhere")
        assert report.health is Health.PAUSED and "outbox" in report.reason
        (small / "ballast").unlink()
        harness.tick(30, seconds=5)
        assert harness.status().paused is None and len(harness.batches()) == 3
