"""The daemon's own part of ``outbox/status.json``: what it is told, written whole.

With it goes ``outbox/index.html``, the same for people (``watcher/delivery/index_page.py``).
"""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.errors import BundleError, StatusError
from watcher.clock import Clock
from watcher.delivery.index_page import Index
from watcher.filesystem import PUBLIC_FILE
from watcher.intake.claims import Claim
from watcher.intake.stability import Wait
from watcher.processes.scheduler import NightlyScheduler
from watcher.status.status import (
    MAIN,
    Answer,
    InWork,
    Status,
    Trouble,
    Waiting,
    read_status,
    status_name,
)

_LOG = logging.getLogger(__name__)
_BEAT_S = 5.0  # while nothing changes: a synchronised outbox sends every version of the file
_PROGRESS_S = 1.0
_N_SHOWN, _N_WAITING_SHOWN = 10, 50
# No space, or no permission: nothing can be done before a person does something.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
_PAUSES = _FULL | {errno.EACCES, errno.EPERM}


class StatusWriter:
    """Keeps the daemon's status and writes it: at changes, and every few seconds without any.

    A status that cannot be written stops nothing: its age tells the reader. ``schedule`` is asked
    for the nights; ``worker`` is the daemon's name.
    """

    def __init__(
        self,
        outbox: Path,
        poll_s: float,
        schedule: NightlyScheduler | None = None,
        clock: Clock | None = None,
        worker: str = MAIN,
    ) -> None:
        self._path, self._poll_s, self._worker = outbox / status_name(worker), poll_s, worker
        self._schedule, self._clock = schedule, clock or Clock()
        self._index = Index(outbox)
        self._kept: dict[str, Waiting] = {}  # claims that are tried again
        self._refused: dict[str, str] = {}  # files that could not be taken hold of
        self._written_s, self._is_dirty, self._is_failing = 0.0, False, False

    def start(self, model_version: str) -> None:
        """A daemon begins. What the one before answered is remembered."""
        answers: dict[str, Any] = {}
        try:
            before = read_status(self._path.parent, self._worker)
            answers = {"results": before.results, "rejected": before.rejected}
        except StatusError:
            pass  # the first one here, or damaged: it begins anew
        self._status = Status(
            host=socket.gethostname(),
            pid=os.getpid(),
            started=self._clock.now(),
            poll_s=self._poll_s,
            model_version=model_version,
            **answers,
        )
        self._write()

    def stop(self) -> None:
        """The daemon ends as it was told to, perhaps in the middle of a file."""
        self._change(stopped=self._clock.now(), in_work=None)
        self._write()

    def looked(self, waits: Iterable[Wait], model_version: str) -> None:
        """A look at the inbox is complete: these files are not in work."""
        now, before = self._clock.now(), self._status
        waits = list(waits)
        self._refused = {w.name: why for w in waits if (why := self._refused.get(w.name))}
        waiting = [
            Waiting(
                name=_printable(wait.name),
                since=now - timedelta(seconds=wait.age_s),
                why=self._refused.get(wait.name, wait.why),
            )
            for wait in waits[:_N_WAITING_SHOWN]
        ]
        waiting = [*self._kept.values(), *waiting][:_N_WAITING_SHOWN]
        self._change(
            looked=now,
            share_down=None,
            n_waiting=len(self._kept) + len(waits),
            waiting=tuple(waiting),
            model_version=model_version,
        )
        told = [(w.name, w.why) for w in before.waiting] == [(w.name, w.why) for w in waiting]
        self._is_dirty |= not told or before.share_down is not None
        if self._is_dirty or self._is_beat_due():
            self._ask_for_nights()
            self._write()

    def share_down(self, error: Exception) -> bool:
        """The inbox cannot be listed. Whether that is news."""
        now, known = self._clock.now(), self._status.share_down
        trouble = known or Trouble(since=now, why=_printable(str(error)))
        self._change(share_down=trouble, moved=now)
        if known is None or self._is_beat_due():
            self._write()
        return known is None

    def refused(self, name: str, error: OSError) -> bool:
        """A whole file cannot be taken hold of. Whether that is news."""
        why = f"it cannot be taken: {_printable(str(error))}"
        is_news = self._refused.get(name) != why
        self._refused[name] = why
        if error.errno in _FULL:
            self._pause(error)
        return is_news

    def working(self, held: Claim) -> None:
        """The work on a file begins."""
        name, now = _printable(held.name), self._clock.now()
        others = tuple(waiting for waiting in self._status.waiting if waiting.name != name)
        self._change(
            in_work=InWork(name=name, since=now),
            moved=now,
            waiting=others,
            n_waiting=max(self._status.n_waiting - 1, len(others)),
        )
        self._write()

    def progress(self, n_done: int) -> None:
        """So many more records of the file in work are coded."""
        work = self._status.in_work
        if work is not None:
            work = work.model_copy(update={"n_rows": work.n_rows + n_done})
        self._change(in_work=work, moved=self._clock.now())
        if self._clock.monotonic_s() - self._written_s >= _PROGRESS_S:
            self._write()

    def answered(self, name: str, text: str) -> None:
        """A file has its results."""
        self._change(results=self._with(self._status.results, name, text))

    def rejected(self, name: str, reason: str) -> None:
        """A file was rejected."""
        self._change(rejected=self._with(self._status.rejected, name, reason))

    def kept(self, held: Claim, error: Exception) -> bool:
        """A passing fault: the file in work is kept and tried again. Whether that is news."""
        why, known = _printable(str(error)), self._kept.get(held.id)
        self._keep(held, why)
        if isinstance(error, BundleError) or getattr(error, "errno", None) in _PAUSES:
            self._pause(error)
        return known is None or known.why != why

    def left(self, held: Claim, is_done: bool) -> None:
        """The work on a file has ended, for good or until the next look."""
        if is_done:
            self._kept.pop(held.id, None)
            self._change(paused=None)
        elif held.id not in self._kept:
            self._keep(held, "somebody may still be writing to it: it is read once more")
        self._change(in_work=None, moved=self._clock.now())
        self._is_dirty = True

    def flush(self) -> None:
        """Write what has changed: the daemon is about to rest."""
        if self._is_dirty:
            self._write()

    def _pause(self, error: Exception) -> None:
        known = self._status.paused
        trouble = Trouble(since=self._clock.now(), why=_printable(str(error)))
        self._change(paused=known or trouble)

    def _keep(self, held: Claim, why: str) -> None:
        known = self._kept.get(held.id)
        since = known.since if known is not None else self._clock.now()
        self._kept[held.id] = Waiting(name=_printable(held.name), since=since, why=why)

    def _with(self, answers: tuple[Answer, ...], name: str, text: str) -> tuple[Answer, ...]:
        answer = Answer(name=_printable(name), at=self._clock.now(), text=_printable(text))
        return (answer, *answers)[:_N_SHOWN]

    def _ask_for_nights(self) -> None:
        if self._schedule is not None:
            with suppress(OSError):  # the share is gone: as told before
                self._change(last_night=_printable(self._schedule.last_night()))
            self._change(next_night=self._schedule.next_night())

    def _change(self, **changes: Any) -> None:
        self._status = self._status.model_copy(update=changes)

    def _is_beat_due(self) -> bool:
        return self._clock.monotonic_s() - self._written_s >= _BEAT_S

    def _write(self) -> None:
        self._written_s, self._is_dirty = self._clock.monotonic_s(), False
        part = self._path.with_name(f".{self._path.name}.part")
        try:
            part.unlink(missing_ok=True)
            with part.open("x", encoding="utf-8") as file:  # never through a link laid there
                file.write(self._status.model_dump_json(indent=2) + "\n")
            part.chmod(PUBLIC_FILE)
            os.replace(part, self._path)
            self._is_failing = False
        except OSError as error:
            if not self._is_failing:
                _LOG.warning("the status cannot be written, going on without: %s", error)
            self._is_failing = True
        if self._worker == MAIN:  # of several daemons one writes it
            self._index.refresh(self._status)


def _printable(text: str) -> str:
    """``text`` with what is not UTF-8 in a name as escapes: JSON has no bytes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
