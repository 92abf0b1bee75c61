"""The loop: look, claim, code, publish, archive; once, or until told to stop."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout
from watchdog.events import (
    EVENT_TYPE_CLOSED_NO_WRITE,
    EVENT_TYPE_OPENED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from inference.autocoder import open_autocoder
from inference.bundle import Bundle, file_hash
from inference.memory import Memory, scan
from inference.store import Store
from isco.errors import AlreadyRunningError, BundleError, InputError
from isco.settings import Settings
from watcher import inbox as inboxes
from watcher import outbox as outboxes
from watcher.batch import Receipt, batch_id, code_file
from watcher.corrections import holds_corrections, take_corrections
from watcher.inbox import Claim, Stability
from watcher.reporter import Reporter
from watcher.schedule import Schedule

_LOG = logging.getLogger(__name__)
# Its events are hints, and it logs an error when it is stopped between two of them.
logging.getLogger("watchdog").setLevel(logging.CRITICAL)
# With files waiting, the three looks of the quiet time come this often at most.
_MIN_LOOK_INTERVAL_S = 0.05

_READ_ONLY_EVENTS = frozenset({EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE})

Progress = Callable[[Path], AbstractContextManager[Callable[[int], None]]]


class Daemon:
    """Watches one inbox with the model in service, one version to a file.

    ``progress`` opens a display for one file and gives the function that is told how many more of
    its records are done. ``stop`` ends the loop after the file in work. ``schedule`` trains at
    night while the daemon runs.
    """

    def __init__(
        self,
        settings: Settings,
        progress: Progress,
        stop: threading.Event,
        schedule: Schedule | None = None,
    ) -> None:
        """Raises BundleError where there is no model to serve."""
        self._settings, self._progress, self._stop = settings, progress, stop
        self._schedule = schedule
        self._store = Store(settings.output)
        self._model_dir = self._store.served_dir()
        self._autocoder = open_autocoder(Bundle.open(self._model_dir), settings)
        self._inbox, self._outbox = settings.watcher.inbox, settings.watcher.outbox
        self._stability = Stability(settings.watcher.quiet_s)
        self._status = Reporter(self._outbox, settings.watcher.poll_s, schedule)
        self._wake = threading.Event()
        self._held: list[Claim] = []  # ours and not finished: tried again at every look

    def run(self, once: bool = False) -> None:
        """Work until ``stop`` is set; with ``once``, until the inbox is empty.

        Raises AlreadyRunningError where another daemon on this machine watches the inbox.
        """
        for folder in (self._inbox, self._outbox):
            folder.mkdir(parents=True, exist_ok=True)
        with _host_lock(self._inbox):
            self._status.start(self.model_version)
            self._held = inboxes.claims(self._inbox)
            for held in self._held:
                _LOG.info("%r: taken up again after an interruption", held.name)
            observer = self._start_observer()
            if self._schedule is not None:
                self._schedule.start()
            try:
                self._loop(once)
                self._status.stop()
            finally:
                if self._schedule is not None:
                    self._schedule.stop()
                if observer is not None:
                    observer.stop()
                    observer.join()

    def _loop(self, once: bool) -> None:
        quiet_s = self._settings.watcher.quiet_s
        while not self._stop.is_set():
            for held in list(self._held):
                self._settle(held)
            for name in self._look():
                if self._stop.is_set():
                    return
                self._take(name)
            self._status.flush()
            waiting = self._stability.n_waiting + len(self._held)
            if once and not waiting:
                return
            pause_s = min(self._settings.watcher.poll_s, quiet_s / 3) if waiting else None
            self._wake.wait(max(_MIN_LOOK_INTERVAL_S, pause_s or self._settings.watcher.poll_s))
            self._wake.clear()
            self._stop.wait(_MIN_LOOK_INTERVAL_S)  # a storm of events is one look

    def _look(self) -> list[str]:
        """The whole files, oldest first; none where the inbox cannot be listed."""
        try:
            listing = inboxes.look(self._inbox)
        except OSError as error:
            if self._status.share_down(error):
                _LOG.warning("the inbox cannot be read, looking again and again: %s", error)
            return []
        now_s = time.monotonic()
        whole = self._stability.observe(listing, now_s)
        self._status.looked(self._stability.waits(now_s), self.model_version)
        return whole

    def _take(self, name: str) -> None:
        """Take hold of a whole file and work on it; one that cannot be taken waits."""
        try:
            claimed = inboxes.claim(self._inbox, name)
        except OSError as error:
            if self._status.refused(name, error):
                _LOG.warning("%r: it cannot be taken, trying again and again: %s", name, error)
            return
        if claimed is not None:
            self._held.append(claimed)
            self._settle(claimed)

    @property
    def model_version(self) -> str:
        """The version that codes the next file."""
        return self._autocoder.version

    def wake(self) -> None:
        """Look now instead of at the next turn."""
        self._wake.set()

    def _settle(self, held: Claim) -> None:
        if self._stop.is_set():
            return
        self._status.working(held)
        try:
            is_done = self._work(held)
        except OSError as error:  # it could not even be rejected
            is_done = self._keep(held, error)
        self._status.left(held, is_done)
        if is_done:
            self._held.remove(held)

    def _keep(self, held: Claim, error: OSError) -> bool:
        """A passing fault: False, the file is not done."""
        if self._status.kept(held, error):
            _LOG.warning("%r: %s; it is kept and tried again and again", held.name, error)
        return False

    def _work(self, held: Claim) -> bool:
        """Bring one claimed file to its end; whatever is wrong with it stays with it.

        False where it must be tried again: a passing fault, or somebody is still writing to it.
        """
        try:
            self._refresh_model()
            self._refresh_memory()
            return self._code(held)
        except InputError as error:
            self._reject(held, str(error))
        except OSError as error:
            if not held.path.exists():
                _LOG.warning("%r: deleted by somebody while it was in work", held.name)
                return True
            return self._keep(held, error)
        except Exception as error:
            _LOG.exception("%r: unexpected error", held.name)
            reason = f"{held.name!r}: the program failed on it ({type(error).__name__}: {error}). "
            self._reject(held, reason + "This is a fault of the program: please report it.")
        return True

    def _code(self, held: Claim) -> bool:
        if holds_corrections(held.path, self._settings):
            return self._learn(held)
        known_id = batch_id(file_hash(held.path), self._autocoder, self._settings)
        published = outboxes.find(self._outbox, known_id)
        if published is not None:
            answer = f"same content as before, the results are in {outboxes.shown(published)}"
        else:
            with (
                outboxes.staging(self._outbox, held.id) as staged,
                self._progress(held.path) as advance,
            ):
                receipt = code_file(
                    held.path, staged, self._autocoder, self._settings, self._counted(advance)
                )
                if file_hash(held.path) != receipt.sha256:
                    _LOG.info("%r: still being written, begun again", held.name)
                    return False
                published = outboxes.publish(staged, self._outbox, held.name, receipt.batch_id)
            answer = f"{summary(receipt)} → {outboxes.shown(published)}"
        return self._finish(held, answer)

    def _learn(self, held: Claim) -> bool:
        memory = self._autocoder.memory
        with outboxes.staging(self._outbox, held.id) as staged:
            receipt = take_corrections(held.path, staged, memory, self._settings)
            published = outboxes.publish(staged, self._outbox, held.name, receipt.batch_id)
        verdicts = ", ".join(f"{n} {verdict}" for verdict, n in receipt.verdicts.items() if n)
        return self._finish(held, f"corrections, {verdicts} → {outboxes.shown(published)}")

    def _counted(self, advance: Callable[[int], None]) -> Callable[[int], None]:
        def count(n_done: int) -> None:
            advance(n_done)
            self._status.progress(n_done)

        return count

    def _finish(self, held: Claim, answer: str) -> bool:
        """The results are safe: say so, and put the input away."""
        _LOG.info("%r: %s", held.name, answer)
        self._status.answered(held.name, answer)
        outboxes.archive(held.path, self._settings.watcher.archive_dir)
        held.release()
        return True

    def _refresh_model(self) -> None:
        """Take in the version in service: a file keeps one version throughout.

        One that cannot be loaded is refused, once, and the one before goes on serving.
        """
        try:
            model_dir = self._store.served_dir()
            if model_dir == self._model_dir:
                return
            self._model_dir = model_dir
            memory = self._autocoder.memory
            self._autocoder = open_autocoder(Bundle.open(model_dir), self._settings, memory)
            _LOG.info("now serving model %s", self._autocoder.version)
        except BundleError as error:
            _LOG.error("model %s goes on serving: %s", self._autocoder.version, error)

    def _refresh_memory(self) -> None:
        """Take in corrections that came since the last file: a file keeps one memory throughout."""
        data = self._settings.data
        if scan(data.corrections_dir) == self._autocoder.memory.fingerprint:
            return
        try:
            self._autocoder.memory = Memory.load(data.corrections_dir, data.columns)
        except InputError as error:
            _LOG.warning("corrections as before, a file of them cannot be read: %s", error)

    def _reject(self, held: Claim, reason: str) -> None:
        target = outboxes.reject(held.path, self._settings.watcher.rejected_dir, reason)
        held.release()
        self._status.rejected(held.name, reason)
        _LOG.warning("rejected %s (moved to %s)", reason, outboxes.shown(target))

    def _start_observer(self) -> BaseObserver | None:
        observer = Observer()
        try:
            observer.schedule(_Waker(self.wake), str(self._inbox), recursive=False)
            observer.start()
        except OSError as error:
            _LOG.warning("no file events here (%s): looking every few seconds instead", error)
            return None
        return observer


class _Waker(FileSystemEventHandler):
    """Whatever changes in the inbox is a reason to look; that it was read (by us) is not."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in _READ_ONLY_EVENTS:
            self._wake()


def _host_lock(inbox: Path) -> FileLock:
    """One daemon per inbox on this machine; held until the process ends, however it ends."""
    key = sha256(str(inbox.resolve()).encode()).hexdigest()[:16]
    lock = FileLock(Path(tempfile.gettempdir()) / f"isco-{key}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunningError(
            f"another daemon already watches {str(inbox)!r} on this machine"
        ) from None
    return lock


def summary(receipt: Receipt) -> str:
    """One line about a batch: rows, seconds, rows/s, share autocoded, what is left to do."""
    n, seconds = receipt.n_rows_out, max(receipt.seconds, 0.001)
    share = receipt.n_autocoded / n if n else 0.0
    return (
        f"{n:,} rows in {seconds:.2f} s ({n / seconds:,.0f} rows/s), {share:.1%} autocoded, "
        f"{receipt.n_review_texts:,} text{'' if receipt.n_review_texts == 1 else 's'} to review"
    )
