"""The worker process: killed, hanging, too large; and other files are not affected."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from core.errors import BundleError, InputError
from core.row_counts import Progress, no_progress
from core.settings import Settings
from inference.bundle import Bundle
from results.receipt import Identity
from tests.conftest import ROOT
from tests.support.daemon_harness import DaemonHarness, PassingProcessor, UnaskedProcessor
from tests.watcher.test_daemon import batches, daemon, drop, wait_for, workers
from watcher.processes.processor import WorkerLostError
from watcher.processes.worker import Worker


def limited(settings: Settings, **limits: float) -> Settings:
    return settings.with_values("watcher", **limits)


@pytest.fixture
def worker(settings: Settings) -> Iterator[Worker]:
    with closing(Worker(settings)) as worker:
        yield worker


def child_of(worker: Worker) -> psutil.Process:
    assert worker._process is not None
    return psutil.Process(worker._process.pid)


def survey(tmp_path: Path, n_rows: int) -> Path:
    path = tmp_path / "survey.csv"
    path.write_text("job_title\n" + "".join(f"cook {n}\n" for n in range(n_rows)), encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process is never a copy")
def test_the_first_process_is_a_copy_of_one_that_has_one_thread(settings: Settings) -> None:
    program = f"""
import psutil, threading
from core.settings import Settings
from watcher.processes.worker import Worker

def is_copy():
    daemon = psutil.Process()
    return daemon.cmdline() in [child.cmdline() for child in daemon.children()]

settings = Settings.model_validate_json({settings.model_dump_json()!r})
worker = Worker(settings, may_fork=True)
first = is_copy()
worker.prepare(lambda n_done: None)
worker.close()
worker.prepare(lambda n_done: None)
print(first, is_copy())
worker.close()
threading.Thread(target=threading.Event().wait, daemon=True).start()
worker = Worker(settings, may_fork=True)
print(is_copy())
worker.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["True", "False", "False"], done.stderr


@pytest.mark.slow
def test_it_codes_as_the_same_process_would(worker: Worker, tmp_path: Path) -> None:
    path, out = survey(tmp_path, 3), tmp_path / "out"
    out.mkdir()
    identity = worker.identify(path, no_progress)
    counted: list[int] = []
    receipt = worker.work(path, out, identity, counted.append)
    assert (receipt.batch_id, sum(counted)) == (identity.batch_id, 3)
    assert worker.model_version == identity.model_version
    assert (out / "predictions.csv").exists() and "3 rows" in receipt.summary()


