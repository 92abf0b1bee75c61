"""The worker process itself: it loads the model and answers requests until the daemon has ended."""

from __future__ import annotations

import logging
import multiprocessing
import os
import tempfile
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import IscoError
from core.packages import PACKAGES
from core.process_start import collect_rarely
from core.row_counts import Progress
from core.settings import Settings
from watcher.processes.messages import (
    CountOpenAnswers,
    Done,
    Failed,
    Identify,
    LogLine,
    Ready,
    RecordsDone,
    Request,
    Result,
    Work,
)
from watcher.processes.processor import Processor

if TYPE_CHECKING:
    from watcher.processes.file_processor import FileProcessor

# So long after the model is loaded, a file that waited for it has come at the latest.
_WAITING_FILE_S = 1.0
OUT_OF_MEMORY = 12  # the exit status; the number of ENOMEM
_LOG = logging.getLogger(__name__)


def run_worker(connection: Connection, settings: Settings, scratch_dir: Path) -> None:
    """Load the model and answer requests until the daemon has ended.

    Temporary files go to ``scratch_dir``, which the daemon removes when this process has ended.
    """
    collect_rarely()
    tempfile.tempdir = str(scratch_dir)
    _end_with_daemon()
    _log_to(connection)
    with suppress(EOFError, OSError):  # the daemon has ended
        try:
            processor = _load(settings)
        except Exception as error:
            connection.send(Failed(_portable(error)))
            return
        connection.send(Ready(processor.model_version, processor.unread_corrections))
        answer_requests(processor, connection)


def answer_requests(processor: FileProcessor, connection: Connection) -> None:
    """Answer requests until the other end of ``connection`` is closed: EOFError or OSError.

    Where no file waits, ``processor`` rehearses first. The daemon sends a file that waits only when
    it knows that the model is loaded, and has noted the attempt on its disk.
    """
    if not connection.poll(_WAITING_FILE_S):
        processor.rehearse(lambda n_done: _show_life(connection))
    while True:
        request = connection.recv()
        connection.send(_answer(processor, request, connection))


def _show_life(connection: Connection) -> None:
    """Tell the daemon that this process is alive, if it waits for an answer."""
    if connection.poll():
        connection.send(RecordsDone(0))


def _load(settings: Settings) -> FileProcessor:
    """Load the model, and meanwhile what the first file needs. Raises what loading raises."""
    # Only this process loads the libraries of the model.
    from inference.serving.served_autocoder import ServedAutocoder

    with ThreadPoolExecutor(1) as executor:
        served = executor.submit(ServedAutocoder, settings)
        from results.code_file import prepare_process
        from watcher.processes.file_processor import FileProcessor

        prepare_process(settings.output.language)
        return FileProcessor(settings, served.result())


def _answer(processor: Processor, request: Request, connection: Connection) -> Done | Failed:
    try:
        result = _handle(processor, request, lambda n_done: connection.send(RecordsDone(n_done)))
        return Done(result, processor.unread_corrections)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:
        return Failed(_portable(error))


def _handle(processor: Processor, request: Request, progress: Progress) -> Result:
    match request:
        case Identify(path):
            return processor.identify(path, progress)
        case Work(path, staged, identity):
            return processor.work(path, staged, identity, progress)
        case CountOpenAnswers(path):
            return processor.count_open_answers(path, progress)


def _portable(error: Exception) -> Exception:
    """Return the error as one that every process can read."""
    if isinstance(error, IscoError):
        return error
    if isinstance(error, OSError):
        return OSError(error.errno, error.strerror or str(error), error.filename)
    _LOG.error("unexpected error\n%s", traceback.format_exc().rstrip())
    return RuntimeError(f"{type(error).__name__}: {error}")


def _end_with_daemon() -> None:
    """End this process when the daemon has ended, however it ended."""
    daemon = multiprocessing.parent_process()
    assert daemon is not None

    def wait() -> None:
        daemon.join()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


class _PipeHandler(logging.Handler):
    """Sends log records to the daemon."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            self._connection.send(LogLine(record.levelno, self.format(record)))


def _log_to(connection: Connection) -> None:
    handler = _PipeHandler(connection)
    for package in PACKAGES:
        logger = logging.getLogger(package)
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
        logger.propagate = False
