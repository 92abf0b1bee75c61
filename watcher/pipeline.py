"""The way of one claimed file to published results, or to the rejected files.

``Pipeline.process`` takes the steps of the protocol in this order:

1. finish a rejection that was decided before a crash,
2. wait until the content is settled (``_settled_content``),
3. finish a file whose results were published before a crash,
4. reject a file that ended the worker process three times,
5. make the results: identify the content, find an earlier batch of the same content, work, check
   that the content is still the same, publish (``_make_results``),
6. check that the content is still that of the results (``_is_unchanged``),
7. archive the input and release the claim (``_finish``), or reject it (``_reject``).

This process may end after every step: the next daemon continues from what is on the disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.errors import InputError
from core.formats.file_names import TEXT_SUFFIXES
from core.row_counts import Progress, no_progress
from results.receipt import AnyReceipt
from watcher.delivery import archive, publish
from watcher.delivery.publish import shown
from watcher.display import ProgressDisplay
from watcher.environment import Environment
from watcher.faults import (
    PASSING_FAULTS,
    cause_for_all,
    explained,
    failed_folder,
    is_lost,
    reason_of,
    too_many_attempts,
)
from watcher.hooks.hooks import Hooks
from watcher.intake import claims
from watcher.intake.active_claims import ActiveClaim, Content
from watcher.intake.claims import MAX_ATTEMPTS, Claim
from watcher.intake.folder_checks import Folders
from watcher.intake.undo_notes import UndoNotes
from watcher.open_files import Writers
from watcher.outcome import Outcome, Results
from watcher.processes.processor import Processor, WorkerLostError
from watcher.signals import ShutdownError
from watcher.status.writer import StatusWriter

_LOG = logging.getLogger(__name__)
_N_QUIET_TIMES_CUT = 10


class Pipeline:
    """Processes claimed files, one at a time.

    Parameters
    ----------
    display : opens a progress display for one file; what it returns is told how many more are done.
    on_progress : called often while a file is in progress; polls the inbox, renews the claims, and
        raises ShutdownError to stop in the middle of the file.
    hooks : is told of results and rejections before the claim is released.
    """

    def __init__(
        self,
        environment: Environment,
        folders: Folders,
        processor: Processor,
        status: StatusWriter,
        display: ProgressDisplay,
        on_progress: Callable[[], None],
        hooks: Hooks,
    ) -> None:
        self._environment = environment
        self._settings = environment.settings
        self._files = environment.files
        self._clock = environment.clock
        self._folders = folders
        self._undo_notes = UndoNotes(environment)
        self._processor = processor
        self._status = status
        self._display = display
        self._on_progress = on_progress
        self._hooks = hooks

    def process(self, active: ActiveClaim) -> Outcome:
        """Process a claimed file as far as possible now. Raises ShutdownError."""
        try:
            return self._process(active)
        except PASSING_FAULTS as fault:
            if is_lost(active.claim, self._environment, self._folders):
                return Outcome.LOST
            error = explained(fault, self._environment)
            active.n_faults += 1
            active.fault = str(error)
            if self._status.on_retry(active.claim, error):
                path = active.claim.inbox_path
                _LOG.warning("%r: %s; the file is kept and tried again", path, error)
            active.pause_cause = cause_for_all(error, self._folders)
            return Outcome.RETRY_LATER if active.pause_cause is None else Outcome.PAUSE

    def _process(self, active: ActiveClaim) -> Outcome:
        self._undo_attempt(active)
        claim = active.claim
        self._folders.require_own(claim)
        if (reason := archive.rejection_reason(self._files, claim)) is not None:
            return self._reject(claim, reason)
        writers = self._files.writers(claim.path)
        if writers is Writers.SOME:
            active.due_s = self._clock.monotonic_s() + self._settings.quiet_s
            return Outcome.STILL_OPEN
        content = self._settled_content(active, is_closed=writers is Writers.NONE)
        if content is None:
            return Outcome.NOT_SETTLED
        if claim.attempts or active.n_faults:
            published = publish.find_claim(self._files, self._settings.outbox, claim.name, claim.id)
            if published is not None:
                receipt = publish.read_receipt(self._files, published)
                if receipt.get("sha256") == content.sha256:
                    return self._finish(claim, published, f"the results are in {shown(published)}")
                self._supersede(claim, published)
                active.is_undo_due = claim.attempts > 0  # it ended well, for another content
                self._undo_attempt(active)
        if active.claim.attempts >= MAX_ATTEMPTS:
            return self._reject(active.claim, too_many_attempts(active))
        return self._attempt(active, content)

    def _settled_content(self, active: ActiveClaim, *, is_closed: bool) -> Content | None:
        """Return the content when it is final, or None while somebody may still be writing.

        It is final when the kernel guarantees that nobody has the file open for writing
        (``is_closed``), or when two hashes are equal, a quiet time apart. Ten quiet times lie
        between the hashes of a text that ends in the middle of a line.
        """
        sha256 = self._files.hash(active.claim.path, self._on_progress)
        before = active.content
        active.content = Content(sha256, is_closed)
        if is_closed or (before is not None and before.sha256 == sha256):
            return active.content
        path = active.claim.path
        is_cut = path.suffix.lower() in TEXT_SUFFIXES and not self._files.has_end_of_line(path)
        n_quiet_times = _N_QUIET_TIMES_CUT if is_cut else 1
        active.due_s = self._clock.monotonic_s() + self._settings.quiet_s * n_quiet_times
        return None

    def _attempt(self, active: ActiveClaim, content: Content) -> Outcome:
        """Start an attempt with a loaded model; it counts if it published or ended a process.

        One that a passing fault ended is taken back, at the next turn if the share is away now.
        """
        self._processor.prepare(lambda n_done: self._on_progress())
        active.claim = claims.start_attempt(self._files, active.claim)
        active.is_undo_due = True
        try:
            outcome = self._outcome(active, content)
        except (*PASSING_FAULTS, ShutdownError):
            with suppress(OSError):
                self._undo_attempt(active)
            raise
        if outcome is Outcome.NOT_SETTLED:
            self._undo_attempt(active)
        return outcome

    def _undo_attempt(self, active: ActiveClaim) -> None:
        """Take back an attempt that does not count, if there is one. Raises OSError."""
        if active.is_undo_due:
            active.claim = self._undo_notes.undo_attempt(active.claim)
            active.is_undo_due = False

    def _outcome(self, active: ActiveClaim, content: Content) -> Outcome:
        """Make the results of settled content; what ends the attempt decides the outcome."""
        name = active.claim.inbox_path
        try:
            results = self._make_results(active.claim, content)
        except InputError as error:
            reason = reason_of(error, active.claim, self._environment.config)
            if content.is_closed or active.was_read_again:
                return self._reject(active.claim, reason)
            # A file that is cut off may still be growing: it is read once more before it is judged.
            active.was_read_again = True
            active.due_s = self._clock.monotonic_s() + self._settings.quiet_s
            return Outcome.NOT_SETTLED
        except (*PASSING_FAULTS, ShutdownError):
            raise
        except WorkerLostError as error:
            cause = failed_folder(self._folders)
            if cause is not None:  # the process may have ended, or hung, for want of the share
                raise cause from error
            active.is_undo_due = False
            active.worker_loss = str(error)
            self._status.on_retry(active.claim, error)
            _LOG.warning(
                "%r: attempt %d of %d: %s", name, active.claim.attempts, MAX_ATTEMPTS, error
            )
            return Outcome.WORKER_LOST
        except Exception as error:  # whatever it is, it stops one file alone
            _LOG.exception("%r: unexpected error", name)
            reason = f"{name!r}: the program failed on this file ({error}). "
            return self._reject(active.claim, reason + "This is a bug: please report it.")
        if results is None:
            _LOG.info("%r: the content has changed, the file is read again", name)
            active.content = None
            return Outcome.NOT_SETTLED
        if results.is_new:
            active.is_undo_due = False  # the attempt tells a restart to look for its results
        if not self._is_unchanged(active.claim, content):
            if results.is_new:
                self._supersede(active.claim, results.folder)
                active.is_undo_due = True
            active.content = None
            return Outcome.NOT_SETTLED
        self._undo_attempt(active)
        return self._finish(active.claim, results.folder, results.summary)

    def _make_results(self, claim: Claim, content: Content) -> Results | None:
        """Publish the results, or find those of the same content; None where it has changed."""
        identity = self._processor.identify(claim.path, self._counted(no_progress))
        if identity.sha256 != content.sha256:
            return None
        published = publish.find_batch(self._files, self._settings.outbox, identity.batch_id)
        if published is not None:
            summary = f"same content as before, the results are in {shown(published)}"
            return Results(published, summary, is_new=False)
        with (
            publish.staging(self._files, self._settings.outbox, claim.folder.name) as staged,
            self._display(claim.path) as display,
        ):
            receipt = self._processor.work(claim.path, staged, identity, self._counted(display))
            if self._files.hash(claim.path, self._on_progress) != content.sha256:
                return None
            published = self._publish(claim, staged, receipt)
        return Results(published, f"{receipt.summary()} → {shown(published)}", is_new=True)

    def _publish(self, claim: Claim, staged: Path, receipt: AnyReceipt) -> Path:
        """Write the receipt, check that the claim is still ours, and publish the staged folder."""
        receipt.claim = claim.id
        receipt.inbox_folder = claim.origin
        publish.complete(self._files, staged, receipt, self._on_progress)
        self._folders.require_own(claim)  # FileNotFoundError: another daemon took the claim over
        published = publish.publish(self._files, staged, self._settings.outbox, receipt)
        self._status.on_published(receipt)
        return published

    def _is_unchanged(self, claim: Claim, content: Content) -> bool:
        """Whether published results belong to what will be archived.

        It is known where the kernel said so: nobody else can open a file in its claim.
        """
        return (
            content.is_closed or self._files.hash(claim.path, self._on_progress) == content.sha256
        )

    def _supersede(self, claim: Claim, published: Path) -> None:
        """Mark results whose input went on growing; it is coded anew."""
        folder = publish.supersede(self._files, published)
        summary = f"it was written after its results were published: {shown(folder)} is superseded"
        _LOG.warning("%r: %s", claim.inbox_path, summary)
        self._status.on_result(claim.inbox_path, summary, n_results=0)

    def _finish(self, claim: Claim, published: Path, summary: str) -> Outcome:
        """Archive the input of published results and release its claim."""
        _LOG.info("%r: %s", claim.inbox_path, summary)
        self._folders.require_own(claim)
        self._hooks.on_result(claim, published / publish.RECEIPT, summary)
        archive.archive(self._files, claim, self._settings.archive_dir, self._on_progress)
        self._status.on_result(claim.inbox_path, summary)
        archive.release(self._files, claim, self._settings.outbox)
        self._hooks.wake()
        return Outcome.PUBLISHED

    def _reject(self, claim: Claim, reason: str) -> Outcome:
        """Move the input to the rejected files, with the reason, and release its claim."""
        rejected_dir = self._settings.rejected_dir
        self._folders.require_own(claim)
        archive.mark_rejected(self._files, claim, reason)
        self._hooks.on_rejected(claim, archive.reason_path(rejected_dir / claim.name), reason)
        target = archive.reject(self._files, claim, rejected_dir, reason, self._on_progress)
        self._status.on_rejected(claim.inbox_path, reason, archive.reason_path(target))
        self._hooks.on_rejected(claim, archive.reason_path(target), reason)
        _LOG.warning("rejected: %s (moved to %s)", reason, shown(target))
        archive.release(self._files, claim, self._settings.outbox)
        self._hooks.wake()
        return Outcome.REJECTED

    def _counted(self, display: Progress) -> Progress:
        """Return the function that the processor tells its progress, 0 while it only waits."""

        def count(n_done: int) -> None:
            if n_done:
                display(n_done)
                self._status.on_records(n_done)
            self._on_progress()

        return count
