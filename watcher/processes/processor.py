"""The interface of what makes the results of one file.

``Worker`` implements it with a child process, ``FileProcessor`` in the same process.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from core.corrections.unread_file import UnreadFile
from core.row_counts import Progress
from results.receipt import AnyReceipt, Identity


class WorkerLostError(Exception):
    """The worker process ended before it had an answer, or was ended; the message says why."""


class Processor(Protocol):
    """Identifies files and makes their results.

    ``identify`` and ``work`` raise InputError for a fault of the file. All three raise BundleError
    where no model can be loaded, OSError, and WorkerLostError.
    """

    @property
    def model_version(self) -> str | None:
        """The version in service, None while the first model is loaded; may raise BundleError."""

    @property
    def unread_corrections(self) -> tuple[UnreadFile, ...]:
        """The corrections files that could not be read when they were last read."""

    def prepare(self, progress: Progress) -> None:
        """Return when files can be processed. Raises BundleError where no model can be loaded."""

    def identify(self, path: Path, progress: Progress) -> Identity:
        """Return what the file is: its content, and the batch that its results belong to."""

    def work(self, path: Path, staged: Path, identity: Identity, progress: Progress) -> AnyReceipt:
        """Write all results but the receipt into the folder ``staged``; return the receipt."""

    def count_open_answers(self, path: Path, progress: Progress) -> int:
        """Return how many texts a table answers that nobody decided; 0 for one without answers."""
