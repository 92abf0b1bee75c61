"""Is it alive, and what is it doing: what ``outbox/status.json`` says, and what that means.

Nothing in the file says "alive". Whoever reads it judges by the age of the daemon's last sign, a
completed look at the inbox or progress on a file, and on the daemon's own machine by its process:
one that was killed had no time to say so.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from core.errors import StatusError

STATUS = "status.json"
MAIN = "main"  # the worker that needs no name
# Without a sign for so many looks, and for so long at least, a daemon is deaf.
DEAF_LOOKS, DEAF_S = 10, 30.0
# With a file in work the signs are its progress, and hashing a large one is silent.
STUCK_S = 600.0


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Waiting(_Part):
    """A file that is not in work yet: since when it is known, and what it waits for."""

    name: str
    since: AwareDatetime
    why: str


class InWork(_Part):
    """The file in work and how many of its records are coded."""

    name: str
    since: AwareDatetime
    n_rows: int = 0


class Answer(_Part):
    """What became of one file: a summary of its results, or the reason why it was rejected."""

    name: str
    at: AwareDatetime
    text: str


class Trouble(_Part):
    """What keeps the daemon from its work, and since when."""

    since: AwareDatetime
    why: str


class Status(_Part):
    """All that ``status.json`` says. Answers are newest first, waiting files oldest first.

    ``looked``: the last completed look; ``moved``: the last step on any file, or look that failed;
    ``stopped``: when it ended by itself. ``waiting`` has the first 50 of ``n_waiting`` files.
    """

    format: Literal[1] = 1
    host: str
    pid: int
    started: AwareDatetime
    stopped: AwareDatetime | None = None
    looked: AwareDatetime | None = None
    moved: AwareDatetime | None = None
    poll_s: float
    model_version: str
    share_down: Trouble | None = None
    paused: Trouble | None = None
    in_work: InWork | None = None
    n_waiting: int = 0
    waiting: tuple[Waiting, ...] = ()
    results: tuple[Answer, ...] = ()
    rejected: tuple[Answer, ...] = ()
    last_night: str = ""
    next_night: AwareDatetime | None = None

    @property
    def last_sign(self) -> datetime:
        """When the daemon last did anything."""
        return max(filter(None, [self.started, self.looked, self.moved]))


class Health(StrEnum):
    """What a status means to whoever relies on the daemon."""

    WELL = "well"  # it looks and works
    STOPPED = "stopped"  # it was told to stop, and did
    DEAD = "dead"  # its process is gone without a word
    DEAF = "deaf"  # no sign for too long: it hangs, or its machine is off
    SHARE_DOWN = "share down"  # the inbox cannot be listed
    PAUSED = "paused"  # the disk is full, or a permission was taken away


@dataclass(frozen=True)
class HealthReport:
    """The health, and the reason in words."""

    health: Health
    why: str


def status_name(worker: str) -> str:
    """The file in which a worker tells of itself."""
    return STATUS if worker == MAIN else f"status-{worker}.json"


def read_status(outbox: Path, worker: str = MAIN) -> Status:
    """What the daemon last wrote; StatusError where there is nothing, or nothing readable."""
    path = outbox / status_name(worker)
    try:
        return Status.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise StatusError(
            f"no daemon has worked here: {str(path)!r} does not exist; start one with 'isco watch' "
            "or 'isco service install'"
        ) from None
    except OSError as error:
        raise StatusError(
            f"{str(path)!r} cannot be read ({error}); is the folder's share down?"
        ) from None
    except ValidationError as error:
        raise StatusError(
            f"{str(path)!r} is damaged ({' '.join(error.errors()[0]['msg'].split())}); a daemon "
            "that is alive replaces it within seconds, else start one"
        ) from None


def is_running(pid: int) -> bool:
    """Whether this machine has a process of that number."""
    if os.name != "posix":
        return True  # elsewhere os.kill ends what it asks for; the age decides alone
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def judge(
    status: Status,
    now: datetime,
    host: str | None = None,
    is_running: Callable[[int], bool] = is_running,
) -> HealthReport:
    """What ``status`` means at ``now`` on the machine ``host`` (this one)."""
    age_s = (now - status.last_sign).total_seconds()
    if status.stopped is not None:
        return HealthReport(Health.STOPPED, f"it was stopped {_moment(status.stopped)}")
    if status.host == (host or socket.gethostname()) and not is_running(status.pid):
        return HealthReport(
            Health.DEAD,
            f"process {status.pid} is gone without a word, last sign {_span(age_s)} ago; start it "
            "again: what it had in work is taken up",
        )
    limit_s = max(DEAF_LOOKS * status.poll_s, STUCK_S if status.in_work else DEAF_S)
    if age_s > limit_s:
        doing = f"no progress on {status.in_work.name!r}" if status.in_work else "no look"
        where = f"process {status.pid} on {status.host}"
        return HealthReport(Health.DEAF, f"{doing} for {_span(age_s)}: {where} hangs or is gone")
    if -age_s > limit_s:
        reason = f"its last look lies {_span(-age_s)} ahead of this clock: one of the two is wrong"
        return HealthReport(Health.DEAF, reason)
    for health, trouble in (
        (Health.SHARE_DOWN, status.share_down),
        (Health.PAUSED, status.paused),
    ):
        if trouble is not None:
            return HealthReport(health, f"since {_moment(trouble.since)}: {trouble.why}")
    return HealthReport(Health.WELL, f"last sign {_span(age_s)} ago")


def describe(status: Status, verdict: HealthReport, now: datetime) -> str:
    """The status as a person reads it; the verdict is the first line."""

    def age(since: datetime) -> str:
        return _span((now - since).total_seconds())

    lines = [
        f"{verdict.health}: {verdict.why}",
        f"process {status.pid} on {status.host} since {_moment(status.started)}",
        f"model {status.model_version}",
    ]
    if status.next_night is not None:
        last = f", the last one {status.last_night}" if status.last_night else ""
        lines.append(f"next night {_moment(status.next_night)}{last}")
    if status.in_work is not None:
        work = status.in_work
        lines.append(f"in work: {work.name!r} for {age(work.since)}, {work.n_rows:,} rows coded")
    lines.append(f"waiting: {status.n_waiting:,}")
    lines += [f"  {w.name!r} for {age(w.since)}: {_line(w.why)}" for w in status.waiting]
    if status.n_waiting > len(status.waiting):
        lines.append(f"  and {status.n_waiting - len(status.waiting):,} more")
    if status.results:
        lines.append("last results:")
        lines += [f"  {_moment(a.at)}  {a.name!r}: {_line(a.text)}" for a in status.results]
    if status.rejected:
        lines.append("rejected:")
        lines += [
            f"  {_moment(a.at)}  {_line(a.text)}" for a in status.rejected
        ]  # it names the file
    return "\n".join(lines)


def _line(text: str) -> str:
    """``text`` for a terminal: what could steer one is left out."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def _span(seconds: float) -> str:
    """A duration to two digits or so: 12 s, 5 min, 3 h, 9 d."""
    seconds = max(seconds, 0.0)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
