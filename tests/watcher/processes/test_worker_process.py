"""What the worker process does between the model and the first file."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Thread

import pytest

from core.settings import Settings
from watcher.processes.file_processor import FileProcessor
from watcher.processes.messages import Done, Identify
from watcher.processes.worker_process import answer_requests


class NotedRehearsal(FileProcessor):
    """A processor that says when it has rehearsed."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.is_rehearsed = Event()

    def rehearse(self) -> None:
        super().rehearse()
        self.is_rehearsed.set()


@pytest.fixture
def processor(settings: Settings) -> NotedRehearsal:
    return NotedRehearsal(settings)


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
def test_where_no_file_waits_the_first_one_finds_all_loaded(
    processor: NotedRehearsal, connection: Connection
) -> None:
    assert processor.is_rehearsed.wait(60)
