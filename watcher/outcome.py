"""What became of a claimed file when it was processed once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Outcome(Enum):
    """The result of one call of ``Pipeline.process``; the daemon acts on it."""

    PUBLISHED = "published"
    """The results are in the outbox and the input is in the archive."""

    REJECTED = "rejected"
    """The input is among the rejected files, with the reason beside it."""

    LOST = "lost"
    """The claim has no input any more: it was deleted, or another daemon took the claim over."""

    NOT_SETTLED = "not settled"
    """Somebody may still be writing to the file: it is read again after the quiet time."""

    STILL_OPEN = "still open"
    """The kernel says that somebody has the file open for writing: it waits, however long."""

    RETRY_LATER = "retry later"
    """This file cannot be read or its results cannot be written: it alone is tried again later."""

    PAUSE = "pause"
    """A folder, the share or the model failed, not the file: all files wait."""

    WORKER_LOST = "worker lost"
    """The worker process ended on the file: it is tried again after all other files."""

    @property
    def is_final(self) -> bool:
        """Whether the claim is finished and the daemon forgets it."""
        return self in (Outcome.PUBLISHED, Outcome.REJECTED, Outcome.LOST)


@dataclass(frozen=True)
class Results:
    """The published results of a file. ``is_new``: by this attempt, not by an earlier batch."""

    folder: Path
    summary: str
    is_new: bool
