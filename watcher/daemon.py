"""The loop: look, take, go on with what is in hand; once, or until told to stop.

Every turn does all that is due. Who looks is in ``lookout.py``, what is in hand in
``holdings.py``, and what is done to a file in ``passage.py``.
"""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress

from core.errors import AlreadyRunningError, BundleError, StatusError
from core.settings import Settings
from watcher.clock import Clock, back_off_s
from watcher.filesystem import Filesystem
from watcher.intake.active_claims import ActiveClaim, ActiveClaims
from watcher.intake.file_events import FileEvents
from watcher.intake.folder_checks import Folders
from watcher.intake.polling import MIN_INTERVAL_S, InboxPoller
from watcher.pipeline import Pipeline, Processor, Progress, ShutdownError
from watcher.processes.explainer import Explainer
from watcher.processes.scheduler import NightlyScheduler
from watcher.status.status import MAIN, Health, judge, read_status
from watcher.status.writer import StatusWriter

_LOG = logging.getLogger(__name__)
_MAX_PAUSE_S = 60.0  # while the disk is full
# So many files may wait in their claims to be hashed once more.
_MAX_UNSETTLED = 64


class Daemon:
    """Watches one inbox, beside others or alone.

    ``progress``: see ``Pipeline``. ``stop`` ends the loop after the file in work, ``halt`` besides
    in the middle of it. ``schedule`` trains at night while the daemon runs, ``explainer`` explains
    what was published. ``name`` tells several daemons on one inbox apart.
    """

    def __init__(
        self,
        settings: Settings,
        worker: Processor,
        progress: Progress,
        stop: threading.Event,
        schedule: NightlyScheduler | None = None,
        explainer: Explainer | None = None,
        *,
        halt: threading.Event | None = None,
        name: str = MAIN,
        files: Filesystem | None = None,
        clock: Clock | None = None,
    ) -> None:
        watched, files, clock = settings.watcher, files or Filesystem(), clock or Clock()
        self._settings, self._worker, self._name, self._clock = watched, worker, name, clock
        self._stop, self._halt = stop, halt or threading.Event()
        self._schedule, self._explainer = schedule, explainer
        self._folders = Folders(watched, files, name)
        self._status = StatusWriter(watched.outbox, watched.poll_s, schedule, clock, name)
        self._lookout = InboxPoller(watched, self._folders, files, clock, self._status)
        self._holdings = ActiveClaims(watched, files, clock, name)
        self._passage = Pipeline(
            watched, worker, progress, self._breathe, self._folders, files, clock, self._status,
            explainer,
        )  # fmt: skip
        self._wake = threading.Event()
        self._n_faults, self._paused_until_s = 0, 0.0  # passing faults in a row

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
            waker = FileEvents(self._settings.inbox, self.wake)
            waker.start()
            if self._schedule is not None:
                self._schedule.start()
            try:
                with suppress(ShutdownError):
                    self._loop(once)
                self._status.stop()
                if self._explainer is not None and once:
                    self._explainer.finish(self._stop)
            finally:
                if self._explainer is not None:
                    self._explainer.stop()
                if self._schedule is not None:
                    self._schedule.stop()
                waker.stop()

    def start(self) -> None:
        """Try the ground, and say that we are here."""
        with suppress(OSError):  # the share is away: the loop waits for it
            self._folders.require()
            self._refuse_a_namesake()
        self._status.start(self.model_version)

    def _refuse_a_namesake(self) -> None:
        """Raise AlreadyRunningError where a daemon of our name lives on another machine."""
        try:
            status = read_status(self._settings.outbox, self._name)
        except StatusError:
            return
        alive = (Health.WELL, Health.SHARE_DOWN, Health.PAUSED)
        if status.host != socket.gethostname() and judge(status, self._clock.now()).health in alive:
            raise AlreadyRunningError(
                f"another daemon watches {str(self._settings.inbox)!r} from {status.host}; stop it "
                "and wait a minute, or give this one a name: isco watch --worker NAME"
            )

    def _loop(self, once: bool) -> None:
        while not self._stop.is_set():
            self.tick()
            if once and self._lookout.blind is not None:
                raise self._lookout.blind
            if once and not self._holdings and not self._lookout.stability.n_waiting:
                return
            rest_s = self._next_due_s() - self._clock.monotonic_s()
            self._clock.wait(self._wake, max(rest_s, 0.0))
            if self._wake.is_set():
                self._wake.clear()
                self._lookout.soon()
            self._clock.wait(self._stop, MIN_INTERVAL_S)  # a storm of events is one look

    def _next_due_s(self) -> float:
        due = [self._lookout.next_s]
        if self._holdings:
            first_s = max(self._holdings.first_due_s, self._paused_until_s)
            due += [self._holdings.next_beat_s, first_s]
        return min(due)

    def tick(self) -> None:
        """One turn: look if it is time, and do what is due until the next look is."""
        if self._lookout.is_due:
            self._look()
        if self._lookout.blind is not None:
            return
        self._holdings.beat()
        self._holdings.recover()
        for held in self._holdings.due():
            if self._is_free() and not held.claim.attempts:
                self._settle(held)
        while self._lookout.whole and self._is_free() and len(self._holdings) < _MAX_UNSETTLED:
            self._take(self._lookout.whole.pop(0))
            if self._lookout.is_due:
                break
        # What stopped a worker before comes after all that did not.
        for held in self._holdings.due():
            if self._is_free() and not self._lookout.whole:
                self._settle(held)
        self._status.flush()
        if self._explainer is not None:
            self._explainer.check()

    def _is_free(self) -> bool:
        """Whether the next file may be begun."""
        paused = self._clock.monotonic_s() < self._paused_until_s
        return not (paused or self._stop.is_set() or self._lookout.blind)

    def _look(self) -> None:
        self._lookout.look(bool(self._holdings), self.model_version)

    def _breathe(self) -> None:
        """What cannot wait while a long file is in work: looks, the heartbeat, the end."""
        if self._halt.is_set():
            raise ShutdownError
        if self._lookout.is_due:
            self._look()
        self._holdings.beat()

    def _take(self, name: str) -> None:
        """Take hold of a whole file and work on it; one that cannot be taken waits."""
        stability = self._lookout.stability
        try:
            held = self._holdings.take(name)
        except OSError as error:
            stability.restart(name)
            if self._status.refused(name, error):
                _LOG.warning("%r: it cannot be taken, trying again and again: %s", name, error)
            return
        stability.forget(name)
        if held is not None:
            self._settle(held)

    def _settle(self, held: ActiveClaim) -> None:
        """Bring a claimed file as far as it goes now; whatever is wrong with it stays with it."""
        self._status.working(held.claim)
        try:
            is_done = self._passage.go_on(held)
        except (OSError, BundleError) as error:
            is_done = self._passage.is_lost(held) or self._keep(held, error)
        else:
            self._n_faults = 0
        self._status.left(held.claim, is_done)
        if is_done:
            self._holdings.drop(held)

    def _keep(self, held: ActiveClaim, error: Exception) -> bool:
        """A passing fault: False, the file is tried again, and the others not at once either."""
        now_s, poll_s = self._clock.monotonic_s(), self._settings.poll_s
        held.n_faults += 1
        self._n_faults += 1
        held.due_s = now_s + back_off_s(poll_s, held.n_faults, _MAX_PAUSE_S)
        self._paused_until_s = now_s + back_off_s(poll_s, self._n_faults, _MAX_PAUSE_S)
        if self._status.kept(held.claim, error):
            _LOG.warning("%r: %s; it is kept and tried again and again", held.claim.name, error)
        return False
