"""The process that holds the model: what a file does to it stays with it.

A crash, a leak, an endless loop end the child, not the daemon; it is killed when it makes no
progress for ``time_limit_s`` or takes more than ``memory_limit_mb``, and the next file finds a new
one. It lives as long as the daemon does, so that the model is loaded once.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil

from core.errors import BundleError, IscoError
from core.packages import PACKAGES
from core.settings import Settings
from results.receipt import AnyReceipt, Identity
from watcher.clock import Clock

_LOG = logging.getLogger(__name__)
_TURN_S = 0.1  # so often the child's memory is looked at, and the daemon looks around
_OUT_OF_MEMORY = 12  # the child's exit status; the number of ENOMEM

Progress = Callable[[int], None]


# What the child says.
@dataclass(frozen=True)
class _Ready:
    model_version: str


@dataclass(frozen=True)
class _Progress:
    n_done: int


@dataclass(frozen=True)
class _Said:
    level: int
    text: str


@dataclass(frozen=True)
class _Done:
    result: Any


@dataclass(frozen=True)
class _Failed:
    error: Exception


class WorkerLostError(Exception):
    """The child ended before it had an answer, or was ended; the message says why."""


class Worker:
    """A child process that identifies and codes files, one at a time.

    Its errors are raised here: InputError, OSError, BundleError where no model can be loaded, and
    WorkerLostError. ``progress`` is told 0 while there is only to wait.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        """Start it; the model is loaded while the daemon looks around."""
        self._settings, self._clock = settings, clock or Clock()
        self._version = ""
        self._process: BaseProcess | None = None
        self._is_asked = False
        self._start()

    @property
    def model_version(self) -> str:
        """The version that coded the last file, ``""`` while the first one is loaded.

        Raises BundleError where there is none. A child that was killed is replaced for the next
        file.
        """
        with suppress(WorkerLostError):
            while self._is_loading and not self._is_asked and self._connection.poll():
                self._turn(lambda n_done: None)
        return self._version

    def identify(self, path: Path, progress: Progress) -> Identity:
        """What the file is."""
        identity: Identity = self._ask("identify", (path,), progress)
        self._version = identity.model_version
        return identity

    def work(self, path: Path, staged: Path, identity: Identity, progress: Progress) -> AnyReceipt:
        """Everything but the receipt into ``staged``."""
        receipt: AnyReceipt = self._ask("work", (path, staged, identity), progress)
        return receipt

    def close(self) -> None:
        """End the child."""
        if self._process is not None:
            self._kill()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, self._settings), name="isco-worker", daemon=True
        )
        with _terminal_blocked():
            self._process.start()
        theirs.close()
        self._is_loading, self._heard_s = True, self._clock.monotonic_s()

    def _ask(self, name: str, arguments: tuple[object, ...], progress: Progress) -> Any:
        self._is_asked = True
        try:
            self._load(progress)
            return self._answer(name, arguments, progress)
        finally:
            self._is_asked = False

    def _load(self, progress: Progress) -> None:
        """Return when a child has the model; that none has is no fault of a file."""
        if self._process is None:
            self._start()
        try:
            while self._is_loading:
                self._turn(progress)
        except WorkerLostError as error:
            reason = f"the process that loads the model was stopped by {error}"
            raise BundleError(reason) from None

    def _answer(self, name: str, arguments: tuple[object, ...], progress: Progress) -> Any:
        self._heard_s = self._clock.monotonic_s()
        with suppress(OSError):  # it is gone: the next turn says how
            self._connection.send((name, arguments))
        while True:
            answer = self._turn(progress)
            if answer is not None:
                return answer.result

    def _turn(self, progress: Progress) -> _Done | None:
        """Listen for a moment to what the child has to say."""
        message = self._message()
        if message is None:
            self._limit()
            progress(0)
            return None
        self._heard_s = self._clock.monotonic_s()
        if isinstance(message, _Progress):
            progress(message.n_done)
        elif isinstance(message, _Said):
            _LOG.log(message.level, "%s", message.text)
        elif isinstance(message, _Ready):
            self._version, self._is_loading = message.model_version, False
        elif isinstance(message, _Failed):
            if self._is_loading:
                self._kill()
            raise message.error
        elif isinstance(message, _Done):
            return message
        return None

    def _message(self) -> object:
        """What the child said, or None. Raises WorkerLostError where it has ended."""
        try:
            return self._connection.recv() if self._connection.poll(_TURN_S) else None
        except (EOFError, OSError):
            exit_code = self._kill()
            raise WorkerLostError(f"its end ({_status(exit_code)})") from None

    def _limit(self) -> None:
        limits = self._settings.watcher
        if self._clock.monotonic_s() - self._heard_s > limits.time_limit_s:
            self._kill()
            raise WorkerLostError(f"no progress for {limits.time_limit_s:g} s")
        assert self._process is not None
        with suppress(psutil.Error):
            used_mb = psutil.Process(self._process.pid).memory_info().rss / 2**20
            if used_mb > limits.memory_limit_mb:
                self._kill()
                raise WorkerLostError(f"more than {limits.memory_limit_mb:,} MB of memory")

    def _kill(self) -> int | None:
        """End the child at once and say how it ended; the next request starts another."""
        process, self._process, self._is_loading = self._process, None, False
        assert process is not None
        process.kill()
        process.join()
        self._connection.close()
        return process.exitcode


