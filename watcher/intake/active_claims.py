"""The claims of this daemon: files it has claimed, their heartbeat, and claims of dead daemons."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import FolderError
from watcher.delivery import archive, publish
from watcher.environment import Environment
from watcher.intake import claims
from watcher.intake.claims import Claim
from watcher.intake.folder_checks import Folders
from watcher.intake.leases import Leases
from watcher.intake.undo_notes import UndoNotes

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Content:
    """The content of a claimed file when it was last hashed.

    ``is_closed``: the kernel guaranteed then that nobody had the file open for writing.
    """

    sha256: str
    is_closed: bool


@dataclass
class ActiveClaim:
    """A claim of this daemon and the state of its file; ``Pipeline.process`` changes it.

    What must survive a crash is in the name and the notes of the claim's folder (``claims.py``);
    the rest of the state lasts as long as this daemon runs.

    Attributes
    ----------
    claim : where the file is and how many attempts were started; replaced at each attempt.
    content : the content as last hashed; None before the first hash and after a change.
    was_read_again : an input error was found once before, while somebody may have been writing.
    due_s : not to be processed before this time, by the monotonic clock.
    n_faults : how many times a passing fault ended the processing.
    fault : the last of these faults, in words.
    pause_cause : why the last fault stops all files; None where it is one of this file.
    worker_loss : how the worker process ended in the last attempt; None where it did not.
    is_undo_due : an attempt was started that does not count, and it is still to be taken back.
    """

    claim: Claim
    content: Content | None = None
    was_read_again: bool = False
    due_s: float = 0.0
    n_faults: int = 0
    fault: str = ""
    pause_cause: Exception | None = None
    worker_loss: str | None = None
    is_undo_due: bool = False


class ActiveClaims:
    """All claims of this daemon. ``next_heartbeat_s``: when the next heartbeat is due."""

    def __init__(self, environment: Environment, folders: Folders) -> None:
        self._folders = folders
        self._settings = environment.settings
        self._files = environment.files
        self._clock = environment.clock
        self._name = environment.name
        self._undo_notes = UndoNotes(environment)
        self._leases = Leases(environment.files, environment.settings.heartbeat_s)
        self._active: list[ActiveClaim] = []
        self.next_heartbeat_s = 0.0
        self._next_recovery_s = 0.0
        self._recovery_faults = ""

    def __len__(self) -> int:
        return len(self._active)

    @property
    def first_due_s(self) -> float:
        """When the first of the claims can be processed; ValueError without a claim."""
        return min(active.due_s for active in self._active)

    @property
    def n_new(self) -> int:
        """The number of claims whose file has met no fault so far."""
        return sum(not active.claim.attempts and not active.n_faults for active in self._active)

    def all_failed(self, n_faults: int) -> bool:
        """Whether every claimed file has failed so often."""
        return all(active.n_faults >= n_faults for active in self._active)

    def faults(self) -> dict[str, str]:
        """Return path in the inbox → last fault of every claimed file."""
        return {active.claim.inbox_path: active.fault for active in self._active}

    def due(self) -> list[ActiveClaim]:
        """Return the claims that can be processed now, those with the fewest attempts first."""
        now_s = self._clock.monotonic_s()
        due = [active for active in self._active if active.due_s <= now_s]
        return sorted(
            due, key=lambda active: (active.claim.attempts, active.n_faults, active.due_s)
        )

    def claim(self, name: str) -> ActiveClaim | None:
        """Claim a file in the inbox; None where another daemon was faster. Raises OSError."""
        claim = claims.claim_file(self._files, self._settings.inbox, name, self._name)
        return self._add(claim) if claim is not None else None

    def remove(self, active: ActiveClaim) -> None:
        """Forget a claim that is finished or lost."""
        self._active.remove(active)

    def send_heartbeats(self) -> None:
        """Show the other daemons that this one is alive, if a heartbeat is due."""
        now_s = self._clock.monotonic_s()
        if now_s < self.next_heartbeat_s:
            return
        self.next_heartbeat_s = now_s + self._settings.heartbeat_s
        for active in self._active:
            self._leases.renew(active.claim)

    def recover(self) -> list[Claim]:
        """Take up claims of an earlier run of this daemon and of dead daemons, if it is time.

        Returns those whose file is still to be finished.
        """
        now_s = self._clock.monotonic_s()
        recovered: list[Claim] = []
        if now_s < self._next_recovery_s:
            return recovered
        self._next_recovery_s = now_s + self._settings.heartbeat_s
        active_folders = {active.claim.folder for active in self._active}
        faults: list[OSError | FolderError] = []
        try:
            self._folders.check()
            listed = claims.list_claims(self._files, self._settings.inbox, faults.append)
            inactive = [claim for claim in listed if claim.folder not in active_folders]
            foreign = [claim for claim in inactive if claim.owner != self._name]
            left_over = [claim for claim in inactive if claim.owner == self._name]
            for claim in left_over + self._leases.expired(foreign, now_s, faults.append):
                try:
                    recovered += self._take_over(claim)
                except OSError as error:  # of this claim; those behind it are no worse
                    faults.append(error)
        except (OSError, FolderError) as error:
            faults.append(error)
        self._warn_of(faults)
        return recovered

    def _warn_of(self, faults: Sequence[Exception]) -> None:
        """Say once what keeps claims from being taken up."""
        words = "; ".join(map(str, faults))
        if words and words != self._recovery_faults:
            _LOG.warning("claims of an earlier run cannot be taken up, trying again: %s", words)
        self._recovery_faults = words

    def clear_left_over(self) -> None:
        """Remove results that an earlier run of this daemon left unfinished. Raises OSError."""
        ids = claims.claim_ids(self._files, self._settings.inbox)
        publish.clear_left_over(self._files, self._settings.outbox, ids, self._name)

    def _take_over(self, foreign: Claim) -> list[Claim]:
        """Take up one claim; return it if its file is still to be finished, else nothing."""
        is_undo_due = foreign in self._undo_notes
        claim = claims.take_over(self._files, foreign, self._name)
        if claim is None:
            return []
        if claim.is_empty:
            folders = (self._settings.archive_dir, self._settings.rejected_dir)
            archive.finish_move(self._files, claim, folders)
            archive.release(self._files, claim, self._settings.outbox)
            return []
        _LOG.info("%r: continued after an interruption", claim.inbox_path)
        self._add(claim).is_undo_due = is_undo_due
        return [claim]

    def _add(self, claim: Claim) -> ActiveClaim:
        active = ActiveClaim(claim)
        self._active.append(active)
        return active
