"""Real full disks and real missing shares: mounted, filled and unmounted."""

from __future__ import annotations

import os
import resource
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from inference.bundle import Bundle
from inference.model_registry import ModelRegistry
from tests.inference.test_model_registry import another, output
from tests.support.daemon_harness import DaemonHarness
from tests.support.disks import leave_free, mount, mounted, small_disk, unmount
from tests.watcher.test_daemon import batches, daemon, drop, wait_for
from watcher.intake.folder_checks import STAGING
from watcher.intake.local_state import make_local_state_dir
from watcher.processes.worker import Worker
from watcher.status.status import Health, judge
from watcher.status.status_file import read_status

GOOD = "job_title\n" + "".join(f"cook {n}\n" for n in range(40))
DISK_BYTES, STEP_BYTES = 2 << 20, 16 << 10


def moved(settings: Settings, folder: Path) -> Settings:
    """The same settings, with every folder in ``folder``."""
    folder.mkdir(exist_ok=True)
    config = settings.watcher.inbox.parent / "config.yaml"
    shutil.copy(config, folder)
    return load_settings(folder / config.name)


@pytest.mark.slow
def test_a_small_disk_that_is_full_at_every_point(settings: Settings, tmp_path: Path) -> None:
    """Fault 33: with a little more space every time, until there is enough."""
    small = tmp_path / "small"
    with mounted(small, *small_disk(DISK_BYTES)):
        cramped = moved(settings, small)
        with closing(Worker(cramped)) as worker:
            harness = DaemonHarness(cramped, processor=worker)
            harness.drop("a.csv", GOOD.encode())
            n_full = 0
            for n_free in range(0, DISK_BYTES, STEP_BYTES):
                leave_free(small, n_free)
                harness.tick(5, seconds=100)  # every pause is over
                if harness.batches():
                    break
                n_full += 1
                assert harness.violations(is_over=False) == [] and not harness.rejected()
                assert not list((cramped.watcher.outbox / STAGING).iterdir())
            assert n_full > 5
            (small / "ballast").unlink()
            harness.tick(5, seconds=100)
            assert harness.status().paused is None
            assert len(harness.batches()) == 1 and harness.violations() == []


def test_a_disk_whose_files_are_used_up_says_so(settings: Settings, tmp_path: Path) -> None:
    """Fault 33: there is space, and no room for a file."""
    small = tmp_path / "small"
    with mounted(small, "-t", "tmpfs", "-o", "nr_inodes=60", "none"):
        harness = DaemonHarness(settings.with_values("watcher", outbox=small / "outbox"))
        harness.tick(3)
        n_files = 0
        with pytest.raises(OSError, match="No space left"):
            for n_files in range(60):
                (small / str(n_files)).touch()
        harness.drop("a.csv", GOOD.encode())
        harness.tick(12, seconds=5)
        paused = harness.status().paused
        assert paused is not None and "room for 0 more files, however small" in paused.reason
        for number in range(n_files):
            (small / str(number)).unlink()
        harness.tick(5, seconds=100)
        assert harness.status().paused is None and len(harness.batches()) == 1


def test_a_full_disk_of_the_local_state_is_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    with mounted(state, *small_disk(1 << 16)):
        make_local_state_dir()
        leave_free(state, 0)
        harness = DaemonHarness(settings)
        harness.drop("a.csv", GOOD.encode())
        harness.tick(12, seconds=5)
        problem = harness.status().share_unavailable
        assert problem is not None and str(state) in problem.reason
        (state / "ballast").unlink()
        harness.tick(12, seconds=5)
        assert len(harness.batches()) == 1 and harness.violations() == []


def test_an_input_that_the_archive_has_no_room_for_delays_itself_alone(
    settings: Settings, tmp_path: Path
) -> None:
    """Fault 33, on another volume: what was copied of it takes no space from the others."""
    small, outbox = tmp_path / "small", tmp_path / "outbox"
    # After the results there is less room in the outbox than in the archive.
    with mounted(small, *small_disk(DISK_BYTES)), mounted(outbox, *small_disk(9 << 19)):
        harness = DaemonHarness(settings.with_values("watcher", archive_dir=small))
        harness.drop("large.csv", b"job_title,note\n" + (b"cook," + b"x" * 900_000 + b"\n") * 3)
        harness.tick(12, seconds=5)
        harness.drop("small.csv", GOOD.encode())
        harness.tick(12, seconds=5)
        status = harness.status()
        assert status.paused is None and status.no_space is not None
        assert f"'large.csv' waits: '{small}'" in status.no_space.reason
        assert [path.name for path in small.iterdir()] == ["small.csv"]
        assert len(harness.batches()) == 2 and harness.violations(is_over=False) == []


