"""The files in our hands: taken, kept by a heartbeat, and taken over from the dead."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from core.settings import WatcherSettings
from watcher.clock import Clock
from watcher.delivery import archive
from watcher.filesystem import Filesystem
from watcher.intake import claims
from watcher.intake.claims import Claim, Leases

_LOG = logging.getLogger(__name__)


@dataclass
class ActiveClaim:
    """A claim of ours and what this life of the daemon knows of it."""

    claim: Claim
    sha256: str = ""  # of the content that was found last
    is_closed: bool = False  # the kernel vouched for that content
    had_more_time: bool = False
    due_s: float = 0.0  # not to be looked at before
    n_faults: int = 0  # passing ones
    loss: str = ""  # what ended the attempt before


class ActiveClaims:
    """All claims of the worker ``name``; ``next_beat_s`` is when the others want a sign of it."""

    def __init__(
        self, settings: WatcherSettings, files: Filesystem, clock: Clock, name: str
    ) -> None:
        self._settings, self._files, self._clock, self._name = settings, files, clock, name
        self._leases = Leases(files, settings.heartbeat_s)
        self._held: list[ActiveClaim] = []
        self.next_beat_s = self._next_recovery_s = 0.0

    def __len__(self) -> int:
        return len(self._held)

    @property
    def first_due_s(self) -> float:
        """When the first of them can be gone on with."""
        return min(held.due_s for held in self._held)

    def due(self) -> list[ActiveClaim]:
        """What can be gone on with, the least tried first: no file holds up the others."""
        now_s = self._clock.monotonic_s()
        due = [held for held in self._held if held.due_s <= now_s]
        return sorted(due, key=lambda held: (held.claim.attempts, held.n_faults, held.due_s))

    def take(self, name: str) -> ActiveClaim | None:
        """Take hold of a whole file in the inbox; None where somebody was faster. Or OSError."""
        claim = claims.take(self._files, self._settings.inbox, name, self._name)
        return self._hold(claim) if claim is not None else None

    def drop(self, held: ActiveClaim) -> None:
        """It has come to its end, or is ours no more."""
        self._held.remove(held)

    def beat(self) -> None:
        """Show the others that we live, in its time."""
        now_s = self._clock.monotonic_s()
        if now_s < self.next_beat_s:
            return
        self.next_beat_s = now_s + self._settings.heartbeat_s
        for held in self._held:
            self._leases.beat(held.claim)

    def recover(self) -> None:
        """Take up what an earlier life of ours has left, and take over from the dead, in time."""
        now_s = self._clock.monotonic_s()
        if now_s < self._next_recovery_s:
            return
        self._next_recovery_s = now_s + self._settings.heartbeat_s
        ours = {held.claim.folder for held in self._held}
        try:
            claimed = claims.claims(self._files, self._settings.inbox)
            found = [claim for claim in claimed if claim.folder not in ours]
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
            archive.let_go(self._files, mine, self._settings.outbox)
            return
        _LOG.info("%r: taken up again after an interruption", mine.name)
        self._hold(mine)

    def _hold(self, claim: Claim) -> ActiveClaim:
        held = ActiveClaim(claim)
        self._held.append(held)
        return held
