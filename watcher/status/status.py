"""What the status of a daemon has in it, and what it means: is it alive, what does it do?

No field says "alive", because a daemon that was killed cannot change it. The reader judges by the
age of the daemon's last activity, a completed poll of the inbox or progress on a file, and on the
daemon's own machine by its process.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

import psutil
from pydantic import AwareDatetime, BaseModel, ConfigDict, InstanceOf

# Without activity for so many polls, and for so long at least, a daemon is unresponsive.
UNRESPONSIVE_POLLS = 10
UNRESPONSIVE_S = 30.0
# While a file is in progress its records are the activity, and hashing a large file shows none.
STALLED_S = 600.0


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Waiting(_Part):
    """A file that is not in progress: since when it is known, and the reason why it waits.

    ``needs_space``: a folder has too little space for it.
    """

    name: str
    since: AwareDatetime
    reason: InstanceOf[str]  # a ``Message`` stays one
    needs_space: bool = False


class InProgress(_Part):
    """The file in progress, and how many of its records are coded."""

    name: str
    since: AwareDatetime
    n_rows: int = 0


N_RESULTS = 10  # and so many rejected files: a status has the latest ones


class FileResult(_Part):
    """What became of one file: its results, or why it was rejected, which ``reason_path`` has."""

    name: str
    at: AwareDatetime
    text: str
    reason_path: str = ""


class Problem(_Part):
    """What stops the daemon from working, and since when."""

    since: AwareDatetime
    reason: InstanceOf[str]


class Totals(_Part):
    """What only grows: files with results and rejected ones, and the records of new results."""

    n_results: int = 0
    n_rejected: int = 0
    n_records: int = 0
    n_autocoded: int = 0
    n_review: int = 0


class Status(_Part):
    """The content of ``status.json``.

    Attributes
    ----------
    started, stopped : when the daemon started, and when it stopped in an orderly way.
    last_poll : when the inbox was last polled completely.
    last_progress : when a file last made progress, or a poll failed.
    model_version : None while the first model is loaded.
    share_unavailable : the inbox or the outbox cannot be used.
    paused : the disk is full, a permission is missing, or there is no model.
    no_space : files wait because a folder has too little space for them; others are processed.
    warnings : what stops no file, and somebody should mend.
    waiting : the first 50 of ``n_waiting`` files, those first that have waited longest.
    ignored : the first 50 of ``n_ignored`` names: what systems put into the inbox, empty folders.
    results, rejected : the last ten, newest first.
    last_training : the date of the latest nightly training, and its outcome.
    n_hooks_waiting : events whose command has not ended well so far.
    n_hooks_failed : events whose command has failed too often, since the daemon started.
    totals : what was counted since the first daemon of this name.
    """

    format: Literal[1] = 1
    host: str
    pid: int
    started: AwareDatetime
    stopped: AwareDatetime | None = None
    last_poll: AwareDatetime | None = None
    last_progress: AwareDatetime | None = None
    poll_s: float
    model_version: str | None
    share_unavailable: Problem | None = None
    paused: Problem | None = None
    no_space: Problem | None = None
    warnings: tuple[InstanceOf[str], ...] = ()
    in_progress: InProgress | None = None
    n_waiting: int = 0
    waiting: tuple[Waiting, ...] = ()
    n_ignored: int = 0
    ignored: tuple[str, ...] = ()
    results: tuple[FileResult, ...] = ()
    rejected: tuple[FileResult, ...] = ()
    last_training: str | None = None
    next_training: AwareDatetime | None = None
    n_hooks_waiting: int = 0
    n_hooks_failed: int = 0
    totals: Totals = Totals()

    @property
    def shown_files(self) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
        """What is said of the inbox, without the times."""
        return [(file.name, file.reason) for file in self.waiting], self.ignored

    @property
    def last_activity(self) -> datetime:
        """When the daemon last did anything."""
        return max(filter(None, [self.started, self.last_poll, self.last_progress]))

    @property
    def silence_limit_s(self) -> float:
        """How long a daemon may show no activity before it counts as unresponsive."""
        limit_s = UNRESPONSIVE_S if self.in_progress is None else STALLED_S
        return max(UNRESPONSIVE_POLLS * self.poll_s, limit_s)

    def until(self, now: datetime) -> Status:
        """Return the status with no activity after ``now``, as after the clock was set back."""
        times = {name: getattr(self, name) for name in ("started", "last_poll", "last_progress")}
        ahead = {name: now for name, time in times.items() if time is not None and time > now}
        return self.model_copy(update=ahead) if ahead else self


class Health(StrEnum):
    """Whether the daemon can be relied on; the value is shown to people and in JSON."""

    OK = "ok"
    """It polls and processes files."""

    STOPPED = "stopped"
    """It was told to stop, and did."""

    DEAD = "dead"
    """Its process has ended without stopping in an orderly way."""

    UNRESPONSIVE = "unresponsive"
    """No activity for too long: it hangs, or its machine is off."""

    SHARE_UNAVAILABLE = "share unavailable"
    """The inbox or the outbox cannot be used."""

    PAUSED = "paused"
    """The disk is full, a permission is missing, or there is no model."""

    NO_SPACE = "no space"
    """A file waits because a folder has too little space for it; others are processed."""


@dataclass(frozen=True)
class HealthReport:
    """The health of a daemon, and the reason in words."""

    health: Health
    reason: str


def is_running(pid: int) -> bool:
    """Whether this machine has a process with that number; one that has ended does not count.

    A process stays in the list as a zombie until its parent asks for its exit status.
    """
    try:
        return psutil.Process(pid).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True  # a process of another user


def judge(
    status: Status,
    now: datetime,
    host: str | None = None,
    is_running: Callable[[int], bool] = is_running,
) -> HealthReport:
    """Return what ``status`` means at ``now`` on the machine ``host`` (default: this one)."""
    age_s = (now - status.last_activity).total_seconds()
    if status.stopped is not None:
        return HealthReport(Health.STOPPED, f"at {moment_text(status.stopped)}")
    if status.host == (host or socket.gethostname()) and not is_running(status.pid):
        return HealthReport(
            Health.DEAD,
            f"process {status.pid} ended unexpectedly, last activity {duration_text(age_s)} ago; "
            "start the daemon again: it continues with the file that was in progress",
        )
    limit_s = status.silence_limit_s
    if age_s > limit_s:
        missing = "no poll" if status.in_progress is None else "no progress"
        file = "" if status.in_progress is None else f" on {status.in_progress.name!r}"
        return HealthReport(
            Health.UNRESPONSIVE,
            f"{missing}{file} for {duration_text(age_s)}: process {status.pid} on {status.host} "
            "hangs or has ended",
        )
    if -age_s > limit_s:
        return HealthReport(
            Health.UNRESPONSIVE,
            f"its last activity is {duration_text(-age_s)} ahead of this clock: one of the two "
            "clocks is wrong",
        )
    for health, problem in (
        (Health.SHARE_UNAVAILABLE, status.share_unavailable),
        (Health.PAUSED, status.paused),
        (Health.NO_SPACE, status.no_space),
    ):
        if problem is not None:
            return HealthReport(health, f"since {moment_text(problem.since)}: {problem.reason}")
    return HealthReport(Health.OK, f"last activity {duration_text(age_s)} ago")


def encodable(text: str) -> str:
    """Return ``text`` with escapes for what is not UTF-8 in a file name: JSON has no bytes."""
    encoded = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if encoded == text else encoded  # a message stays one


def moment_text(moment: datetime) -> str:
    """Return a moment in local time, to the second."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def duration_text(seconds: float) -> str:
    """Return a duration to about two digits: 12 s, 5 min, 3 h, 9 d."""
    seconds = max(seconds, 0.0)
    for unit, length_s in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length_s:
            return f"{seconds / length_s:.0f} {unit}"
    return f"{seconds:.0f} s"
