"""The claimed files that are kept for a later turn, and why: they are not in the inbox any more."""

from __future__ import annotations

from core.languages.message import Message
from watcher.clock import Clock
from watcher.intake.claims import Claim, HeldError
from watcher.status.status import Problem, Waiting, encodable

INTERRUPTED = Message("it was interrupted; it is kept and tried again")
"""The reason of a file whose daemon ended before it was finished."""
MAY_BE_WRITTEN = Message("it may still be written; it is read once more")


def claim_failure(error: OSError) -> str:
    """Return why a stable file cannot be claimed."""
    if isinstance(error, HeldError):
        return encodable(error.args[0])
    return Message("it cannot be claimed: {why}", why=encodable(str(error)))


class KeptFiles:
    """The kept files by the id of their claim; the one in progress does not wait meanwhile."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._files: dict[str, Waiting] = {}
        self._in_progress = ""  # the id of a claim

    def waiting(self) -> list[Waiting]:
        """Return the kept files that are not in progress, in the order in which they came."""
        return [file for claim, file in self._files.items() if claim != self._in_progress]

    def start(self, claim: Claim) -> None:
        """Note that a file is in progress."""
        self._in_progress = claim.id
        if claim.id in self._files and self._files[claim.id].reason == INTERRUPTED:
            del self._files[claim.id]

    def end(self) -> None:
        """Note that no file is in progress any more."""
        self._in_progress = ""

    def keep(self, claim: Claim, reason: str, needs_space: bool = False) -> bool:
        """Keep a file, since its first reason; return whether the reason is news."""
        before = self._files.get(claim.id)
        since = before.since if before is not None else self._clock.now()
        self._files[claim.id] = Waiting(
            name=encodable(claim.inbox_path), since=since, reason=reason, needs_space=needs_space
        )
        return before is None or before.reason != reason

    def get(self, claim: Claim) -> Waiting | None:
        """Return what is noted of a file; None where it is not kept."""
        return self._files.get(claim.id)

    def remove(self, claim: Claim) -> None:
        """Forget a file that is finished or lost, if it was kept."""
        self._files.pop(claim.id, None)

    def without_space(self) -> Problem | None:
        """Return what the file says that has waited longest for space; None where none does."""
        files = [file for file in self._files.values() if file.needs_space]
        if not files:
            return None
        first = min(files, key=lambda file: file.since)
        return Problem(
            since=first.since,
            reason=Message("{file!r} waits: {reason}", file=first.name, reason=first.reason),
        )
