"""The loop: look, claim, code, publish, archive, recover; once, or until told to stop.

Every turn does all that is due. A claimed file goes through ``_settle`` as often as it takes; each
step of it can be the last one of this process, and the next worker goes on from what lies there.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from watchdog.events import (
    EVENT_TYPE_CLOSED_NO_WRITE,
    EVENT_TYPE_OPENED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from isco.errors import AlreadyRunningError, BundleError, FolderError, InputError, StatusError
from isco.settings import Settings
from watcher import archive, claims, outbox
from watcher.claims import MAX_ATTEMPTS, Claim, Leases
from watcher.clock import Clock
from watcher.explainer import Explainer
from watcher.files import Files
from watcher.folders import Folders
from watcher.inbox import Stability, look
from watcher.outbox import shown
from watcher.receipt import AnyReceipt, Identity
from watcher.reporter import Reporter
from watcher.schedule import Schedule
from watcher.status import MAIN, Health, judge, read_status
from watcher.worker import WorkerLostError

_LOG = logging.getLogger(__name__)
# Its events are hints, and it logs an error when it is stopped between two of them.
logging.getLogger("watchdog").setLevel(logging.CRITICAL)
# With files waiting, the three looks of the quiet time come this often at most.
_MIN_LOOK_INTERVAL_S = 0.05
# While the share is away, or the disk is full: from every look to this.
_MAX_BLIND_S, _MAX_PAUSE_S = 15.0, 60.0
# So many files may wait in their claims to be hashed once more.
_MAX_UNSETTLED = 64

_READ_ONLY_EVENTS = frozenset({EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE})

Progress = Callable[[Path], AbstractContextManager[Callable[[int], None]]]


class Workshop(Protocol):
    """Who makes results of a file: ``Worker``, or ``Coder`` without a process of its own."""

    @property
    def model_version(self) -> str:
        """The version in service; BundleError where there was none to begin with."""

    def identify(self, path: Path, progress: Callable[[int], None]) -> Identity:
        """What the file is. Raises InputError, BundleError, WorkerLostError."""

    def work(
        self, path: Path, staged: Path, identity: Identity, progress: Callable[[int], None]
    ) -> AnyReceipt:
        """Everything but the receipt into ``staged``; errors as above."""


@dataclass
class _Held:
    """A claim of ours and what this life of the daemon knows of it."""

    claim: Claim
    sha256: str = ""  # of the content that was found last
    is_closed: bool = False  # the kernel vouched for that content
    had_more_time: bool = False
    due_s: float = 0.0  # not to be looked at before
    n_faults: int = 0  # passing ones
    loss: str = ""  # what ended the attempt before


class Daemon:
    """Watches one inbox, beside others or alone.

    ``progress`` opens a display for one file and gives the function that is told how many more of
    its records are done. ``stop`` ends the loop after the file in work. ``schedule`` trains at
    night while the daemon runs, ``explainer`` explains what was published. ``name`` tells several
    daemons on one inbox apart.
    """

    def __init__(
        self,
        settings: Settings,
        worker: Workshop,
        progress: Progress,
        stop: threading.Event,
        schedule: Schedule | None = None,
        explainer: Explainer | None = None,
        *,
        name: str = MAIN,
        files: Files | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings, self._worker, self._progress = settings.watcher, worker, progress
        self._stop, self._schedule, self._name = stop, schedule, name
        self._explainer = explainer
        self._files, self._clock = files or Files(), clock or Clock()
        self._folders = Folders(settings.watcher, self._files, name)
        self._inbox, self._outbox = settings.watcher.inbox, settings.watcher.outbox
        self._stability = Stability(settings.watcher.quiet_s)
        self._leases = Leases(self._files, settings.watcher.heartbeat_s)
        self._status = Reporter(self._outbox, settings.watcher.poll_s, schedule, self._clock, name)
        self._wake = threading.Event()
        self._held: list[_Held] = []
        self._whole: list[str] = []
        self._told: set[str] = set()  # files that are held in the inbox
        self._blind: Exception | None = None  # why the last look failed
        self._n_blind = self._n_faults = 0  # in a row
        self._next_look_s = self._next_beat_s = self._next_recovery_s = self._paused_until_s = 0.0

    @property
    def model_version(self) -> str:
        """The version that codes the next file."""
        return self._worker.model_version

    def wake(self) -> None:
        """Look now instead of at the next turn."""
        self._wake.set()

    def run(self, once: bool = False) -> None:
        """Work until ``stop`` is set; with ``once``, until the inbox is empty.

        Raises AlreadyRunningError where another daemon of this name watches the inbox, FolderError
        where a folder cannot be worked in; with ``once``, OSError where a share is away.
        """
        with self._folders.lock():
            self.start()
            observer = self._start_observer()
            if self._schedule is not None:
                self._schedule.start()
            try:
                self._loop(once)
                self._status.stop()
                if self._explainer is not None and once:
                    self._explainer.finish()
            finally:
                if self._explainer is not None:
                    self._explainer.stop()
                if self._schedule is not None:
                    self._schedule.stop()
                if observer is not None:
                    observer.stop()
                    observer.join()

    def start(self) -> None:
        """Try the ground, and say that we are here."""
        with suppress(OSError):  # the share is away: the loop waits for it
            self._folders.require()
            self._refuse_a_namesake()
        self._status.start(self.model_version)

    def _refuse_a_namesake(self) -> None:
        """Raise AlreadyRunningError where a daemon of our name lives on another machine."""
        try:
            status = read_status(self._outbox, self._name)
        except StatusError:
            return
        alive = (Health.WELL, Health.SHARE_DOWN, Health.PAUSED)
        if status.host != socket.gethostname() and judge(status, self._clock.now()).health in alive:
            raise AlreadyRunningError(
                f"another daemon watches {str(self._inbox)!r} from {status.host}; stop it and wait "
                "a minute, or give this one a name: isco watch --worker NAME"
            )

    def _loop(self, once: bool) -> None:
        while not self._stop.is_set():
            self.tick()
            if once and self._blind is not None:
                raise self._blind
            if once and not self._held and not self._stability.n_waiting:
                return
            rest_s = self._next_due_s() - self._clock.monotonic_s()
            self._clock.wait(self._wake, max(rest_s, 0.0))
            if self._wake.is_set():
                self._wake.clear()
                self._next_look_s = min(self._next_look_s, self._clock.monotonic_s())
            self._clock.wait(self._stop, _MIN_LOOK_INTERVAL_S)  # a storm of events is one look

    def _next_due_s(self) -> float:
        due = [self._next_look_s]
        if self._held:
            first = min(held.due_s for held in self._held)
            due += [self._next_beat_s, max(first, self._paused_until_s)]
        return min(due)

    def tick(self) -> None:
        """One turn: look if it is time, and do what is due until the next look is."""
        if self._clock.monotonic_s() >= self._next_look_s:
            self._look()
        if self._blind is not None:
            return
        self._beat()
        self._recover()
        for held in self._due():
            if self._is_free() and not held.claim.attempts:
                self._settle(held)
        while self._whole and self._is_free() and len(self._held) < _MAX_UNSETTLED:
            self._take(self._whole.pop(0))
            if self._clock.monotonic_s() >= self._next_look_s:
                break
        # What stopped a worker before comes after all that did not.
        for held in self._due():
            if self._is_free() and not self._whole:
                self._settle(held)
        self._status.flush()
        if self._explainer is not None:
            self._explainer.check()

    def _is_free(self) -> bool:
        """Whether the next file may be begun."""
        paused = self._clock.monotonic_s() < self._paused_until_s
        return not (paused or self._stop.is_set() or self._blind)

    def _look(self) -> None:
        """See what is there; where the inbox cannot be listed, less and less often."""
        now_s = self._clock.monotonic_s()
        try:
            self._folders.require()
            listing = look(self._files, self._inbox)
        except (OSError, FolderError) as error:
            self._whole, self._blind = [], error
            self._n_blind += 1
            self._next_look_s = now_s + _back_off_s(
                self._settings.poll_s, self._n_blind, _MAX_BLIND_S
            )
            if self._status.share_down(error):
                _LOG.warning("the folders cannot be read, looking again and again: %s", error)
            return
        if self._blind is not None:
            _LOG.info("the folders can be read again")
        self._blind, self._n_blind = None, 0
        self._whole = self._stability.observe(listing, now_s)
        for name in listing.held.keys() - self._told:
            _LOG.warning("%r is held: %s", name, listing.held[name])
        self._told = set(listing.held)
        self._status.looked(self._stability.waits(now_s), self.model_version)
        is_waiting = bool(self._held) or bool(self._stability.n_waiting)
        often_s = min(self._settings.poll_s, self._settings.quiet_s / 3)
        interval_s = max(often_s, _MIN_LOOK_INTERVAL_S) if is_waiting else self._settings.poll_s
        self._next_look_s = now_s + interval_s

    def _breathe(self) -> None:
        """What cannot wait while a long file is in work: looks, and the heartbeat."""
        if self._clock.monotonic_s() >= self._next_look_s:
            self._look()
        self._beat()

    def _beat(self) -> None:
        """Show the others that we live."""
        now_s = self._clock.monotonic_s()
        if now_s < self._next_beat_s:
            return
        self._next_beat_s = now_s + self._settings.heartbeat_s
        for held in self._held:
            self._leases.beat(held.claim)

    def _recover(self) -> None:
        """Take up what an earlier life of ours has left, and take over from the dead."""
        now_s = self._clock.monotonic_s()
        if now_s < self._next_recovery_s:
            return
        self._next_recovery_s = now_s + self._settings.heartbeat_s
        ours = {held.claim.folder for held in self._held}
        try:
            found = [c for c in claims.claims(self._files, self._inbox) if c.folder not in ours]
            others = [claim for claim in found if claim.worker != self._name]
            left = [claim for claim in found if claim.worker == self._name]
            for claim in left + self._leases.lapsed(others, now_s):
                self._take_over(claim)
        except OSError as error:
            _LOG.warning("what was left in work cannot be taken up, trying again: %s", error)

    def _take_over(self, claim: Claim) -> None:
        mine = claims.steal(self._files, claim, self._name)
        if mine is None:
            return
        if claims.is_empty(mine):
            folders = (self._settings.archive_dir, self._settings.rejected_dir)
            archive.go_on(self._files, mine, folders)
            self._let_go(mine)
            return
        _LOG.info("%r: taken up again after an interruption", mine.name)
        self._held.append(_Held(mine))

    def _due(self) -> list[_Held]:
        """What can be gone on with, the least tried first: no file holds up the others."""
        now_s = self._clock.monotonic_s()
        due = [held for held in self._held if held.due_s <= now_s]
        return sorted(due, key=lambda held: (held.claim.attempts, held.n_faults, held.due_s))

    def _take(self, name: str) -> None:
        """Take hold of a whole file and work on it; one that cannot be taken waits."""
        try:
            claim = claims.take(self._files, self._inbox, name, self._name)
        except OSError as error:
            self._stability.restart(name)
            if self._status.refused(name, error):
                _LOG.warning("%r: it cannot be taken, trying again and again: %s", name, error)
            return
        self._stability.forget(name)
        if claim is not None:
            held = _Held(claim)
            self._held.append(held)
            self._settle(held)

    def _settle(self, held: _Held) -> None:
        """Bring a claimed file as far as it goes now; whatever is wrong with it stays with it."""
        self._status.working(held.claim)
        try:
            is_done = self._go_on(held)
        except (OSError, BundleError) as error:
            is_done = self._is_lost(held) or self._keep(held, error)
        else:
            self._n_faults = 0
        self._status.left(held.claim, is_done)
        if is_done:
            self._held.remove(held)

    def _is_lost(self, held: _Held) -> bool:
        """Whether the file is ours no more."""
        claim = held.claim
        try:
            self._folders.require()
            if claim.name in self._files.names(claim.folder):
                return False
            _LOG.warning("%r: deleted by somebody while it was in work", claim.name)
            self._let_go(claim)
        except FileNotFoundError:
            _LOG.info("%r: another daemon has taken it over", claim.name)
        except (OSError, FolderError):
            return False  # the share is away: nothing can be said
        return True

    def _keep(self, held: _Held, error: Exception) -> bool:
        """A passing fault: False, the file is tried again, and the others not at once either."""
        now_s, poll_s = self._clock.monotonic_s(), self._settings.poll_s
        held.n_faults += 1
        self._n_faults += 1
        held.due_s = now_s + _back_off_s(poll_s, held.n_faults, _MAX_PAUSE_S)
        self._paused_until_s = now_s + _back_off_s(poll_s, self._n_faults, _MAX_PAUSE_S)
        if self._status.kept(held.claim, error):
            _LOG.warning("%r: %s; it is kept and tried again and again", held.claim.name, error)
        return False

    def _go_on(self, held: _Held) -> bool:
        """Whether the file has come to its end."""
        claim = held.claim
        reason = archive.doomed(self._files, claim)
        if reason:
            return self._reject(held, reason)
        if not self._is_settled(held):
            return False
        if claim.attempts or held.n_faults:
            published = outbox.find_claim(self._files, self._outbox, claim.name, claim.id)
            if published is not None:
                return self._finish(held, f"the results are in {shown(published)}")
        if claim.attempts >= MAX_ATTEMPTS:
            last = f", the last time by {held.loss}" if held.loss else ""
            return self._reject(
                held,
                f"{claim.name!r}: it stopped the worker three times{last}. Divide it into smaller "
                "files, and drop them one by one to find the part that does it.",
            )
        held.claim = claims.begin(self._files, claim)
        try:
            answer = self._attempt(held)
        except InputError as error:
            if held.is_closed or held.had_more_time:
                return self._reject(held, str(error))
            # One that is cut off may still be growing: nothing is said of it yet.
            held.had_more_time, answer = True, ""
            held.due_s = self._clock.monotonic_s() + self._settings.quiet_s
        except (OSError, BundleError):
            held.claim = claims.rest(self._files, held.claim)
            raise
        except WorkerLostError as error:
            held.loss = str(error)
            self._status.kept(held.claim, error)
            _LOG.warning("%r: attempt %d of 3: %s", claim.name, held.claim.attempts, error)
            return False
        except Exception as error:
            _LOG.exception("%r: unexpected error", claim.name)
            reason = f"{claim.name!r}: the program failed on it ({error}). "
            return self._reject(held, reason + "This is a fault of the program: please report it.")
        if not answer:
            held.claim = claims.rest(self._files, held.claim)
            return False
        return self._finish(held, answer)

    def _is_settled(self, held: _Held) -> bool:
        """Whether the content is final: the kernel vouches for it, or it stood a second hash."""
        is_closed = self._files.is_closed(held.claim.path)
        sha256 = self._files.hash(held.claim.path, self._breathe)
        if sha256 == held.sha256:
            return True
        held.sha256, held.is_closed = sha256, is_closed
        if not is_closed:
            held.due_s = self._clock.monotonic_s() + self._settings.quiet_s
        return is_closed

    def _attempt(self, held: _Held) -> str:
        """Publish the results and say so, or ``""`` where the content has changed meanwhile."""
        files, claim = self._files, held.claim
        identity = self._worker.identify(claim.path, self._counted(lambda n_done: None))
        if identity.sha256 != held.sha256:
            return self._begin_again(held)
        published = outbox.find(files, self._outbox, identity.batch_id)
        if published is not None:
            held.claim = claims.rest(files, claim)
            return f"same content as before, the results are in {shown(published)}"
        with (
            outbox.staging(files, self._outbox, claim.folder.name) as staged,
            self._progress(claim.path) as advance,
        ):
            receipt = self._worker.work(claim.path, staged, identity, self._counted(advance))
            if files.hash(claim.path, self._breathe) != held.sha256:
                return self._begin_again(held)
            published = self._publish(claim, staged, receipt)
        return f"{receipt.summary()} → {shown(published)}"

    def _publish(self, claim: Claim, staged: Path, receipt: AnyReceipt) -> Path:
        receipt.claim = claim.id
        if self._explainer is not None:
            self._explainer.ask()
        outbox.complete(self._files, staged, receipt, self._breathe)
        self._folders.require()
        self._files.status(claim.path)  # FileNotFoundError: it is ours no more
        return outbox.publish(self._files, staged, self._outbox, receipt)

    def _begin_again(self, held: _Held) -> str:
        _LOG.info("%r: still being written, begun again", held.claim.name)
        held.sha256 = ""
        return ""

    def _counted(self, advance: Callable[[int], None]) -> Callable[[int], None]:
        def count(n_done: int) -> None:
            if n_done:
                advance(n_done)
                self._status.progress(n_done)
            self._breathe()

        return count

    def _finish(self, held: _Held, answer: str) -> bool:
        """The results are safe: say so, and put the input away."""
        _LOG.info("%r: %s", held.claim.name, answer)
        archive.archive(self._files, held.claim, self._settings.archive_dir, self._breathe)
        self._status.answered(held.claim.name, answer)
        self._let_go(held.claim)
        return True

    def _reject(self, held: _Held, reason: str) -> bool:
        files, claim = self._files, held.claim
        archive.doom(files, claim, reason)
        target = archive.reject(files, claim, self._settings.rejected_dir, reason, self._breathe)
        self._status.rejected(claim.name, reason)
        _LOG.warning("rejected %s (moved to %s)", reason, shown(target))
        self._let_go(claim)
        return True

    def _let_go(self, claim: Claim) -> None:
        """Remove what is left of a claim that has come to its end."""
        outbox.clear(self._files, self._outbox, claim.id)
        claims.release(self._files, claim)

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


def _back_off_s(first_s: float, n_times: int, most_s: float) -> float:
    """The wait after the n-th failure in a row: doubled every time, up to a limit."""
    return min(first_s * 2.0 ** min(n_times - 1, 32), most_s)
