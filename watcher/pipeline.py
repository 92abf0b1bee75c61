"""The way of a claimed file: settled, worked on, published, archived; or rejected with the reason.

Each step can be the last one of this process, and whoever comes next goes on from what lies there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from core.errors import BundleError, FolderError, InputError
from core.settings import WatcherSettings
from results.receipt import AnyReceipt, Identity
from watcher.clock import Clock
from watcher.delivery import archive, publish
from watcher.delivery.publish import shown
from watcher.filesystem import Filesystem
from watcher.intake import claims
from watcher.intake.active_claims import ActiveClaim
from watcher.intake.claims import MAX_ATTEMPTS, Claim
from watcher.intake.folder_checks import Folders
from watcher.processes.explainer import Explainer
from watcher.processes.worker import WorkerLostError
from watcher.status.writer import StatusWriter

_LOG = logging.getLogger(__name__)

Progress = Callable[[Path], AbstractContextManager[Callable[[int], None]]]


class ShutdownError(Exception):
    """The daemon was told to stop at once, in the middle of a file."""


class Processor(Protocol):
    """Who makes results of a file: ``Worker``, or ``FileProcessor`` in this process."""

    @property
    def model_version(self) -> str:
        """The version in service; BundleError where there was none to begin with."""

    def identify(self, path: Path, progress: Callable[[int], None]) -> Identity:
        """What the file is. Raises InputError, BundleError, WorkerLostError."""

    def work(
        self, path: Path, staged: Path, identity: Identity, progress: Callable[[int], None]
    ) -> AnyReceipt:
        """Everything but the receipt into ``staged``; errors as above."""


class Pipeline:
    """Brings files on their way.

    ``progress`` opens a display for one file and gives the function that is told how many more of
    its records are done. ``breathe`` is called while a long file is in work: for what cannot wait,
    and it may raise ShutdownError.
    """

    def __init__(
        self,
        settings: WatcherSettings,
        worker: Processor,
        progress: Progress,
        breathe: Callable[[], None],
        folders: Folders,
        files: Filesystem,
        clock: Clock,
        status: StatusWriter,
        explainer: Explainer | None,
    ) -> None:
        self._settings, self._worker, self._progress = settings, worker, progress
        self._breathe, self._folders, self._files = breathe, folders, files
        self._clock, self._status, self._explainer = clock, status, explainer

    def go_on(self, held: ActiveClaim) -> bool:
        """Bring a file as far as it goes now; whether it has come to its end.

        Raises OSError and BundleError, which are no fault of the file, and ShutdownError.
        """
        claim = held.claim
        reason = archive.doomed(self._files, claim)
        if reason:
            return self._reject(held, reason)
        if not self._is_settled(held):
            return False
        if claim.attempts or held.n_faults:
            published = publish.find_claim(self._files, self._settings.outbox, claim.name, claim.id)
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
        except (OSError, BundleError, ShutdownError):
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

    def is_lost(self, held: ActiveClaim) -> bool:
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

    def _is_settled(self, held: ActiveClaim) -> bool:
        """Whether the content is final: the kernel vouches for it, or it stood a second hash."""
        is_closed = self._files.is_closed(held.claim.path)
        sha256 = self._files.hash(held.claim.path, self._breathe)
        if sha256 == held.sha256:
            return True
        held.sha256, held.is_closed = sha256, is_closed
        if not is_closed:
            held.due_s = self._clock.monotonic_s() + self._settings.quiet_s
        return is_closed

    def _attempt(self, held: ActiveClaim) -> str:
        """Publish the results and say so, or ``""`` where the content has changed meanwhile."""
        files, claim, out = self._files, held.claim, self._settings.outbox
        identity = self._worker.identify(claim.path, self._counted(lambda n_done: None))
        if identity.sha256 != held.sha256:
            return self._begin_again(held)
        published = publish.find(files, out, identity.batch_id)
        if published is not None:
            held.claim = claims.rest(files, claim)
            return f"same content as before, the results are in {shown(published)}"
        with (
            publish.staging(files, out, claim.folder.name) as staged,
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
        publish.complete(self._files, staged, receipt, self._breathe)
        self._folders.require()
        self._files.status(claim.path)  # FileNotFoundError: it is ours no more
        return publish.publish(self._files, staged, self._settings.outbox, receipt)

    def _begin_again(self, held: ActiveClaim) -> str:
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

    def _finish(self, held: ActiveClaim, answer: str) -> bool:
        """The results are safe: say so, and put the input away."""
        _LOG.info("%r: %s", held.claim.name, answer)
        archive.archive(self._files, held.claim, self._settings.archive_dir, self._breathe)
        self._status.answered(held.claim.name, answer)
        self._let_go(held.claim)
        return True

    def _reject(self, held: ActiveClaim, reason: str) -> bool:
        files, claim = self._files, held.claim
        archive.doom(files, claim, reason)
        target = archive.reject(files, claim, self._settings.rejected_dir, reason, self._breathe)
        self._status.rejected(claim.name, reason)
        _LOG.warning("rejected %s (moved to %s)", reason, shown(target))
        self._let_go(claim)
        return True

    def _let_go(self, claim: Claim) -> None:
        archive.let_go(self._files, claim, self._settings.outbox)
