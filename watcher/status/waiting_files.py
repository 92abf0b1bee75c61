"""The files that wait, and why: those in the inbox, and claimed ones that are kept for later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from core.languages.message import Message
from watcher.clock import Clock
from watcher.intake.claims import Claim, HeldError
from watcher.intake.stability import WaitingFile
from watcher.status.status import Problem, Waiting, encodable

INTERRUPTED = Message("it was interrupted; it is kept and tried again")
"""The reason of a file whose daemon ended before it was finished."""
MAY_BE_WRITTEN = Message("it may still be written; it is read once more")
N_LISTED = 50


class WaitingFiles:
    """The kept files by the id of their claim; the one in progress does not wait meanwhile."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._polled: datetime
        self._in_inbox: dict[str, WaitingFile] = {}  # by name, those of the last poll
        self._claim_failures: dict[str, str] = {}  # by name: why a file cannot be claimed
        self._kept: dict[str, Waiting] = {}
        self._in_progress = ""  # the id of a claim

    def listed(self) -> dict[str, Any]:
        """Return what the status has of them: those first that have waited longest."""
        kept = [file for claim, file in self._kept.items() if claim != self._in_progress]
        in_inbox = [
            Waiting(
                name=encodable(file.name),
                since=self._polled - timedelta(seconds=file.age_s),
                reason=self._claim_failures.get(file.name, file.reason),
            )
            for file in islice(self._in_inbox.values(), N_LISTED)
        ]
        n_waiting = len(kept) + len(self._in_inbox)
        return {"n_waiting": n_waiting, "waiting": (*kept, *in_inbox)[:N_LISTED]}

    def poll(self, files: Sequence[WaitingFile], now: datetime) -> None:
        """Note what a poll found in the inbox."""
        self._polled = now
        self._in_inbox = {file.name: file for file in files}
        names = self._claim_failures.keys() & self._in_inbox.keys()
        self._claim_failures = {name: self._claim_failures[name] for name in names}

    def fail_claim(self, name: str, error: OSError) -> bool:
        """Note that a stable file cannot be claimed; return whether the reason is news."""
        if isinstance(error, HeldError):
            reason = encodable(error.args[0])
        else:
            reason = Message("it cannot be claimed: {why}", why=encodable(str(error)))
        is_news = self._claim_failures.get(name) != reason
        self._claim_failures[name] = reason
        return is_news

    def start(self, claim: Claim) -> None:
        """Note that a file is in progress."""
        self._in_progress = claim.id
        if claim not in self:
            self._in_inbox.pop(claim.inbox_path, None)
        elif self._kept[claim.id].reason == INTERRUPTED:
            del self._kept[claim.id]

    def end(self) -> None:
        """Note that no file is in progress any more."""
        self._in_progress = ""

    def keep(self, claim: Claim, reason: str, needs_space: bool = False) -> bool:
        """Keep a file, since its first reason; return whether the reason is news."""
        before = self._kept.get(claim.id)
        since = before.since if before is not None else self._clock.now()
        self._kept[claim.id] = Waiting(
            name=encodable(claim.inbox_path), since=since, reason=reason, needs_space=needs_space
        )
        return before is None or before.reason != reason

    def __contains__(self, claim: Claim) -> bool:
        """Whether a file is kept."""
        return claim.id in self._kept

    def remove(self, claim: Claim) -> None:
        """Forget a file that is finished or lost, if it was kept."""
        self._kept.pop(claim.id, None)

    def without_space(self) -> Problem | None:
        """Return what the file says that has waited longest for space; None where none does."""
        files = [file for file in self._kept.values() if file.needs_space]
        if not files:
            return None
        first = min(files, key=lambda file: file.since)
        return Problem(
            since=first.since,
            reason=Message("{file!r} waits: {reason}", file=first.name, reason=first.reason),
        )
