"""The daemon's side of the worker process, which holds the model.

A crash, a memory leak or an endless loop ends the worker process and not the daemon. It is killed
when it makes no progress for ``time_limit_s`` or uses more than ``memory_limit_mb``, and the next
file starts a new one. It lives as long as the daemon, so that the model is loaded once.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal

import psutil

from core.corrections.unread_file import UnreadFile
from core.errors import BundleError
from core.files.scratch_folder import ScratchFolder
from core.row_counts import Progress, no_progress
from core.settings import Settings
from results.receipt import AnyReceipt, Identity
from watcher.clock import Clock
from watcher.processes.background import ended_with
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
from watcher.processes.processor import WorkerLostError
from watcher.processes.worker_process import OUT_OF_MEMORY, run_worker

_LOG = logging.getLogger(__name__)
# How often the memory of the worker process is checked and the daemon's heartbeat is due.
_RECEIVE_S = 0.1
_MAX_TURN = 0.1  # of the limit: so much silence at most does one turn count, paused or slow
_SCRATCH = "isco-worker-"


class Worker:
    """A worker process that identifies and codes files, one at a time; see ``Processor``.

    Its errors are raised here: InputError, OSError, BundleError where no model can be loaded, and
    WorkerLostError. ``progress`` is called with 0 while there is only to wait.
    """

    def __init__(self, settings: Settings, *, may_fork: bool = False) -> None:
        """Start the process; it loads the model while the daemon does other things.

        ``may_fork``: whether the first process may be a copy of this one, if this has one thread.
        """
        self._settings = settings
        self._clock = Clock()
        self._model_version: str | None = None
        self._unread_corrections: tuple[UnreadFile, ...] = ()
        self._process: BaseProcess | None = None
        self._is_answering = False  # a request is in progress, and reads the pipe
        self._model_mb = 0.0  # what the process took before the first file
        self._start("fork" if may_fork and _has_one_thread() else "spawn")

    @property
    def model_version(self) -> str | None:
        """The version that coded the last file, None while the first model is loaded.

        Raises BundleError where no model can be loaded. A process that was killed is replaced for
        the next file.
        """
        with suppress(WorkerLostError):
            while self._is_loading and not self._is_answering and self._connection.poll():
                self._receive(no_progress)
        return self._model_version

    @property
    def unread_corrections(self) -> tuple[UnreadFile, ...]:
        """The corrections files that the process could not read when it last read them."""
        return self._unread_corrections

    def prepare(self, progress: Progress) -> None:
        """Return when a process has loaded the model; one that ended while it waited is replaced.

        So what ends a process before it has a file costs no file an attempt.
        """
        if self._process is not None and not self._is_loading and not self._process.is_alive():
            exit_code = self._kill()
            _LOG.warning(
                "the worker process ended while it waited (%s), another one is started",
                _describe(exit_code),
            )
        self._is_answering = True
        try:
            self._wait_until_loaded(progress)
        finally:
            self._is_answering = False

    def identify(self, path: Path, progress: Progress) -> Identity:
        """Return what the file is."""
        identity = self._request(Identify(path), progress)
        assert isinstance(identity, Identity)
        self._model_version = identity.model_version
        return identity

    def work(self, path: Path, staged: Path, identity: Identity, progress: Progress) -> AnyReceipt:
        """Write all results but the receipt into ``staged``; return the receipt."""
        receipt = self._request(Work(path, staged, identity), progress)
        assert isinstance(receipt, AnyReceipt)
        return receipt

    def count_open_answers(self, path: Path, progress: Progress) -> int:
        """Return how many texts a table answers that nobody decided; 0 for one without answers."""
        n_answers = self._request(CountOpenAnswers(path), progress)
        assert isinstance(n_answers, int)
        return n_answers

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._kill()

    def _start(self, method: Literal["fork", "spawn"] = "spawn") -> None:
        """Start a process; a copy has what this one has imported, which saves it a third.

        Raises OSError where the system lets none start; nothing is left of it then.
        """
        try:
            Path.cwd()
        except FileNotFoundError:  # removed while the daemon runs: a process begins in one
            os.chdir("/")
        context = multiprocessing.get_context(method)
        with ExitStack() as on_failure:
            self._scratch = ScratchFolder(Path(tempfile.gettempdir()), _SCRATCH)
            on_failure.callback(self._scratch.remove)
            self._connection, child_connection = context.Pipe()
            on_failure.callback(self._connection.close)
            process = context.Process(  # type: ignore[attr-defined]  # every context has it
                target=run_worker,
                args=(child_connection, self._settings, self._scratch.path),
                name="isco-worker",
                daemon=True,
            )
            with child_connection, _terminal_signals_blocked():
                process.start()
            on_failure.pop_all()
        self._process = process
        self._is_loading = True
        self._note_message()

    def _request(self, request: Request, progress: Progress) -> Result:
        """Send a request and return its result."""
        self._is_answering = True
        try:
            self._wait_until_loaded(progress)
            self._note_message()
            with suppress(OSError):  # the process has ended: _receive raises the reason
                self._connection.send(request)
            while True:
                done = self._receive(progress)
                if done is not None:
                    return done.result
        finally:
            self._is_answering = False

    def _wait_until_loaded(self, progress: Progress) -> None:
        """Return when the model is loaded. BundleError where it is not: no fault of the file."""
        if self._process is None:
            try:
                self._start()
            except OSError as error:
                raise BundleError(f"the worker process cannot start: {error}") from error
        try:
            while self._is_loading:
                self._receive(progress)
        except WorkerLostError as error:
            raise BundleError(f"the model could not be loaded: {error}") from None

    def _receive(self, progress: Progress) -> Done | None:
        """Wait a moment for a message and handle it; return it where it is the answer."""
        message = self._next_message()
        if message is not None:
            self._note_message()
        match message:
            case None:
                self._check_limits()
                progress(0)
            case RecordsDone(n_done):
                progress(n_done)
            case LogLine(level, text):
                for line in text.splitlines():
                    _LOG.log(level, "%s", line)
            case Ready(model_version, unread):
                self._model_version = model_version
                self._unread_corrections = unread
                self._is_loading = False
                self._model_mb = self._used_mb()
            case Failed(error):
                if not self._is_loading:
                    raise error
                self._kill()
                if isinstance(error, BundleError):
                    raise error
                raise BundleError(f"the worker process cannot start: {error}") from error
            case Done():
                self._unread_corrections = message.unread_corrections
                return message
        return None

    def _next_message(self) -> object:
        """Return the next message, None without one. WorkerLostError where the process ended."""
        try:
            return self._connection.recv() if self._connection.poll(_RECEIVE_S) else None
        except (EOFError, OSError):
            exit_code = self._kill()
            raise WorkerLostError(f"the worker process ended ({_describe(exit_code)})") from None

    def _note_message(self) -> None:
        self._silent_s, self._turn_began_s = 0.0, self._clock.monotonic_s()

    def _check_limits(self) -> None:
        limits = self._settings.watcher
        # While the machine or a container is paused, no process could work. A turn may also take
        # long because the daemon looks into a slow share: that counts.
        turn_s = self._clock.monotonic_s() - self._turn_began_s
        self._turn_began_s += turn_s
        self._silent_s += min(turn_s, max(_RECEIVE_S, _MAX_TURN * limits.time_limit_s))
        if self._silent_s > limits.time_limit_s:
            self._kill()
            raise WorkerLostError(
                f"the worker process made no progress for {limits.time_limit_s:g} s and was killed"
            )
        if self._used_mb() > limits.memory_limit_mb:
            alone = "" if self._is_loading else f", the model alone {self._model_mb:,.0f},"
            self._kill()
            raise WorkerLostError(
                f"the worker process used more than {limits.memory_limit_mb:,} MB of memory{alone} "
                "and was killed; if the machine has more, raise watcher.memory_limit_mb in the "
                "settings"
            )

    def _used_mb(self) -> float:
        """Return the memory of the process in MB, 0 where it has just ended."""
        assert self._process is not None
        with suppress(psutil.Error):
            return psutil.Process(self._process.pid).memory_info().rss / 2**20
        return 0.0

    def _kill(self) -> int | None:
        """End the process at once and return its exit code; the next request starts another."""
        process = self._process
        assert process is not None
        self._process = None
        self._is_loading = False
        process.kill()
        process.join()
        self._connection.close()
        self._scratch.remove()
        return process.exitcode


def _has_one_thread() -> bool:
    """Return whether Linux says so: another thread may hold a lock, which a copy never releases."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir()) == 1
    except OSError:
        return False


def _describe(exit_code: int | None) -> str:
    if exit_code == OUT_OF_MEMORY:
        return "too little memory"
    return ended_with(exit_code)


@contextmanager
def _terminal_signals_blocked() -> Iterator[None]:
    """Block SIGINT and SIGHUP, so that a process started meanwhile inherits them blocked.

    A terminal sends them to the whole process group, but the daemon alone decides what happens to
    the file in progress.
    """
    resource_tracker.ensure_running()  # it starts with the first child, and unblocks signals
    blocked_before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked_before)
