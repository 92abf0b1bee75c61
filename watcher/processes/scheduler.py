"""The nightly training: once at each time of the schedule, whatever clocks and processes do.

APScheduler wakes the scheduler at the time of ``schedule.cron``, and a thread does every minute:
the timers of APScheduler stand still while a laptop sleeps, and after the clock was set back.
Whether a training is due is decided by the wall clock and by what is on the disk:
``outbox/nightly/last.json`` has the time up to which every training is done, and
``outbox/nightly/<date>/`` is what one training left. A schedule may have several times a day: all
but the first have ``<date>_<time>/``. If the machine slept or the daemon was down at the time, the
training runs once when it is back. Several missed trainings run as one. Of the hour that is
repeated in autumn only the first counts.

The training is a child process at low priority. It publishes its own report, or the reason why it
failed, so a training that ends while the daemon is down is complete.
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

from core.errors import SettingsError, TrainingRunsError
from core.files.folders import make_public_dir
from core.files.own_files import (
    METRICS,
    SENTINEL,
    OwnFileError,
    read_own_file,
    read_own_json,
    set_aside,
)
from core.files.whole_file import write_atomic
from core.run_state import RunState
from core.settings_file.crontab import Crontab
from core.settings_file.schedule_settings import LOCAL, ScheduleSettings
from watcher.processes.background import ended_with, start_in_background

NIGHTLY = "nightly"
LAST = "last.json"
FAILED = "failed.txt"
_LOG = logging.getLogger(__name__)
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)  # before there was this program

StartTraining = Callable[[Path], "subprocess.Popen[bytes]"]
WallClock = Callable[[], datetime]
OnDone = Callable[[Path, str], None]
"""Is told the folder of the report, and how the training ended; may raise OSError."""


def now() -> datetime:
    """Return the wall clock, with a time zone."""
    return datetime.now().astimezone()


class NightlyScheduler:
    """Decides when a nightly training is due, and runs it.

    ``start_training`` starts the training as a child process that publishes its report in the
    folder it is given. ``clock`` returns the wall clock.
    """

    def __init__(
        self,
        settings: ScheduleSettings,
        outbox: Path,
        start_training: StartTraining,
        clock: WallClock = now,
        check_every_s: float = 60.0,
    ) -> None:
        """Raises SettingsError for a time that never comes, and where no time zone is known."""
        # The first results do not wait for APScheduler, nor does a daemon without a schedule.
        from apscheduler.schedulers.background import BackgroundScheduler

        name = settings.timezone
        self.zone = _local_zone() if name == LOCAL else ZoneInfo(name)
        self._cron = settings.cron
        self._crontab = Crontab.parse(settings.cron)
        self._dir = outbox / NIGHTLY
        self._start_training = start_training
        self._clock = clock
        self._check_every_s = check_every_s
        self._lock = threading.Lock()  # held while a training runs
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()
        self._on_done: OnDone = lambda report_dir, outcome: None
        self._reported = ""  # the fault of the last check that was logged
        self._scheduler = BackgroundScheduler(timezone=self.zone)
        self._next_after(clock())  # a time that never comes is an error now, not at night

    def start(self, on_done: OnDone = lambda report_dir, outcome: None) -> None:
        """Start to watch the clock; ``on_done`` is called once a training has ended."""
        from watcher.processes.crontab_trigger import CrontabTrigger

        self._on_done = on_done
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        trigger = CrontabTrigger(self._crontab, self.zone)
        self._scheduler.add_job(self.check, trigger, misfire_grace_time=None, coalesce=True)
        self._scheduler.start()
        threading.Thread(target=self._check_regularly, name="nightly", daemon=True).start()
        _LOG.info("next training: %s", f"{self.next_training():%a %d %b %H:%M}")

    def _check_regularly(self) -> None:
        """Check at once, as a training may have been missed, then by the monotonic clock."""
        while not self._stopped.is_set():
            self.check()
            self._stopped.wait(self._check_every_s)

    def _is_connected(self) -> bool:
        """Whether the outbox is there: nothing is written into the mount point of a share."""
        return (self._dir.parent / SENTINEL).exists()

    def stop(self) -> None:
        """Stop to watch the clock, and end a training that runs: it starts again the next time."""
        self._stopped.set()
        self._scheduler.shutdown(wait=False)
        self._end_child()
        with self._lock:  # until the running check has seen the end of its child
            pass

    def _end_child(self) -> None:
        child = self._child
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGTERM)

    def next_training(self, after: datetime | None = None) -> datetime:
        """Return when the next training is due, by default from now on, as clocks will show it."""
        return self._next_after(after or self._clock()).astimezone(UTC).astimezone(self.zone)

    def last_training(self) -> str | None:
        """Return the date of the latest training and its outcome, None before the first one.

        One of a later date than today ran while the clock was ahead: it would hide the others.
        """
        today = f"{self._clock().astimezone(self.zone):%Y-%m-%d}"
        reports = [path for path in self._dir.glob("[0-9]*") if path.name[: len(today)] <= today]
        report_dir = max(reports, default=None)
        return f"{report_dir.name}: {outcome(report_dir)}" if report_dir is not None else None

    def due_training(self) -> datetime | None:
        """Return the time of the latest training that is due and not done, or None."""
        moment = self._clock().astimezone(UTC)
        done_until = self._done_until()
        if done_until is not None and done_until > moment:
            _LOG.warning("the clock was ahead (%s): trainings count from now", done_until.date())
            done_until = None
        if done_until is None:
            self._set_done_until(moment)
            return None
        latest = None
        scheduled = self._next_after(done_until)
        while scheduled.astimezone(UTC) <= moment:
            latest = scheduled
            scheduled = self._next_after(scheduled)
        return latest

    def check(self) -> None:
        """Run a training that is due and return when it has ended; at once while one runs."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if not self._is_connected():
                return
            due = self.due_training()
            if due is None or self._stopped.is_set():
                return
            report_dir = self._dir / self._report_name(due)
            if report_dir.exists():
                _LOG.info("no training now: %s has a report already", report_dir.name)
                self._set_done(due, report_dir)
            elif self._train(report_dir):
                self._set_done(due, report_dir)
            self._reported = ""
        except OSError as error:  # the share, or a full disk: it says so once
            if str(error) != self._reported:
                _LOG.warning("the nightly training waits, trying again every minute: %s", error)
            self._reported = str(error)
        except Exception:  # whatever it is, the scheduler lives on
            _LOG.exception("the nightly training could not start; trying again in a minute")
        finally:
            self._lock.release()

    def _report_name(self, due: datetime) -> str:
        """Return the name of the report of a training: its date, and its time if not the first.

        It depends on the time alone: a restart finds what is done, and the hour that is repeated in
        autumn has the same names.
        """
        midnight = due.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        first = self._next_after(midnight - timedelta(microseconds=1))
        is_first = f"{first:%H%M}" == f"{due:%H%M}"
        return f"{due:%Y-%m-%d}" if is_first else f"{due:%Y-%m-%d_%H%M}"

    def _train(self, report_dir: Path) -> bool:
        """Run the training; return whether it is done, well or not, False to try it again."""
        _LOG.info("nightly training of %s starts", report_dir.name)
        self._child = start_in_background(lambda: self._start_training(report_dir))
        if self._stopped.is_set():  # perhaps before there was a child to end
            self._end_child()
        status = self._child.wait()
        if self._stopped.is_set():
            return False
        if report_dir.exists():
            if (report_dir / FAILED).exists():
                _LOG.error("nightly training: %s", outcome(report_dir))
            else:
                _LOG.info("nightly training: %s, report in %s", outcome(report_dir), report_dir)
            return True
        if status == TrainingRunsError.exit_code:
            _LOG.info("nightly training: waiting for what else works with the models")
            return False
        if not self._is_connected():  # its report cannot be known: it is done again
            return False
        reason = (
            f"the training ended with {ended_with(status)} and without a report; see the log. "
            "'isco models list' says which model is in service"
        )
        _LOG.error("nightly training: %s", reason)
        publish_failure(report_dir, reason)
        return True

    def _next_after(self, moment: datetime) -> datetime:
        scheduled = self._crontab.next_after(moment.astimezone(self.zone))
        if scheduled is None:
            raise SettingsError(f"schedule.cron is {self._cron!r}, a time that never comes")
        return scheduled

    def _done_until(self) -> datetime | None:
        """Return the time up to which every training is done, None where it is not known.

        Raises OSError where it cannot be read now: to count from now would skip a training.
        """
        try:
            saved = read_own_json(self._dir / LAST)
            done_until = datetime.fromisoformat(saved["done_until"]).astimezone(UTC)
            if done_until < _EARLIEST:
                raise ValueError(f"done_until is {saved['done_until']}")
            return done_until
        except FileNotFoundError:
            if not self._is_connected():  # the share went away since
                raise
            return None
        except PermissionError as error:  # somebody else's file
            _LOG.warning("%s is not used, trainings count from now: %s", self._dir / LAST, error)
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            path = self._dir / LAST
            set_aside(path, f"{str(path)!r} is not used, trainings count from now: {error}")
        return None

    def _set_done(self, due: datetime, report_dir: Path) -> None:
        self._on_done(report_dir, outcome(report_dir))  # first: a killed daemon does both again
        self._set_done_until(due)

    def _set_done_until(self, moment: datetime) -> None:
        saved = {"done_until": moment.astimezone(UTC).isoformat()}
        make_public_dir(self._dir)
        write_atomic(self._dir / LAST, json.dumps(saved) + "\n")


def outcome(report_dir: Path) -> str:
    """Return what came of a training, in one line."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        metrics = read_own_json(report_dir / METRICS)
        return ": ".join([metrics["state"], *metrics["reasons"][:1]])
    with suppress(OSError, OwnFileError):
        reason = read_own_file(report_dir / FAILED).decode("utf-8", "replace")
        return f"{RunState.FAILED}: {' '.join(reason.split())}"
    return RunState.FAILED


def publish_failure(report_dir: Path, reason: str) -> None:
    """Publish the folder of a training that has no report, by one rename. Raises OSError."""
    staged = report_dir.with_name(f".{report_dir.name}.failed")
    make_public_dir(report_dir.parent)
    make_public_dir(staged)
    write_atomic(staged / FAILED, reason + "\n", is_public=True)
    os.rename(staged, report_dir)


def _local_zone() -> ZoneInfo:
    from tzlocal import get_localzone

    try:
        return get_localzone()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        variable = os.environ.get("TZ", "")
        if variable:
            fault = f"the environment variable TZ is {variable!r}, which is no name of a time zone"
        else:
            fault = "the time zone of this machine cannot be told"
        raise SettingsError(
            f"{fault}; set schedule.timezone to a name such as 'Europe/Vienna'"
        ) from None
