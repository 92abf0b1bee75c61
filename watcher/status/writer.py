"""Keeps the daemon's status and writes ``outbox/status.json``, whole at any moment.

It also writes ``outbox/index.html``, the same for people (``watcher/delivery/index_page.py``).
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.errors import StatusError
from core.files.own_files import set_aside
from results.receipt import AnyReceipt, Receipt
from watcher.delivery.index_page import Index
from watcher.environment import MAIN, Environment
from watcher.faults import NoSpaceError
from watcher.hooks.hooks import Hooks
from watcher.intake.claims import STILL_OPEN, Claim
from watcher.intake.stability import WaitingFile
from watcher.outcome import Outcome
from watcher.processes.scheduler import NightlyScheduler
from watcher.status.prometheus import write_metrics
from watcher.status.removed_reasons import without_removed_reasons
from watcher.status.status import N_RESULTS, FileResult, InProgress, Problem, Status, encodable
from watcher.status.status_file import (
    DamagedStatusError,
    read_status,
    status_file_name,
    write_status,
)
from watcher.status.waiting_files import INTERRUPTED, MAY_BE_WRITTEN, N_LISTED, WaitingFiles

_LOG = logging.getLogger(__name__)
_WRITE_EVERY_S = 5.0  # without changes: a synchronised outbox sends every version of the file
_PROGRESS_EVERY_S = 1.0


class StatusWriter:
    """Keeps the daemon's status and writes it at changes, and every few seconds without any.

    A status that cannot be written stops nothing: its age tells the reader. ``scheduler`` gives the
    times of the nightly training, ``hooks`` counts the events that wait for a command.
    """

    def __init__(
        self,
        environment: Environment,
        scheduler: NightlyScheduler | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        self._outbox = environment.settings.outbox
        self._settings = environment.settings
        self._name = environment.name
        self._clock = environment.clock
        self._scheduler = scheduler
        self._hooks = hooks
        self._index = Index(self._outbox, environment.language)
        self._files = WaitingFiles(environment.clock)
        self._written_s = 0.0
        self._has_changes = False
        self._is_failing = False

    def start(self, model_version: str | None) -> None:
        """Write the first status of a daemon; what the daemon before it came to is kept."""
        results: dict[str, Any] = {}
        try:
            before = read_status(self._outbox, self._name)
            kept = ("results", "rejected", "totals", "last_training")
            results = {key: getattr(before, key) for key in kept}
        except DamagedStatusError as error:
            set_aside(self._outbox / status_file_name(self._name), error)
        except StatusError:
            pass  # the first daemon here
        self._status = Status(
            host=socket.gethostname(),
            pid=os.getpid(),
            started=self._clock.now(),
            poll_s=self._settings.poll_s,
            model_version=model_version,
            **results,
        )
        self._write()

    def stop(self) -> None:
        """Write that the daemon stops in an orderly way."""
        self._change(stopped=self._clock.now(), in_progress=None, next_training=None)
        self._write()

    def on_poll(
        self,
        files: Sequence[WaitingFile],
        model_version: str | None,
        ignored: Sequence[str] = (),
    ) -> None:
        """Record a completed poll of the inbox: the ``files`` in it, and what is ``ignored``."""
        now = self._clock.now()
        before = self._status = self._status.until(now)
        self._files.poll(files, now)
        self._change(
            **self._files.listed(),
            last_poll=now,
            share_unavailable=None,
            n_ignored=len(ignored),
            ignored=tuple(encodable(name) for name in sorted(ignored)[:N_LISTED]),
            model_version=model_version,
        )
        if before.shown_files != self._status.shown_files or before.share_unavailable:
            self._has_changes = True
        if self._has_changes or self._is_write_due():
            self._update_trainings()
            self._write()

    def on_warnings(self, warnings: tuple[str, ...]) -> None:
        """Record which warnings stand now."""
        warnings = tuple(map(encodable, warnings))
        if warnings != self._status.warnings:
            self._change(warnings=warnings)
            self._has_changes = True

    def on_share_unavailable(self, error: Exception) -> bool:
        """Record that a poll failed; return whether that is news."""
        now = self._clock.now()
        self._status = self._status.until(now)
        before = self._status.share_unavailable
        problem = before or Problem(since=now, reason=encodable(str(error)))
        self._change(share_unavailable=problem, last_progress=now)
        if before is None or self._is_write_due():
            self._write()
        return before is None

    def on_claim_failed(self, name: str, error: OSError) -> bool:
        """Record that a stable file cannot be claimed; return whether that is news."""
        return self._files.fail_claim(name, error)

    def on_start(self, claim: Claim) -> None:
        """Record that a claimed file is in progress."""
        self._files.start(claim)
        now = self._clock.now()
        in_progress = InProgress(name=encodable(claim.inbox_path), since=now)
        self._change(**self._files.listed(), in_progress=in_progress, last_progress=now)
        self._write()

    def on_records(self, n_done: int) -> None:
        """Record that so many more records of the file in progress are coded."""
        file = self._status.in_progress
        if file is not None:
            file = file.model_copy(update={"n_rows": file.n_rows + n_done})
        self._change(in_progress=file, last_progress=self._clock.now())
        if self._clock.monotonic_s() - self._written_s >= _PROGRESS_EVERY_S:
            self._write()

    def on_published(self, receipt: AnyReceipt) -> None:
        """Count the records of new results, and name the version of the model that coded them."""
        if isinstance(receipt, Receipt):
            self._change(model_version=receipt.model_version)
            self._count(
                n_records=receipt.n_rows_out,
                n_autocoded=receipt.n_autocoded,
                n_review=receipt.n_review,
            )

    def on_result(self, name: str, summary: str, *, n_results: int = 1) -> None:
        """Record that a file has results, or (``n_results`` 0) that those it had do not count."""
        self._count(n_results=n_results)
        self._change(results=self._prepended(self._status.results, name, summary))

    def on_rejected(self, name: str, reason: str, path: Path) -> None:
        """Record that a file was rejected; ``path`` is the file with the reason."""
        self._count(n_rejected=1)
        self._change(rejected=self._prepended(self._status.rejected, name, reason, str(path)))

    def on_retry(self, claim: Claim, error: Exception) -> bool:
        """Record that a file is kept and tried again; return whether the reason is news."""
        return self._files.keep(claim, encodable(str(error)), isinstance(error, NoSpaceError))

    def on_interrupted(self, claim: Claim) -> None:
        """Record that a daemon ended with this file in its claim, this one now or one before."""
        self._files.keep(claim, INTERRUPTED)
        self._end_progress()

    def on_done(self, claim: Claim, outcome: Outcome) -> None:
        """Record that the file is not in progress any more."""
        if outcome.is_final:
            self._files.remove(claim)
            self._change(paused=None)
        elif outcome is Outcome.STILL_OPEN:
            self._files.keep(claim, STILL_OPEN)
        elif claim not in self._files:
            self._files.keep(claim, MAY_BE_WRITTEN)
        self._end_progress()

    def _end_progress(self) -> None:
        self._files.end()
        now = self._clock.now()
        self._change(**self._files.listed(), in_progress=None, last_progress=now)
        self._has_changes = True

    def flush(self) -> None:
        """Write what has changed, before the daemon waits."""
        if self._has_changes:
            self._write()

    def on_pause(self, error: Exception) -> None:
        """Record that no file can be processed, and why; since when is kept while it lasts."""
        before = self._status.paused
        since = before.since if before is not None else self._clock.now()
        self._change(paused=Problem(since=since, reason=encodable(str(error))))
        self._has_changes = True

    def on_resume(self) -> None:
        """Record that files can be processed again."""
        self._change(paused=None)
        self._has_changes = True

    def _prepended(
        self, results: tuple[FileResult, ...], name: str, text: str, path: str = ""
    ) -> tuple[FileResult, ...]:
        written = {"name": name, "text": text, "reason_path": path}
        values = {key: encodable(value) for key, value in written.items()}
        result = FileResult(at=self._clock.now(), **values)
        return (result, *results)[:N_RESULTS]

    def _update_trainings(self) -> None:
        if self._scheduler is None:
            return
        with suppress(OSError):  # the share is unavailable: the last outcome stays
            if (last_training := self._scheduler.last_training()) is not None:
                self._change(last_training=encodable(last_training))
        self._change(next_training=self._scheduler.next_training())

    def _count(self, **counts: int) -> None:
        totals = self._status.totals
        more = {name: getattr(totals, name) + n for name, n in counts.items()}
        self._change(totals=totals.model_copy(update=more))

    def _change(self, **changes: Any) -> None:
        self._status = self._status.model_copy(update=changes)

    def _is_write_due(self) -> bool:
        return self._clock.monotonic_s() - self._written_s >= _WRITE_EVERY_S

    def _write(self) -> None:
        self._written_s = self._clock.monotonic_s()
        self._has_changes = False
        self._change(no_space=self._files.without_space())
        if self._hooks is not None:
            self._change(n_hooks_waiting=self._hooks.n_waiting, n_hooks_failed=self._hooks.n_failed)
        path = self._outbox / status_file_name(self._name)
        try:
            self._status = without_removed_reasons(self._status, self._settings.rejected_dir)
            write_status(path, self._status)
            self._is_failing = False
        except OSError as error:
            if not self._is_failing:
                _LOG.warning("the status cannot be written, continuing without it: %s", error)
            self._is_failing = True
        write_metrics(self._outbox, self._status, self._name)
        if self._name == MAIN:  # one of several daemons writes it
            self._index.refresh(self._status)