@pytest.mark.slow
def test_its_errors_are_those_of_the_file(worker: Worker, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("job_title,id\na,1\nb\n", encoding="utf-8")
    identity = worker.identify(path, no_progress)
    with pytest.raises(InputError, match="line 3: found 1 field;") as raised:
        worker.work(path, tmp_path, identity, no_progress)
    assert raised.value.line == 3
    with pytest.raises(FileNotFoundError):
        worker.identify(tmp_path / "none.csv", no_progress)


@pytest.mark.slow
def test_killed_it_is_replaced(worker: Worker, tmp_path: Path) -> None:
    path = survey(tmp_path, 3)
    worker.identify(path, no_progress)
    before = child_of(worker)
    before.send_signal(signal.SIGKILL)
    with pytest.raises(WorkerLostError, match="SIGKILL"):
        worker.identify(path, no_progress)
    assert worker.identify(path, no_progress).sha256
    assert child_of(worker).pid != before.pid


def test_killed_while_it_loads_it_is_replaced(settings: Settings, tmp_path: Path) -> None:
    """The daemon reads the version meanwhile, and stays alive; no file is to blame."""
    path = survey(tmp_path, 3)
    with closing(Worker(settings)) as worker:
        child_of(worker).send_signal(signal.SIGKILL)
        assert worker._connection.poll(60)  # its end is noticed
        assert worker.model_version is None
        worker._start()
        child_of(worker).send_signal(signal.SIGKILL)
        with pytest.raises(BundleError, match=r"model could not be loaded: .*SIGKILL"):
            worker.identify(path, no_progress)
        assert worker.identify(path, no_progress).model_version == worker.model_version


@pytest.mark.slow
def test_killed_between_two_files_it_is_replaced_before_the_next(
    worker: Worker,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where the system lets none start for a while, and the working folder is removed."""
    worker.prepare(no_progress)
    process = child_of(worker)
    worker.prepare(no_progress)
    assert child_of(worker) == process
    process.send_signal(signal.SIGKILL)
    assert worker._process is not None
    worker._process.join(60)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.close(next_file := os.dup(0))
    for n_free in range(6):  # some start half
        resource.setrlimit(resource.RLIMIT_NOFILE, (next_file + n_free, hard))
        try:
            with pytest.raises(BundleError, match=r"cannot start: .*Too many open files"):
                worker.prepare(no_progress)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    worker.prepare(no_progress)
    assert "ended while it waited (signal SIGKILL)" in caplog.text
    assert worker.identify(survey(tmp_path, 3), no_progress).sha256


@pytest.mark.slow
def test_hanging_it_is_killed_at_its_limit(settings: Settings, tmp_path: Path) -> None:
    """Fault 42."""
    path = survey(tmp_path, 3)
    with closing(Worker(limited(settings, time_limit_s=20.0))) as worker:
        worker.identify(path, no_progress)
        child = child_of(worker)
        worker._settings = limited(settings, time_limit_s=2.0)
        child.send_signal(signal.SIGSTOP)
        turns = []

        def look(n_done: int) -> None:  # the daemon looks into a slow share at each turn
            turns.append(n_done)
            with pytest.raises(psutil.TimeoutExpired):
                child.wait(0.2)

        with pytest.raises(WorkerLostError, match=r"no progress for 2 s"):
            worker.identify(path, look)
        assert not child.is_running() and len(turns) < 12


def test_a_pause_of_the_whole_machine_is_no_silence(settings: Settings, tmp_path: Path) -> None:
    path = survey(tmp_path, 3)
    with closing(Worker(settings)) as worker:
        worker.identify(path, no_progress)
        child = child_of(worker)
        worker._settings = limited(settings, time_limit_s=1.0)
        pauses = [1.2]

        def pause(n_done: int) -> None:
            if pauses:  # this process does as little as the other one
                with pytest.raises(psutil.TimeoutExpired):
                    child.wait(pauses.pop())
            else:
                child.send_signal(signal.SIGCONT)

        child.send_signal(signal.SIGSTOP)
        assert worker.identify(path, pause).sha256


def test_too_large_it_is_killed(settings: Settings, tmp_path: Path) -> None:
    """Fault 41: by the limit in the settings; the message names it."""
    with closing(Worker(settings)) as worker:
        worker.identify(survey(tmp_path, 3), no_progress)
        worker._settings = limited(settings, memory_limit_mb=64)
        child_of(worker).send_signal(signal.SIGSTOP)  # so that the daemon has to wait
        with pytest.raises(WorkerLostError, match=r"64 MB of memory, the model alone [1-9]"):
            worker.identify(survey(tmp_path, 3), no_progress)


@pytest.mark.slow
def test_it_ends_with_the_daemon(settings: Settings) -> None:
    with daemon(settings) as process:
        wait_for(lambda: psutil.Process(process.pid).children(), process)
        children = psutil.Process(process.pid).children()
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(children, timeout=60)
        assert not alive


@pytest.mark.slow
def test_a_damaged_model_at_the_start_is_one_line(settings: Settings, bundle: Bundle) -> None:
    """Fault 49."""
    config = settings.watcher.inbox.parent / "config.yaml"
    damaged = config.with_name("damaged")
    damaged.mkdir()
    text = config.read_text(encoding="utf-8").replace(str(bundle.path), str(damaged))
    config.write_text(text, encoding="utf-8")
    command = [sys.executable, str(ROOT / "main.py"), "watch", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 1 and "manifest.json is missing" in done.stderr
    assert "Traceback" not in done.stderr
    with (
        closing(Worker(settings.with_values("output", best_model_dir=damaged))) as worker,
        pytest.raises(BundleError),
    ):
        worker.identify(config, no_progress)


class CrashingProcessor(PassingProcessor):
    """A processor that some content kills."""

    def __init__(self, harness: DaemonHarness) -> None:
        super().__init__(harness.processor)
        self.order: list[str] = []

    def identify(self, path: Path, progress: Progress) -> Identity:
        self.order.append(path.name)
        if b"poison" in path.read_bytes():
            raise WorkerLostError("the worker process ended (signal SIGSEGV)")
        return self._processor.identify(path, progress)


@pytest.mark.slow
def test_a_poison_file_is_rejected_after_three_and_comes_last(settings: Settings) -> None:
    """Fault 41, promise 15: all other files are processed before each further attempt."""
    harness = DaemonHarness(settings)
    crashing = CrashingProcessor(harness)
    harness.daemon = harness.start_daemon("main", crashing)
    harness.drop("poison.csv", b"job_title\npoison\n")
    os.utime(harness.inbox / "poison.csv", (1, 1))  # the oldest: it comes first
    for number in range(4):
        harness.drop(f"{number}.csv", b"job_title\ncook %d\n" % number)
    harness.tick(40)
    (reason,) = harness.rejected().values()
    assert "stopped the worker process three times" in reason and "SIGSEGV" in reason
    assert crashing.order[0] == "poison.csv" and crashing.order.count("poison.csv") == 3
    assert set(crashing.order[1:5]) == {f"{number}.csv" for number in range(4)}
    assert harness.violations() == []


@pytest.mark.slow
def test_three_killed_workers_reject_a_file_and_the_daemon_lives(settings: Settings) -> None:
    """Fault 41, with a real process that is killed whenever it works on that file."""
    drop(settings, "big.csv", "job_title\n" + "".join(f"welder {n}\n" for n in range(200_000)))
    staging = settings.watcher.outbox / ".staging"
    rejected = settings.watcher.rejected_dir / "big.csv"
    with daemon(settings) as process:
        killed: set[int] = set()

        def is_over() -> bool:
            for child in psutil.Process(process.pid).children():
                is_worker = False
                with suppress(psutil.Error):  # killed, but not yet reaped
                    is_worker = child in workers(process)
                is_new = child.pid not in killed
                if is_worker and is_new and list(staging.glob("*/predictions.csv")):
                    killed.add(child.pid)
                    child.send_signal(signal.SIGKILL)
            return rejected.exists()

        wait_for(is_over, process)
        drop(settings, "next.csv", "job_title\nnurse\n")
        wait_for(lambda: batches(settings, "next"), process)
    assert len(killed) == 3
    why = rejected.with_name("big.csv.why.txt").read_text(encoding="utf-8")
    assert "stopped the worker process three times" in why and "SIGKILL" in why


@pytest.mark.slow
def test_what_is_wrong_at_the_start_is_no_fault_of_a_file(settings: Settings) -> None:
    """A provider that is missing, a manifest that is none: the files wait, with the reason."""
    bad = settings.with_values("inference", provider="coreml")
    with closing(Worker(bad)) as worker:
        harness = DaemonHarness(settings, processor=UnaskedProcessor(worker))
        harness.drop("a.csv", b"job_title\nnurse\n")
        harness.tick(12)  # four times: more than the attempts of a file
        paused = harness.status().paused
        assert paused is not None and "inference.provider is 'coreml'" in paused.reason
        assert not harness.rejected() and harness.violations(is_over=False) == []


@pytest.mark.parametrize("manifest", ["[]", "7", "{}", '{"labels": 5}', "[" * 10_000])
def test_a_malformed_manifest_is_a_damaged_bundle(
    bundle: Bundle, tmp_path: Path, manifest: str
) -> None:
    (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(BundleError):
        Bundle.open(tmp_path)
    values = json.loads((bundle.path / "manifest.json").read_text(encoding="utf-8"))
    incomplete = {key: value for key, value in values.items() if key != "similarity"}
    for wrong in (values | {"files": 7}, incomplete):
        (tmp_path / "manifest.json").write_text(json.dumps(wrong), encoding="utf-8")
        with pytest.raises(BundleError, match="is not a manifest"):
            Bundle.open(tmp_path)


def test_corrections_that_cannot_be_read_reject_no_input(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither while the model is loaded nor before a file: whatever is raised there."""
    harness = DaemonHarness(settings)
    faults: list[Exception] = [
        InputError(Path("old.csv"), "a link", expected="a file", remedy="Remove it."),
        AttributeError("'list' object has no attribute 'get'"),
        OSError(5, "Input/output error"),
    ]
    for number, fault in enumerate(faults):
        n_fired = 0

        def fail(*_: object, fault: Exception = fault) -> str:
            nonlocal n_fired
            n_fired += 1
            raise fault

        with monkeypatch.context() as patch:
            patch.setattr("inference.serving.served_autocoder.folder_state", fail)
            harness.drop(f"{number}.csv", b"job_title\nnurse %d\n" % number)
            harness.tick(20)
            paused = harness.status().paused
            assert n_fired and paused is not None and str(fault) in paused.reason
            assert not harness.rejected()
        harness.tick(40, seconds=5)
        assert len(harness.batches()) == number + 1 and harness.status().paused is None
    assert harness.violations() == []
