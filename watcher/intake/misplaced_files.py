"""Find what people left in the outbox although they meant it for the inbox.

Such are a review that was filled in where it was published, a copy of it that was saved beside it,
and a table that lies in the outbox itself. Nothing of it is used before it is in the inbox.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from core.files.own_files import RECEIPT
from core.formats.file_names import is_litter, reason_to_hold, suffix_of
from core.languages.message import Message
from core.row_counts import Progress
from watcher.environment import Environment
from watcher.intake.listing import Fingerprint
from watcher.processes.processor import Processor
from watcher.signals import ShutdownError

_LOG = logging.getLogger(__name__)
_INTERVAL_S = 60.0
_TURN_S = 0.05  # on a slow share a file that is dropped does not wait for the whole outbox


class MisplacedFiles:
    """Looks through the outbox now and then, and has a warning for each file that is misplaced."""

    def __init__(self, environment: Environment, processor: Processor) -> None:
        self._outbox = environment.settings.outbox
        self._files = environment.files
        self._clock = environment.clock
        self._processor = processor
        self._due_s: float | None = self._clock.monotonic_s()  # None while it is looked through
        self._steps: Iterator[None] = iter(())
        self._n_answers: dict[Path, tuple[Fingerprint, int]] = {}
        self._warnings: tuple[Message, ...] = ()

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What was misplaced when the outbox was last looked through."""
        return self._warnings

    def look(self, progress: Progress) -> None:
        """Look through a part of the outbox, if it is time. Raises what ``progress`` raises.

        An outbox that cannot be read is as it was: the next poll says so.
        """
        turn_ends_s = self._clock.monotonic_s() + _TURN_S
        if self._due_s is not None:
            if self._clock.monotonic_s() < self._due_s:
                return
            self._due_s = None
            self._steps = self._look_through(progress)
        with suppress(OSError):
            for _ in self._steps:
                if self._clock.monotonic_s() > turn_ends_s:
                    return
        self._due_s = self._clock.monotonic_s() + _INTERVAL_S

    def _look_through(self, progress: Progress) -> Iterator[None]:
        """Renew the warnings. Yields after each file and folder. Raises OSError."""
        warnings: list[Message] = []
        n_answers: dict[Path, tuple[Fingerprint, int]] = {}
        for name in sorted(self._files.names(self._outbox)):
            path = self._outbox / name
            status = self._status(path)
            if status is None or name.startswith("."):
                continue
            if stat.S_ISREG(status.st_mode) and _is_table(name):
                warnings.append(
                    Message(
                        "{file!r} lies in the outbox, where no file is read: put it into the inbox",
                        file=name,
                    )
                )
            if stat.S_ISDIR(status.st_mode):
                for table, fingerprint in self._changed_tables(path):
                    n_answers[table] = fingerprint, self._count(table, fingerprint, progress)
            yield
        warnings += [
            Message.counted(
                n,
                "{file!r} in the outbox has {n} answer that nobody handed in: put the file into "
                "the inbox",
                "{file!r} in the outbox has {n} answers that nobody handed in: put the file into "
                "the inbox",
                file=path.relative_to(self._outbox).as_posix(),
            )
            for path, (_, n) in n_answers.items()
            if n
        ]
        for warning in warnings:
            if warning not in self._warnings:
                _LOG.warning("%s", warning)
        self._n_answers, self._warnings = n_answers, tuple(warnings)

    def _changed_tables(self, folder: Path) -> list[tuple[Path, Fingerprint]]:
        """Return the tables of a batch that are newer than its receipt, which is written last."""
        receipt = self._status(folder / RECEIPT)
        if receipt is None:
            return []
        tables = []
        for path in (folder / name for name in self._files.names_inside(folder) if _is_table(name)):
            status = self._status(path)
            if (
                status is not None
                and stat.S_ISREG(status.st_mode)
                and status.st_mtime_ns > receipt.st_mtime_ns
            ):
                fingerprint = Fingerprint(status.st_size, status.st_mtime_ns, status.st_ino)
                tables.append((path, fingerprint))
        return tables

    def _count(self, path: Path, fingerprint: Fingerprint, progress: Progress) -> int:
        """Return how many answers of a table nobody handed in.

        A table that had none is read again only when it has changed.
        """
        if self._n_answers.get(path) == (fingerprint, 0):
            return 0
        try:
            return self._processor.count_open_answers(path, progress)
        except (OSError, ShutdownError):  # of the corrections or the share: it is tried again
            raise
        except Exception as error:  # whatever it is, it ends no daemon
            _LOG.warning("%r was not looked into for answers: %s", str(path), error)
            return 0

    def _status(self, path: Path) -> os.stat_result | None:
        """Return the status of what is in a folder, None where it has just gone."""
        try:
            return self._files.status(path)
        except FileNotFoundError:
            return None


def _is_table(name: str) -> bool:
    return bool(suffix_of(name)) and not is_litter(name) and reason_to_hold(name) is None