def test_corrections_without_room_wait_and_their_folder_is_named(
    settings: Settings, tmp_path: Path
) -> None:
    """Fault 33, on the disk of the corrections alone."""
    small = tmp_path / "small"
    with mounted(small, *small_disk(1 << 16)):
        harness = DaemonHarness(settings.with_values("data", corrections_dir=small))
        answers = "".join(f"nurse {n} | unknown,2221\n" for n in range(999))
        harness.drop("answers.csv", f"text,corrected_isco_code\n{answers}".encode())
        leave_free(small, 0)
        harness.tick(12, seconds=5)
        no_space = harness.status().no_space
        assert no_space is not None and f"'answers.csv' waits: '{small}'" in no_space.reason
        assert [path.name for path in small.iterdir()] == ["ballast"] and not harness.batches()
        (small / "ballast").unlink()
        harness.tick(5, seconds=100)
        assert len(harness.batches()) == 1 and len(list(small.glob("*.csv"))) == 1
        assert harness.status().no_space is None and harness.violations() == []


def test_corrections_on_a_read_only_disk_wait_and_say_what_to_do(
    settings: Settings, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, *small_disk(1 << 16)):
        harness = DaemonHarness(settings.with_values("data", corrections_dir=disk))
        harness.drop("answers.csv", b"text,corrected_isco_code\nnurse | unknown,2221\n")
        mount(disk, "-o", "remount,ro")
        harness.tick(12, seconds=5)
        (waiting,) = harness.status().waiting
        assert f"'{disk}/" in waiting.reason
        assert waiting.reason.endswith(": Read-only file system; mount it with the right to write")
        mount(disk, "-o", "remount,rw")
        harness.tick(5, seconds=100)
        assert len(harness.batches()) == 1 and harness.violations() == []


def health(settings: Settings) -> Health:
    return judge(read_status(settings.watcher.outbox), datetime.now(UTC)).health


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux: prlimit(2)")
def test_a_limit_on_the_size_of_files_pauses(settings: Settings) -> None:
    """Fault 33, of the daemon and of its child: an alarm, and on by itself when it is lifted."""
    settings.watcher.inbox.mkdir()
    with daemon(settings) as process:
        wait_for((settings.watcher.outbox / "status.json").exists, process)
        wait_for(lambda: read_status(settings.watcher.outbox).model_version, process)
        both = [process.pid, *(c.pid for c in psutil.Process(process.pid).children())]
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        for pid in both:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (5_000, hard))
        drop(settings, "a.csv", GOOD)
        wait_for(lambda: health(settings) is Health.PAUSED, process)
        paused = read_status(settings.watcher.outbox).paused
        assert paused is not None and os.strerror(27) in paused.reason
        assert not batches(settings)
        for pid in both:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        wait_for(lambda: batches(settings), process)
        wait_for(lambda: health(settings) is Health.OK, process)


def test_a_full_disk_keeps_the_model_in_service(bundle: Bundle, tmp_path: Path) -> None:
    """Fault 46: the night's model does not fit beside it."""
    shutil.copytree(bundle.path, tmp_path / "models" / "bundled")
    store, versions = ModelRegistry(output(tmp_path)), tmp_path / "models" / "versions"
    challenger = another(bundle, tmp_path / "challenger", 2)
    with mounted(versions, *small_disk(1 << 16)):
        with pytest.raises(OSError, match=r"versions.* cannot be written: .*No space left"):
            store.add(challenger)
        assert not list(versions.iterdir())
        assert store.served().manifest.version == bundle.manifest.version
    store.add(challenger)
    assert store.promote("v2").manifest.version == "v2"


@pytest.mark.slow
def test_a_share_that_is_unmounted_and_mounted_again(settings: Settings, tmp_path: Path) -> None:
    """Fault 25: what is saved into the empty mount point is no inbox, and nothing is written."""
    server, share = tmp_path / "server", tmp_path / "share"
    with mounted(server, *small_disk(32 << 20)):
        for folder in ("inbox", "outbox"):
            (server / folder).mkdir()
            (share / folder).mkdir(parents=True)  # what is seen while nothing is mounted there
        mount(share, "--bind", str(server))
        try:
            shared = moved(settings, share)
            with daemon(shared) as process:
                drop(shared, "first.csv", GOOD)
                wait_for((shared.watcher.archive_dir / "first.csv").exists, process)
                wait_for(lambda: read_status(shared.watcher.outbox).results, process)
                unmount(share)
                wait_for((shared.watcher.outbox / "status.json").exists, process)
                wait_for(lambda: health(shared) is Health.SHARE_UNAVAILABLE, process)
                drop(shared, "astray.csv", GOOD + "baker\n")
                (server / "inbox" / "second.csv").write_text(GOOD + "welder\n", encoding="utf-8")
                last_progress = read_status(shared.watcher.outbox).last_progress
                wait_for(
                    lambda: read_status(shared.watcher.outbox).last_progress != last_progress,
                    process,
                )
                seen = sorted(path.name for path in (share / "outbox").iterdir())
                assert seen == ["metrics.prom", "status.json"]
                assert [path.name for path in (share / "inbox").iterdir()] == ["astray.csv"]
                mount(share, "--bind", str(server))
                wait_for(lambda: batches(shared, "second"), process)
                wait_for(lambda: health(shared) is Health.OK, process)
                assert len(batches(shared)) == 2
        finally:
            unmount(share)
