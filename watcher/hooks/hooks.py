"""Run the commands of ``hooks`` in the settings, beside the daemon and never in its way.

What happened is first written to ``outbox/.staging/hooks/``, before the claim of its file is
released, and leaves it when the command has ended well. So a daemon that is killed loses none; a
command that ran when it was killed runs again, with the same ``event_id`` and a higher ``attempt``.
The commands run one after the other in a thread of their own.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from core.files.own_files import METRICS, SENTINEL, OwnFileError, set_aside
from core.settings_file.hook_settings import HookKind
from watcher.clock import back_off_s
from watcher.delivery.publish import shown
from watcher.environment import Environment
from watcher.hooks.hook_command import HookFailedError, HookInterruptedError, run_command
from watcher.hooks.hook_event import HookEvent
from watcher.intake.claims import WORK, Claim
from watcher.intake.folder_checks import STAGING
from watcher.processes.scheduler import FAILED as FAILED_NIGHT
from watcher.status.status import encodable

_LOG = logging.getLogger(__name__)
HOOKS = "hooks"
FAILED = "failed-"
"""The beginning of the name of an event whose command has failed too often; it is kept."""
_LOOK_EVERY_S = 0.1
_FIRST_WAIT_S = 10.0
_MAX_WAIT_S = 600.0
_SUFFIX = ".json"


class Hooks:
    """The commands of one daemon; without any in the settings nothing is written or run.

    Attributes
    ----------
    n_failed : the number of events since the start whose command has failed too often.
    """

    def __init__(self, environment: Environment, first_wait_s: float = _FIRST_WAIT_S) -> None:
        """``first_wait_s``: how long after its first failure a command is tried again."""
        self._settings = environment.hooks
        self._work_dir = environment.settings.inbox / WORK
        self._dir = environment.settings.outbox / STAGING / HOOKS
        self._worker = environment.name
        self._part_suffix = f".{environment.name}.part"
        self._files = environment.files
        self._first_wait_s = first_wait_s
        self.n_failed = 0
        self._lock = threading.Lock()
        self._events: dict[str, HookEvent] = {}  # in the order in which they happened
        self._due_s: dict[str, float] = {}
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._is_finishing = False
        self._thread: threading.Thread | None = None
        self._reported = ""

    @property
    def n_waiting(self) -> int:
        """The number of events whose command has not ended well so far."""
        return len(self._events)

    def on_result(self, claim: Claim, receipt: Path, summary: str) -> None:
        """Keep that a file has results, before its claim is released.

        Raises OSError where this cannot be written; the file is then tried again.
        """
        self._add(HookKind.RESULT, claim.id, receipt, summary, claim.inbox_path)

    def on_rejected(self, claim: Claim, reason_path: Path, reason: str) -> None:
        """Keep that a file is rejected; see ``on_result``."""
        self._add(HookKind.REJECTED, claim.id, reason_path, reason, claim.inbox_path)

    def on_night(self, report_dir: Path, summary: str) -> None:
        """Keep that a nightly training has ended. Raises OSError."""
        record = report_dir / (FAILED_NIGHT if (report_dir / FAILED_NIGHT).exists() else METRICS)
        self._add(HookKind.NIGHT, f"night-{report_dir.name}", record, summary)
        self.wake()

    def wake(self) -> None:
        """Look for events at once: a claim was released."""
        self._wake.set()

    def start(self) -> None:
        """Take up what an earlier daemon of this name left, and start to run commands."""
        if not any(map(self._settings.command, HookKind)):
            return
        self._load()
        self._thread = threading.Thread(target=self._run, name="hooks", daemon=True)
        self._thread.start()

    def finish(self, stop: threading.Event) -> None:
        """Try every event that waits once more; return then, or when ``stop`` is set."""
        self._due_s.clear()
        self._is_finishing = True
        self._wake.set()
        while self._thread is not None and self._thread.is_alive() and not stop.is_set():
            self._thread.join(_LOOK_EVERY_S)

    def stop(self) -> None:
        """Stop; a command that runs has 5 s to end, and runs again later if it does not."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _add(self, kind: HookKind, event_id: str, path: Path, summary: str, name: str = "") -> None:
        """Write an event, in place of an earlier one of the same id."""
        if not self._settings.command(kind):
            return
        event = HookEvent(
            event=kind,
            event_id=event_id,
            at=datetime.now(UTC),  # with its microseconds: they are told in order
            input=encodable(name),
            path=path.absolute(),
            summary=encodable(summary),
            worker=self._worker,
        )
        with self._lock:
            self._save(event)
            self._events[event_id] = event

    def _save(self, event: HookEvent) -> None:
        """Write an event whole, and on the disk before it returns. Raises OSError."""
        with suppress(FileExistsError):
            self._files.make_dir(self._dir)
        path = self._path_of(event)
        part = path.with_name(event.event_id + self._part_suffix)
        self._files.write(part, event.to_json())
        self._files.sync(part)
        self._files.rename(part, path)
        self._files.sync(self._dir)

    def _load(self) -> None:
        """Read the events that an earlier daemon of this name left, and that have a command."""
        events = []
        try:
            names = self._files.names(self._dir)
        except OSError:  # there are none, or the share is away: they stay for the next start
            return
        for name in names:
            if name.endswith(self._part_suffix):  # it was killed while it wrote
                with suppress(OSError):
                    self._files.remove(self._dir / name)
            if not name.endswith(_SUFFIX) or name.startswith(FAILED):
                continue
            try:
                event = HookEvent.parse(self._files.read(self._dir / name), name)
            except (OwnFileError, ValidationError) as error:
                set_aside(self._dir / name, f"{name!r} is no event of a hook: {error}")
            except OSError:
                continue  # another daemon has just delivered it
            else:
                if event.worker == self._worker and self._settings.command(event.event):
                    events.append(event)
        for event in sorted(events, key=lambda event: event.at):
            self._events.setdefault(event.event_id, event)
        if self._events:
            _LOG.info(
                "events of an earlier run that wait for their commands: %d", len(self._events)
            )

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            is_last = self._is_finishing
            for event in self._due():
                if not self._stop.is_set():
                    self._deliver(event)
            if is_last:
                return
            self._wake.wait(self._wait_s())

    def _wait_s(self) -> float:
        now_s = time.monotonic()
        with self._lock:  # the daemon adds events meanwhile
            event_ids = list(self._events)
        due_s = [self._due_s.get(event_id, now_s + _FIRST_WAIT_S) for event_id in event_ids]
        return max(min(due_s, default=now_s + _MAX_WAIT_S) - now_s, 0.05)

    def _due(self) -> list[HookEvent]:
        """Return the events whose claims are released and whose time has come, oldest first."""
        if not self._events:
            return []
        try:
            claimed = {name.partition(".")[0] for name in self._files.names(self._work_dir)}
        except OSError:  # the share is away
            return []
        with self._lock:  # after the claims: the last event of a released one is there by now
            events = list(self._events.values())
        now_s = time.monotonic()
        return [
            event
            for event in events
            if event.event_id not in claimed and self._due_s.get(event.event_id, 0.0) <= now_s
        ]

    def _deliver(self, event: HookEvent) -> None:
        """Run the command of an event once, and keep what came of it."""
        about = f"{event.event} of {event.input or event.event_id!r}"
        event = event.model_copy(update={"attempt": event.attempt + 1})
        try:
            if not self._is_ours(event):  # another daemon has finished its file
                self._forget(event)
                return
            self._save(event)  # before it starts: a killed daemon must not repeat it as the first
            self._call(event)
            self._files.remove(self._path_of(event))
            self._forget(event)
            _LOG.info("%s: the command has ended well", about)
        except HookInterruptedError:
            _LOG.warning("%s: the command was ended with the daemon; it runs again", about)
        except HookFailedError as error:
            self._on_failure(event, about, error)
        except OSError as error:
            self._postpone(event)
            if str(error) != self._reported:
                _LOG.warning("%s waits, trying again: %s", about, error)
            self._reported = str(error)

    def _is_ours(self, event: HookEvent) -> bool:
        """Whether an event is still there, and for this daemon. Raises OSError."""
        try:
            path = self._path_of(event)
            kept = HookEvent.parse(self._files.read(path), path.name)
            return kept.worker == self._worker
        except FileNotFoundError:
            if not (self._dir.parents[1] / SENTINEL).exists():
                raise  # the share is away, and the event with it
            return False
        except (OwnFileError, ValidationError):
            return True  # damaged since: it is written again, as this daemon has it

    def _call(self, event: HookEvent) -> None:
        told = {**event.told(), "host": socket.gethostname()}
        run_command(
            self._settings.command(event.event),
            event.path,
            json.dumps(told).encode() + b"\n",
            self._settings.time_limit_s,
            self._stop,
        )

    def _on_failure(self, event: HookEvent, about: str, error: HookFailedError) -> None:
        event = event.model_copy(update={"n_failures": event.n_failures + 1})
        try:
            self._save(event)
            if event.n_failures > self._settings.retries:
                kept = shown(self._give_up(event))
                _LOG.error("%s: %s. It is not retried; the event is kept in %s", about, error, kept)
                return
        except OSError:
            pass  # the share: it counts at the next failure
        self._postpone(event)
        _LOG.warning("%s: %s. It is tried again", about, error)

    def _postpone(self, event: HookEvent) -> None:
        with self._lock:
            self._events[event.event_id] = event
        wait_s = back_off_s(self._first_wait_s, max(event.n_failures, 1), _MAX_WAIT_S)
        self._due_s[event.event_id] = time.monotonic() + wait_s

    def _give_up(self, event: HookEvent) -> Path:
        """Keep an event aside, and return where. Raises OSError."""
        path = self._path_of(event)
        kept = path.with_name(FAILED + path.name)
        self._files.rename(path, kept)
        self._forget(event)
        self.n_failed += 1
        return kept

    def _path_of(self, event: HookEvent) -> Path:
        return self._dir / f"{event.event_id}{_SUFFIX}"

    def _forget(self, event: HookEvent) -> None:
        with self._lock:
            self._events.pop(event.event_id, None)
        self._due_s.pop(event.event_id, None)
