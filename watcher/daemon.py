"""The loop of the daemon: poll the inbox, claim stable files, process them.

Where to read on: ``intake/polling.py`` finds stable files, ``intake/active_claims.py`` claims them
and takes over from dead daemons, ``pipeline.py`` processes one of them.
"""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack, suppress

from core.errors import AlreadyRunningError, FolderError, IscoError
from watcher.clock import back_off_s
from watcher.display import ProgressDisplay, no_display
from watcher.environment import Environment
from watcher.hooks.hooks import Hooks
from watcher.intake.active_claims import ActiveClaim, ActiveClaims
from watcher.intake.claims import StillOpenError, UnreadableError
from watcher.intake.file_events import FileEvents
from watcher.intake.folder_checks import Folders
from watcher.intake.polling import MIN_INTERVAL_S, InboxPoller
from watcher.lasting_faults import ClaimErrors, raise_lasting_faults, raise_lasting_pause
from watcher.outcome import Outcome
from watcher.pause import MAX_PAUSE_S, Pause
from watcher.pipeline import Pipeline
from watcher.processes.explainer import Explainer
from watcher.processes.processor import Processor
from watcher.processes.scheduler import NightlyScheduler
from watcher.retention.left_over import remove_left_over
from watcher.signals import Shutdown, ShutdownError
from watcher.status.same_name import refuse_same_name
from watcher.status.standing_warnings import StandingWarnings
from watcher.status.writer import StatusWriter

_LOG = logging.getLogger(__name__)
# The number of claimed files that may wait for their second hash. Files with a fault do not count:
# they may wait for long, and must not keep others from being claimed.
_MAX_UNSETTLED = 64


