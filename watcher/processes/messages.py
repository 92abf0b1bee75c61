"""The messages between the daemon and its worker process, over a pipe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.corrections.unread_file import UnreadFile
from results.receipt import AnyReceipt, Identity


@dataclass(frozen=True)
class Identify:
    """A request: what is the file ``path``? Answered by ``Done`` with an ``Identity``."""

    path: Path


@dataclass(frozen=True)
class Work:
    """A request: make the results of a file. Answered by ``Done`` with the receipt."""

    path: Path
    staged: Path
    identity: Identity


@dataclass(frozen=True)
class CountOpenAnswers:
    """A request: how many texts does the table ``path`` answer that nobody decided?"""

    path: Path


Request = Identify | Work | CountOpenAnswers
Result = Identity | AnyReceipt | int


@dataclass(frozen=True)
class Ready:
    """The worker process has loaded this model, and the corrections but for some files."""

    model_version: str
    unread_corrections: tuple[UnreadFile, ...] = ()


@dataclass(frozen=True)
class RecordsDone:
    """So many more records are done; 0 shows that the worker process is alive."""

    n_done: int


@dataclass(frozen=True)
class LogLine:
    """A line for the daemon's log: two processes cannot rotate one log file."""

    level: int
    text: str


@dataclass(frozen=True)
class Done:
    """The answer to a request, and which corrections files it did without."""

    result: Result
    unread_corrections: tuple[UnreadFile, ...] = ()


@dataclass(frozen=True)
class Failed:
    """The error that ended a request, or the loading of the model."""

    error: Exception