def _status(exit_code: int | None) -> str:
    if exit_code == _OUT_OF_MEMORY:
        return "too little memory"
    if exit_code is not None and exit_code < 0:
        with suppress(ValueError):
            return f"signal {signal.Signals(-exit_code).name}"
    return f"exit status {exit_code}"


@contextmanager
def _terminal_blocked() -> Iterator[None]:
    """Ctrl-C at a terminal, and its end, reach the whole group; what is inherited blocked stays so.

    The daemon alone decides what becomes of the file in work.
    """
    if os.name != "posix":
        yield
        return
    resource_tracker.ensure_running()  # it is started with the first child, and unblocks
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(connection: Connection, settings: Settings) -> None:
    """The child: load, then answer until the daemon has gone."""
    _end_with_the_daemon()
    _log_to(connection)
    with suppress(EOFError, OSError):  # the daemon has gone
        try:
            from results.code_file import prepare_pages  # only the child has the model's libraries
            from watcher.processes.file_processor import FileProcessor

            coder = FileProcessor(settings)
        except Exception as error:
            connection.send(_Failed(_portable(error)))
            return
        connection.send(_Ready(coder.model_version))
        prepare_pages()
        while True:
            name, arguments = connection.recv()
            connection.send(_answer(getattr(coder, name), arguments, connection))


def _answer(
    method: Callable[..., object], arguments: tuple[object, ...], connection: Connection
) -> _Done | _Failed:
    try:
        return _Done(method(*arguments, lambda n_done: connection.send(_Progress(n_done))))
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    except Exception as error:
        return _Failed(_portable(error))


def _portable(error: Exception) -> Exception:
    """The error as one that every process can read."""
    if isinstance(error, IscoError):
        return error
    if isinstance(error, OSError):
        return OSError(error.errno, error.strerror or str(error), error.filename)
    _LOG.error("unexpected error\n%s", traceback.format_exc().rstrip())
    return RuntimeError(f"{type(error).__name__}: {error}")


def _end_with_the_daemon() -> None:
    daemon = multiprocessing.parent_process()
    assert daemon is not None

    def wait() -> None:
        daemon.join()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


class _Handler(logging.Handler):
    """Logs through the daemon: two processes cannot turn over one file."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            self._connection.send(_Said(record.levelno, self.format(record)))


def _log_to(connection: Connection) -> None:
    handler = _Handler(connection)
    for package in PACKAGES:
        logger = logging.getLogger(package)
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
        logger.propagate = False