class Daemon:
    """Watches one inbox, alone or beside other daemons.

    Parameters
    ----------
    processor : makes the results of a file.
    shutdown : tells the loop when to end.
    display : see ``Pipeline``.
    scheduler : runs the nightly training while the daemon runs.
    explainer : explains batches after they are published.
    """

    def __init__(
        self,
        environment: Environment,
        processor: Processor,
        shutdown: Shutdown,
        *,
        display: ProgressDisplay = no_display,
        scheduler: NightlyScheduler | None = None,
        explainer: Explainer | None = None,
    ) -> None:
        self._environment = environment
        self._settings = environment.settings
        self._clock = environment.clock
        self._processor = processor
        self._shutdown = shutdown
        self._scheduler = scheduler
        self._explainer = explainer
        self._folders = Folders(environment)
        self._hooks = Hooks(environment)
        self._status = StatusWriter(environment, scheduler, self._hooks)
        self._warnings = StandingWarnings(environment, processor)
        self._poller = InboxPoller(environment, self._folders, self._status)
        self._active_claims = ActiveClaims(environment, self._folders)
        self._pipeline = Pipeline(
            environment,
            self._folders,
            processor,
            self._status,
            display,
            self._on_progress,
            self._hooks,
        )
        self._wake = threading.Event()
        self._pause = Pause(environment, self._folders, self._status)
        self._claim_errors = ClaimErrors()
        self._is_admitted = False

    def wake(self) -> None:
        """Poll now instead of at the next turn."""
        self._wake.set()

    def run(self, once: bool = False) -> None:
        """Work until ``shutdown`` is set; with ``once``, until the inbox is empty.

        Raises AlreadyRunningError where another daemon of this name watches the inbox, FolderError
        where a folder cannot be used; with ``once``, OSError where a share is unavailable, and
        UnfinishedError or BundleError where what is left fails again and again.
        """
        with self._folders.lock(), ExitStack() as at_end:
            self.start()
            self._hooks.start()
            at_end.callback(self._hooks.stop)
            file_events = FileEvents(self._settings.inbox, self.wake)
            file_events.start()
            at_end.callback(file_events.stop)
            if self._scheduler is not None:
                self._scheduler.start(self._hooks.on_night)
                at_end.callback(self._scheduler.stop)
            if self._explainer is not None:
                at_end.callback(self._explainer.stop)
            try:
                with suppress(ShutdownError):
                    self._loop(once)
            except AlreadyRunningError:  # the status is that of the other daemon
                raise
            except (IscoError, OSError):  # with ``once``: a fault that does not end
                self._status.stop()
                raise
            if once:
                self._hooks.finish(self._shutdown.stop_after_current)
            self._status.stop()
            if self._explainer is not None and once:
                self._explainer.finish(self._shutdown.stop_after_current)
                self._status.stop()  # nothing polls meanwhile: it was written before, too

    def start(self) -> None:
        """Check the folders and write the first status.

        Raises AlreadyRunningError and FolderError. While the share is unavailable the loop waits.
        """
        with suppress(OSError):
            self._admit()
        self._status.start(self._processor.model_version)

    def _admit(self) -> None:
        """Do once, as soon as the share is there, what comes before the first file.

        Raises AlreadyRunningError and FolderError, and OSError while the share is unavailable.
        """
        if self._is_admitted:
            return
        # First: the status of the other daemon is soon overwritten.
        refuse_same_name(self._environment)
        self._folders.check()
        self._active_claims.clear_left_over()
        remove_left_over(self._environment)
        self._is_admitted = True

    def _loop(self, once: bool) -> None:
        while not self._shutdown.stop_after_current.is_set():
            self.tick()
            if once and self._poller.error is not None:
                raise self._poller.error
            if once and self._is_finished():
                return
            wait_s = self._next_due_s() - self._clock.monotonic_s()
            self._clock.wait(self._wake, max(wait_s, 0.0))
            if self._wake.is_set():
                self._wake.clear()
                self._poller.request_poll()
            elif wait_s > 0:
                continue
            # Many events in a short time cause one poll.
            self._clock.wait(self._shutdown.stop_after_current, MIN_INTERVAL_S)

    def _is_finished(self) -> bool:
        """Whether a run with ``once`` is done; raises an IscoError where the rest cannot be."""
        raise_lasting_pause(self._pause)
        stability = self._poller.stability
        if stability.n_waiting:
            return False
        raise_lasting_faults(self._active_claims, self._claim_errors.lasting(stability.held))
        return not self._active_claims

    def _next_due_s(self) -> float:
        if self._poller.error is not None:
            return self._poller.next_poll_s  # nothing is processed until a poll succeeds
        due_s = [self._poller.next_poll_s]
        if self._active_claims:
            first_s = max(self._active_claims.first_due_s, self._pause.until_s)
            due_s += [self._active_claims.next_heartbeat_s, first_s]
        elif self._pause.cause is not None:
            due_s.append(self._pause.until_s)
        return min(due_s)

    def tick(self) -> None:
        """Run one turn of the loop: poll if it is time, then process what is due.

        New files come first. A file that ended the worker process before comes after all others.
        Raises AlreadyRunningError where the share is back, and another daemon of this name with it.
        """
        if self._poller.is_due:
            with suppress(OSError, FolderError):  # the poll meets the same fault, and says so
                self._admit()
            self._poll()
        if self._poller.error is not None:
            return
        self._active_claims.send_heartbeats()
        for claim in self._active_claims.recover():
            self._status.on_interrupted(claim)
        self._pause.end_if_over()
        for active in self._active_claims.due():
            if self._may_process() and not active.claim.attempts:
                self._process(active)
        self._process_stable_files()
        for active in self._active_claims.due():
            if self._may_process() and not self._poller.stable:
                self._process(active)
        if self._may_process() and not self._active_claims and not self._poller.stable:
            self._warnings.look(self._on_progress)
        self._status.flush()
        if self._explainer is not None:
            self._explainer.check()

    def _process_stable_files(self) -> None:
        """Claim and process the stable files of the last poll until the next poll is due."""
        while (
            self._poller.stable
            and self._may_process()
            and self._active_claims.n_new < _MAX_UNSETTLED
        ):
            path = self._poller.stable.pop(0)
            active = self._claim(path)
            if active is not None:
                self._process(active)
            if self._poller.is_due:
                break

    def _may_process(self) -> bool:
        """Whether another file may be started."""
        is_stopping = self._shutdown.stop_after_current.is_set()
        return not self._pause.lasts and not is_stopping and self._poller.error is None

    def _poll(self) -> None:
        self._status.on_warnings(self._warnings.current())
        self._poller.poll(bool(self._active_claims), self._processor.model_version)

    def _on_progress(self) -> None:
        """Do what cannot wait while a long file is in progress. Raises ShutdownError."""
        if self._shutdown.stop_now.is_set():
            raise ShutdownError
        if self._poller.is_due:
            self._poll()
        self._active_claims.send_heartbeats()

    def _claim(self, name: str) -> ActiveClaim | None:
        """Claim a stable file; None where it is gone, or cannot be claimed yet and waits."""
        stability = self._poller.stability
        try:
            active = self._active_claims.claim(name)
        except UnreadableError as error:
            stability.hold(name)
            if self._status.on_claim_failed(name, error):
                _LOG.warning("%r is not processed: %s", name, error)
            return None
        except StillOpenError as error:
            stability.restart(name)
            if self._status.on_claim_failed(name, error):
                _LOG.info("%r waits: %s", name, error)
            return None
        except OSError as error:
            if self._claim_errors.add(name, error):
                stability.hold(name)
            else:
                stability.restart(name)
            if self._status.on_claim_failed(name, error):
                _LOG.warning("%r: the file cannot be claimed, trying again: %s", name, error)
                self._pause.begin_if_folders_fail()
            return None
        stability.forget(name)
        self._claim_errors.remove(name)
        return active

    def _process(self, active: ActiveClaim) -> None:
        """Process a claimed file as far as possible now; act on the outcome."""
        self._status.on_start(active.claim)
        try:
            outcome = self._pipeline.process(active)
        except ShutdownError:
            self._status.on_interrupted(active.claim)
            raise
        self._status.on_done(active.claim, outcome)
        if outcome in (Outcome.RETRY_LATER, Outcome.PAUSE):
            wait_s = back_off_s(self._settings.poll_s, active.n_faults, MAX_PAUSE_S)
            active.due_s = self._clock.monotonic_s() + wait_s
        if outcome is Outcome.PAUSE:
            assert active.pause_cause is not None
            self._pause.begin(active.pause_cause)
        elif outcome in (Outcome.PUBLISHED, Outcome.REJECTED):
            self._pause.on_finished_file()
        if outcome is Outcome.PUBLISHED and self._explainer is not None:
            self._explainer.request()
        if outcome.is_final:
            self._active_claims.remove(active)
