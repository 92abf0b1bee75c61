"""The nightly training: due once a night, however clocks, sleep and crashes fall.

APScheduler wakes at the hour of ``schedule.cron``, and every minute besides: its timers stand still
while a laptop sleeps. Whether a night is due is decided by the wall clock and by what lies on the
disk: ``outbox/nightly/last.json`` says up to when every night has been seen to, and
``outbox/nightly/<date>/`` is what a night left. So a night whose hour was slept through, or fell
while the daemon was down, runs once when it is back; several missed nights run as one; and of the
hour that autumn repeats only the first counts.

The training is a child process at low priority. It publishes its own report, so that a night
finished while the daemon was down is finished.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from tzlocal import get_localzone

from core.errors import SettingsError
from core.settings import ScheduleSettings

NIGHTLY, LAST, FAILED = "nightly", "last.json", "failed.txt"
_LOG = logging.getLogger(__name__)
logging.getLogger("apscheduler").setLevel(logging.ERROR)
_PRIORITY = 15  # of 19: whoever drops a file comes first
_CHECK_EVERY_S = 60

StartTraining = Callable[[Path], "subprocess.Popen[bytes]"]
Clock = Callable[[], datetime]


def now() -> datetime:
    """The wall clock, with a time zone."""
    return datetime.now().astimezone()


class NightlyScheduler:
    """Decides when a night is due, and has it trained.

    ``start_training`` starts the training as a child that publishes its report in the folder it is
    given. ``clock`` is the wall clock.
    """

    def __init__(
        self,
        settings: ScheduleSettings,
        outbox: Path,
        start_training: StartTraining,
        clock: Clock = now,
    ) -> None:
        """Raises SettingsError for a cron expression or time zone that does not exist."""
        self.zone = _zone(settings.timezone)
        self._trigger = _trigger(settings.cron, self.zone)
        self._dir = outbox / NIGHTLY
        self._start_training, self._clock = start_training, clock
        self._busy = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._scheduler = BackgroundScheduler(timezone=self.zone)

    def start(self) -> None:
        """Begin to watch the clock."""
        self._dir.mkdir(parents=True, exist_ok=True)
        if self._seen_until() is None:
            self._remember(self._clock())
        options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler.add_job(self.check, self._trigger, **options)
        # The first time at once: a night may have been missed while the daemon was down. Not a
        # job of its own: APScheduler fails over one that ends while it is being shut down.
        minutely = IntervalTrigger(seconds=_CHECK_EVERY_S)
        self._scheduler.add_job(self.check, minutely, next_run_time=now(), **options)
        self._scheduler.start()
        _LOG.info("next training: %s", f"{self.next_night():%a %d %b %H:%M}")

    def stop(self) -> None:
        """Stop watching the clock, and a training that runs: the next one begins anew."""
        self._stopped = True
        self._scheduler.shutdown(wait=False)
        child = self._child
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGTERM)
        with self._busy:  # until the running check has seen its child end
            pass

    def next_night(self) -> datetime:
        """When the next training is due, in the schedule's time zone."""
        return self._next_after(self._clock())

    def last_night(self) -> str:
        """The date of the newest night and what came of it, ``""`` without one."""
        report_dir = max(self._dir.glob("[0-9]*"), default=None)
        return f"{report_dir.name}: {outcome(report_dir)}" if report_dir is not None else ""

    def due(self) -> datetime | None:
        """The latest night that has come and was not seen to, or None."""
        moment, seen = self._clock().astimezone(UTC), self._seen_until()
        if seen is None or seen > moment:  # the clock was ahead: begin to count from here
            self._remember(moment)
            return None
        latest = None
        fires = self._next_after(seen)
        while fires.astimezone(UTC) <= moment:
            latest = fires
            fires = self._next_after(fires)
        return latest

    def check(self) -> None:
        """Train if a night is due; returns when that is done. At once where one runs already."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            night = self.due()
            if night is None or self._stopped:
                return
            report_dir = self._dir / f"{night:%Y-%m-%d}"
            if report_dir.exists() or self._train(report_dir):
                self._remember(night)
        except Exception:  # the second of two places that catch broadly: around one night
            _LOG.exception("the nightly training could not be started; trying again in a minute")
        finally:
            self._busy.release()

    def _train(self, report_dir: Path) -> bool:
        """Whether the night is over, well or not; False where it must be tried again."""
        _LOG.info("nightly training of %s begins", report_dir.name)
        self._child = self._start_training(report_dir)
        with suppress(OSError, AttributeError):  # it is over, or this system has no priorities
            os.setpriority(os.PRIO_PROCESS, self._child.pid, _PRIORITY)
        status = self._child.wait()
        if self._stopped:
            return False
        if report_dir.exists():
            _LOG.info("nightly training: %s, report in %s", outcome(report_dir), report_dir)
            return True
        if status == _ANOTHER_RUNS:
            _LOG.info("nightly training: another training runs, waiting for it")
            return False
        reason = f"the training ended with status {status} and left no report; see the log"
        _LOG.error("nightly training: %s; the model in service stays", reason)
        staged = report_dir.with_name(f".{report_dir.name}.failed")
        staged.mkdir(exist_ok=True)
        (staged / FAILED).write_text(reason + "\n", encoding="utf-8")
        os.rename(staged, report_dir)
        return True

    def _next_after(self, moment: datetime) -> datetime:
        # In UTC: times of one zone are compared by what their clocks show, hour repeated or not.
        later = moment.astimezone(UTC) + timedelta(microseconds=1)
        fires = self._trigger.get_next_fire_time(None, later.astimezone(self.zone))
        if not isinstance(fires, datetime):
            raise SettingsError("schedule.cron names a time that never comes")
        return fires

    def _seen_until(self) -> datetime | None:
        try:
            saved = json.loads((self._dir / LAST).read_text(encoding="utf-8"))
            return datetime.fromisoformat(saved["seen_until"]).astimezone(UTC)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _remember(self, moment: datetime) -> None:
        part = self._dir / (LAST + ".part")
        saved = {"seen_until": moment.astimezone(UTC).isoformat()}
        part.write_text(json.dumps(saved) + "\n", encoding="utf-8")
        os.replace(part, self._dir / LAST)


_ANOTHER_RUNS = 3  # exit code of TrainingRunsError


def outcome(report_dir: Path) -> str:
    """What came of a night, in one line."""
    try:
        metrics = json.loads((report_dir / "metrics.json").read_text(encoding="utf-8"))
        return ": ".join([metrics["state"], *metrics["reasons"][:1]])
    except (OSError, ValueError, KeyError, TypeError):
        return "failed"


def _zone(name: str) -> ZoneInfo:
    try:
        return get_localzone() if name == "local" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(
            f"schedule.timezone is {name!r}, which is no time zone; use 'local' or a name such as "
            f"'Europe/Vienna' ({error})"
        ) from None


def _trigger(cron: str, zone: ZoneInfo) -> CronTrigger:
    try:
        return CronTrigger.from_crontab(cron, timezone=zone)
    except ValueError as error:
        raise SettingsError(
            f"schedule.cron is {cron!r}: {error}; expected 'minute hour day month weekday', such "
            "as '15 4 * * *'"
        ) from None
