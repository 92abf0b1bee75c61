"""What the worker process does between the model and the first file."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Thread

import pytest

from core.row_counts import Progress, no_progress
from core.settings import Columns, Settings
from watcher.processes.file_processor import FileProcessor
from watcher.processes.messages import Done, Identify, RecordsDone
from watcher.processes.worker_process import answer_requests


class NotedRehearsal(FileProcessor):
    """A processor that says when it has rehearsed."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.is_rehearsed = Event()

    def rehearse(self, progress: Progress = no_progress) -> None:
        super().rehearse(progress)
        self.is_rehearsed.set()


class LongRehearsal(NotedRehearsal):
    """A processor that rehearses until it may end, as one that learns thousands of corrections."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.may_end = Event()

    def rehearse(self, progress: Progress = no_progress) -> None:
        self.is_rehearsed.set()
        while not self.may_end.wait(0.01):
            progress(1)


@pytest.fixture
def processor(settings: Settings, request: pytest.FixtureRequest) -> NotedRehearsal:
    made: type[NotedRehearsal] = getattr(request, "param", NotedRehearsal)
    return made(settings)


@pytest.fixture
def connection(processor: NotedRehearsal) -> Iterator[Connection]:
    """The daemon's end, once the model is loaded."""
    connection, of_worker = multiprocessing.Pipe()

    def answer() -> None:
        with suppress(EOFError, OSError):
            answer_requests(processor, of_worker)

    thread = Thread(target=answer)
    thread.start()
    yield connection
    connection.close()
    thread.join()


def test_a_file_that_waits_is_not_kept_waiting_by_the_rehearsal(
    processor: NotedRehearsal, connection: Connection, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("job_title\nnurse\n", encoding="utf-8")
    assert not processor.is_rehearsed.wait(0.1)  # the daemon notes its attempt
    connection.send(Identify(path))
    while not isinstance(answer := connection.recv(), Done):
        pass
    assert answer.result.model_version == processor.model_version
    assert not processor.is_rehearsed.is_set()


@pytest.mark.slow
def test_where_no_file_waits_the_rehearsal_begins(
    processor: NotedRehearsal, connection: Connection
) -> None:
    assert processor.is_rehearsed.wait(60)


@pytest.mark.parametrize("processor", [LongRehearsal], indirect=True)
def test_a_file_that_comes_in_a_long_rehearsal_sees_that_the_process_is_alive(
    processor: LongRehearsal, connection: Connection, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("job_title\nnurse\n", encoding="utf-8")
    assert processor.is_rehearsed.wait(60)
    assert not connection.poll(0.1)  # nobody waits, and nothing fills the pipe
    connection.send(Identify(path))
    assert connection.recv() == RecordsDone(0)
    processor.may_end.set()
    while not isinstance(connection.recv(), Done):
        pass


def _modules_of_the_first_file(settings: Settings, path: Path, connection: Connection) -> None:
    """Send the modules that the first file after a rehearsal has to load."""
    processor = FileProcessor(settings)
    processor.rehearse()
    loaded = set(sys.modules)
    staged = path.with_name("staged")
    staged.mkdir()
    processor.work(path, staged, processor.identify(path, no_progress), no_progress)
    connection.send(sorted(set(sys.modules) - loaded))


def test_after_the_rehearsal_the_first_file_finds_all_loaded(
    settings: Settings, tmp_path: Path
) -> None:
    columns = Columns(job_title=("Beruf",), weight=("Gewicht",))  # which the rehearsal has not
    data = settings.data.model_copy(update={"columns": columns})
    path = tmp_path / "a.csv"
    path.write_text("Beruf,Gewicht,Tätigkeit\nnurse,1.5,cares\n", encoding="utf-8")
    connection, of_process = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_modules_of_the_first_file,
        args=(settings.model_copy(update={"data": data}), path, of_process),
    )
    process.start()
    of_process.close()
    assert connection.recv() == []
    process.join()
    assert (tmp_path / "staged" / "predictions.csv").exists()


def test_a_disk_without_space_for_the_rehearsal_stops_no_file(
    processor: NotedRehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "away"))
    processor.rehearse()
    assert processor.is_rehearsed.is_set()
