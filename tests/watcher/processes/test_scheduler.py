"""The scheduler of the nightly training, with a fake clock and real child processes."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SettingsError
from core.files.own_files import SENTINEL
from core.settings_file.crontab import Crontab
from core.settings_file.schedule_settings import ScheduleSettings
from watcher.processes.crontab_trigger import CrontabTrigger
from watcher.processes.scheduler import FAILED, LAST, NIGHTLY, NightlyScheduler

VIENNA = ZoneInfo("Europe/Vienna")
REPORTS = "import sys, pathlib; pathlib.Path(sys.argv[1]).mkdir()"


class Clock:
    """A wall clock that shows the moment it was given, by default a noon in summer."""

    def __init__(self, moment: datetime = datetime(2026, 6, 1, 12, tzinfo=VIENNA)) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


class Trainings:
    """Starts a child that runs ``program``, and records the date of each training."""

    def __init__(self, program: str = REPORTS) -> None:
        self.program = program
        self.dates: list[str] = []

    def __call__(self, report_dir: Path) -> subprocess.Popen[bytes]:
        self.dates.append(report_dir.name)
        return subprocess.Popen([sys.executable, "-c", self.program, str(report_dir)])


def schedule(
    outbox: Path, clock: Clock, trainings: Trainings, cron: str = "15 4 * * *"
) -> NightlyScheduler:
    settings = ScheduleSettings(cron=cron, timezone="Europe/Vienna")
    (outbox / NIGHTLY).mkdir(parents=True, exist_ok=True)
    (outbox / SENTINEL).touch()
    return NightlyScheduler(settings, outbox, trainings, clock)


def let_a_night_pass(scheduler: NightlyScheduler, clock: Clock) -> None:
    scheduler.check()
    clock.moment += timedelta(days=1)
    scheduler.check()


def test_a_training_runs_once_and_the_next_night_again(tmp_path: Path) -> None:
    clock, trainings = Clock(), Trainings()
    scheduler = schedule(tmp_path, clock, trainings)
    for hour in range(12, 12 + 48):
        clock.moment = datetime(2026, 6, 1, tzinfo=VIENNA) + timedelta(hours=hour, minutes=20)
        scheduler.check()
    assert trainings.dates == ["2026-06-02", "2026-06-03"]
    assert f"{scheduler.next_training():%Y-%m-%d %H:%M}" == "2026-06-04 04:15"


def test_each_training_is_told_even_if_the_daemon_was_killed_after_it(tmp_path: Path) -> None:
    """A report without the mark that its training is done was left by a daemon that was killed."""
    clock, trainings = Clock(), Trainings()
    schedule(tmp_path, clock, trainings).check()
    clock.moment += timedelta(days=1)
    (tmp_path / NIGHTLY / "2026-06-02").mkdir()
    told: list[tuple[str, str]] = []
    is_told = threading.Event()

    def on_done(report_dir: Path, ended: str) -> None:
        told.append((report_dir.name, ended))
        is_told.set()
        if len(told) == 1:
            raise OSError(errno.ENOSPC, "no space for the event")

    scheduler = schedule(tmp_path, clock, trainings)
    scheduler.start(on_done)
    assert is_told.wait(30)
    scheduler.stop()
    again = schedule(tmp_path, clock, trainings)
    is_told.clear()
    again.start(on_done)
    assert is_told.wait(30)
    again.stop()
    assert told == [("2026-06-02", "failed")] * 2 and trainings.dates == []
    assert again.due_training() is None


def test_a_daemon_that_was_down_catches_up_once(tmp_path: Path) -> None:
    clock, trainings = Clock(), Trainings()
    schedule(tmp_path, clock, trainings).check()
    clock.moment += timedelta(days=3)
    for _ in range(3):  # three starts of the daemon
        schedule(tmp_path, clock, trainings).check()
    assert trainings.dates == ["2026-06-04"]


@pytest.mark.parametrize(
    ("day", "cron"),
    [
        (datetime(2026, 3, 28, 20, tzinfo=VIENNA), "30 2 * * *"),  # 02:30 does not exist
        (datetime(2026, 10, 24, 20, tzinfo=VIENNA), "30 2 * * *"),  # 02:30 comes twice
        (datetime(2026, 10, 24, 20, tzinfo=VIENNA), "15 4 * * *"),
    ],
)
def test_in_nights_when_the_clocks_change_one_training_runs(
    tmp_path: Path, day: datetime, cron: str
) -> None:
    clock, trainings = Clock(day), Trainings("pass")
    scheduler = schedule(tmp_path, clock, trainings, cron)
    scheduler.check()
    for _ in range(16 * 4):
        clock.moment = (clock.moment.astimezone(UTC) + timedelta(minutes=15)).astimezone(VIENNA)
        scheduler.check()
    assert trainings.dates == [f"{day + timedelta(days=1):%Y-%m-%d}"]


def test_the_next_training_is_told_as_the_clocks_will_show_it(tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 3, 28, 20, tzinfo=VIENNA))
    scheduler = schedule(tmp_path, clock, Trainings(), "30 2 * * *")
    assert f"{scheduler.next_training():%d %H:%M}" == "29 03:30"  # 02:30 does not exist
    clock.moment = datetime(2026, 10, 25, 2, 10, tzinfo=VIENNA)
    assert f"{scheduler.next_training():%d %H:%M%z}" == "25 02:30+0200"


@pytest.mark.slow
@given(st.lists(st.integers(-36, 72), min_size=1, max_size=12))
def test_however_the_clock_jumps_no_date_is_trained_twice(
    tmp_path_factory: pytest.TempPathFactory, jumps: list[int]
) -> None:
    """And a day without jumps later the next training runs."""

    class Recorder(Trainings):
        def __call__(self, report_dir: Path) -> subprocess.Popen[bytes]:
            self.dates.append(report_dir.name)
            report_dir.mkdir()
            return subprocess.Popen(["true"])

    outbox = tmp_path_factory.mktemp("outbox")
    clock, trainings = Clock(), Recorder()
    for hours in jumps:
        schedule(outbox, clock, trainings).check()
        clock.moment += timedelta(hours=hours)
    assert len(trainings.dates) == len(set(trainings.dates))
    schedule(outbox, clock, trainings).check()
    clock.moment += timedelta(hours=24)
    schedule(outbox, clock, trainings).check()
    last = clock.moment.astimezone(VIENNA) - timedelta(hours=4, minutes=15)
    assert f"{last:%Y-%m-%d}" in trainings.dates


def test_a_training_that_dies_is_reported_and_not_repeated_that_night(tmp_path: Path) -> None:
    clock = Clock()
    trainings = Trainings("import os; os.kill(os.getpid(), 9)")
    scheduler = schedule(tmp_path, clock, trainings)
    let_a_night_pass(scheduler, clock)
    scheduler.check()
    assert trainings.dates == ["2026-06-02"]
    why = (tmp_path / NIGHTLY / "2026-06-02" / FAILED).read_text(encoding="utf-8")
    assert "signal SIGKILL" in why
    last = scheduler.last_training()
    assert last == f"2026-06-02: failed: {why.strip()}"


def test_a_training_of_a_clock_that_was_ahead_hides_no_later_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock, trainings = Clock(), Trainings()
    scheduler = schedule(tmp_path, clock, trainings)
    scheduler.check()
    for date in (datetime(2036, 1, 1, 12), datetime(2026, 6, 1, 13), datetime(2026, 6, 2, 12)):
        clock.moment = date.replace(tzinfo=VIENNA)
        scheduler.check()
    assert trainings.dates == ["2036-01-01", "2026-06-02"]
    last = scheduler.last_training()
    assert last is not None and last.startswith("2026-06-02: ")
    (line,) = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert line == "the clock was ahead (2036-01-01): trainings count from now"


def test_the_reason_that_a_training_left_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    program = "from pathlib import Path; from watcher.processes.scheduler import publish_failure; "
    program += "publish_failure(Path(sys.argv[1]), 'found no answers')"
    trainings = Trainings(f"import sys; {program}; sys.exit(1)")
    scheduler = schedule(tmp_path, clock, trainings)
    let_a_night_pass(scheduler, clock)
    assert scheduler.last_training() == "2026-06-02: failed: found no answers"
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "failed: found no answers" in record.message
    assert trainings.dates == ["2026-06-02"]


def test_another_training_is_waited_for(tmp_path: Path) -> None:
    clock = Clock()
    trainings = Trainings("import sys; sys.exit(3)")
    scheduler = schedule(tmp_path, clock, trainings)
    let_a_night_pass(scheduler, clock)
    trainings.program = REPORTS
    scheduler.check()
    assert trainings.dates == ["2026-06-02"] * 2
    assert (tmp_path / NIGHTLY / "2026-06-02").is_dir()


def test_one_training_at_a_time_at_low_priority_and_stopped_with_the_daemon(
    tmp_path: Path,
) -> None:
    clock = Clock()
    started = threading.Event()

    class Waiting(Trainings):
        child: subprocess.Popen[bytes]

        def __call__(self, report_dir: Path) -> subprocess.Popen[bytes]:
            self.dates.append(report_dir.name)
            self.child = subprocess.Popen(["sleep", "60"])
            started.set()
            return self.child

    trainings = Waiting()
    scheduler = schedule(tmp_path, clock, trainings)
    scheduler.check()
    clock.moment += timedelta(days=1)
    scheduler.start()  # its first check finds a training due
    assert started.wait(30)
    scheduler.check()  # returns at once: one runs
    assert trainings.dates == ["2026-06-02"]
    deadline = time.monotonic() + 30
    while os.getpriority(os.PRIO_PROCESS, trainings.child.pid) != 15:
        assert time.monotonic() < deadline
    scheduler.stop()
    assert trainings.child.poll() is not None
    assert not (tmp_path / NIGHTLY / "2026-06-02").exists()  # it starts again the next time


def test_a_clock_that_was_set_back_delays_no_training(tmp_path: Path) -> None:
    clock, trainings = Clock(), Trainings()
    (tmp_path / NIGHTLY).mkdir()
    (tmp_path / SENTINEL).touch()
    settings = ScheduleSettings(cron="15 4 * * *", timezone="Europe/Vienna")
    scheduler = NightlyScheduler(settings, tmp_path, trainings, clock, check_every_s=0.05)
    scheduler.start()
    scheduler._scheduler.pause()  # as it is until the clock shows the same time again
    for path, days in (LAST, 1), ("2026-06-02", 0):
        deadline = time.monotonic() + 30
        while not (tmp_path / NIGHTLY / path).exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        clock.moment += timedelta(days=days)
    scheduler.stop()
    assert trainings.dates == ["2026-06-02"]


def test_a_training_that_begins_while_the_daemon_stops_is_ended(tmp_path: Path) -> None:
    clock = Clock()
    is_starting, is_stopping = threading.Event(), threading.Event()

    class Late(Trainings):
        child: subprocess.Popen[bytes]

        def __call__(self, report_dir: Path) -> subprocess.Popen[bytes]:
            is_starting.set()
            assert is_stopping.wait(30)
            self.child = subprocess.Popen(["sleep", "60"])
            return self.child

    class Stopping(NightlyScheduler):
        @property
        def _child(self) -> subprocess.Popen[bytes] | None:
            """Let the child begin once ``stop`` has looked for it."""
            is_stopping.set()
            return self._begun

        @_child.setter
        def _child(self, child: subprocess.Popen[bytes] | None) -> None:
            self._begun = child

    trainings = Late()
    schedule(tmp_path, clock, trainings).check()
    clock.moment += timedelta(days=1)
    settings = ScheduleSettings(cron="15 4 * * *", timezone="Europe/Vienna")
    scheduler = Stopping(settings, tmp_path, trainings, clock)
    scheduler.start()
    assert is_starting.wait(30)
    scheduler.stop()
    assert trainings.child.returncode == -signal.SIGTERM
    assert not (tmp_path / NIGHTLY / "2026-06-02").exists()


def test_others_read_why_a_training_has_no_report(tmp_path: Path) -> None:
    clock = Clock()
    scheduler = schedule(tmp_path, clock, Trainings("import os; os.kill(os.getpid(), 9)"))
    (tmp_path / NIGHTLY).rmdir()
    before = os.umask(0o077)
    try:
        let_a_night_pass(scheduler, clock)
    finally:
        os.umask(before)
    night = tmp_path / NIGHTLY / "2026-06-02"
    paths = [night.parent, night, night / FAILED]
    assert [path.stat().st_mode & 0o777 for path in paths] == [0o755, 0o755, 0o644]


def test_stopped_as_soon_as_it_has_begun(tmp_path: Path) -> None:
    for _ in range(50):  # an exception in a thread fails the test
        scheduler = schedule(tmp_path, Clock(), Trainings())
        scheduler.start()
        scheduler.stop()


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[",
        '{"done_until": "0001-01-01T00:00:00+00:00"}',
        '{"done_until": "9999-12-31T23:59:59-23:59"}',
    ],
)
def test_a_damaged_file_of_the_scheduler_is_replaced(tmp_path: Path, content: str) -> None:
    clock, trainings = Clock(), Trainings("pass")
    scheduler = schedule(tmp_path, clock, trainings)
    (tmp_path / NIGHTLY / LAST).write_text(content, encoding="utf-8")
    let_a_night_pass(scheduler, clock)
    assert trainings.dates == ["2026-06-02"]


@pytest.mark.parametrize(("variable", "words"), [("Mars/Base", "TZ is 'Mars/Base'"), ("X+1", "TZ")])
def test_a_variable_that_is_no_time_zone_is_blamed_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, words: str
) -> None:
    monkeypatch.setenv("TZ", variable)
    monkeypatch.setattr("tzlocal.unix._cache_tz", None)
    with pytest.raises(SettingsError, match=words) as raised:
        NightlyScheduler(ScheduleSettings(), tmp_path, Trainings())
    assert "set schedule.timezone" in str(raised.value)
    NightlyScheduler(ScheduleSettings(timezone="Europe/Vienna"), tmp_path, Trainings())


def every_half_hour(scheduler: NightlyScheduler, clock: Clock, hours: int) -> None:
    for _ in range(2 * hours):
        clock.moment = (clock.moment.astimezone(UTC) + timedelta(minutes=30)).astimezone(VIENNA)
        scheduler.check()


def test_each_time_of_a_schedule_with_several_a_day_trains(tmp_path: Path) -> None:
    clock, trainings = Clock(), Trainings()
    scheduler = schedule(tmp_path, clock, trainings, "0 2,14 * * *")
    scheduler.check()
    every_half_hour(scheduler, clock, 48)
    assert trainings.dates == ["2026-06-01_1400", "2026-06-02", "2026-06-02_1400", "2026-06-03"]
    last = scheduler.last_training()
    assert last is not None and last.startswith("2026-06-03:")
    (tmp_path / NIGHTLY / LAST).unlink()  # as if the daemon had ended before it wrote it
    schedule(tmp_path, clock, trainings, "0 2,14 * * *").check()
    assert len(trainings.dates) == 4


def test_several_times_a_night_when_the_clocks_change(tmp_path: Path) -> None:
    """02:00 and 02:30 come twice: only the first count."""
    clock, trainings = Clock(datetime(2026, 10, 24, 20, tzinfo=VIENNA)), Trainings()
    scheduler = schedule(tmp_path, clock, trainings, "0,30 2 * * *")
    scheduler.check()
    every_half_hour(scheduler, clock, 12)
    assert trainings.dates == ["2026-10-25", "2026-10-25_0230"]


def test_a_time_that_has_a_report_already_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The schedule was changed after the training of the day."""
    caplog.set_level("INFO")
    clock, trainings = Clock(), Trainings()
    scheduler = schedule(tmp_path, clock, trainings)
    scheduler.check()
    every_half_hour(scheduler, clock, 20)
    schedule(tmp_path, clock, trainings, "0 9 * * *").check()
    every_half_hour(schedule(tmp_path, clock, trainings, "0 9 * * *"), clock, 2)
    assert trainings.dates == ["2026-06-02"]
    assert "2026-06-02 has a report already" in caplog.text


def test_a_share_that_fails_at_the_time_skips_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, trainings = Clock(), Trainings()
    scheduler = schedule(tmp_path, clock, trainings)
    scheduler.check()
    clock.moment += timedelta(days=1)

    def fail(path: Path) -> None:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    with monkeypatch.context() as patch:
        patch.setattr("watcher.processes.scheduler.read_own_json", fail)
        for _ in range(5):
            scheduler.check()
    assert not trainings.dates and caplog.text.count(os.strerror(errno.ESTALE)) == 1
    assert "Traceback" not in caplog.text
    scheduler.check()
    assert trainings.dates == ["2026-06-02"]


def test_a_training_during_which_the_share_went_away_is_done_again(tmp_path: Path) -> None:
    """Nothing is written where the share was."""
    clock = Clock()
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    away = "import pathlib; pathlib.Path('{0}').rename('{0}.away'); pathlib.Path('{0}').mkdir()"
    trainings = Trainings(away.format(outbox))
    scheduler = schedule(outbox, clock, trainings)
    let_a_night_pass(scheduler, clock)
    assert list(outbox.iterdir()) == []
    outbox.rmdir()
    (tmp_path / "outbox.away").rename(outbox)
    trainings.program = REPORTS
    scheduler.check()
    assert trainings.dates == ["2026-06-02"] * 2
    assert not (outbox / NIGHTLY / "2026-06-02" / FAILED).exists()


def test_a_full_outbox_keeps_no_daemon_from_starting(tmp_path: Path) -> None:
    clock = Clock()
    scheduler = schedule(tmp_path, clock, Trainings())
    (tmp_path / NIGHTLY).rmdir()
    (tmp_path / NIGHTLY).symlink_to("/dev/full/none")  # no file can be made there
    scheduler.start()
    scheduler.stop()


def test_apscheduler_fires_at_the_times_of_the_crontab() -> None:
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(timezone=UTC)
    trigger = CrontabTrigger(Crontab.parse("30 0 * * mon"), VIENNA)
    scheduler.start(paused=True)
    job = scheduler.add_job(int, trigger)
    due = [job.next_run_time]
    for _ in range(60):
        due.append(trigger.get_next_fire_time(due[-1], due[-1]))
    scheduler.shutdown()
    shown = [moment.astimezone(VIENNA) for moment in due]
    assert {f"{moment:%a %H:%M}" for moment in shown} == {"Mon 00:30"}
    assert {(later.date() - moment.date()).days for moment, later in pairwise(shown)} == {7}


def fire_days(cron: str, n_days: int = 400) -> set[str]:
    """Return the days on which a crontab fires, from Monday, the first of January 2024."""
    crontab = Crontab.parse(cron)
    moment, days = datetime(2024, 1, 1, tzinfo=VIENNA), set()
    while (moment - datetime(2024, 1, 1, tzinfo=VIENNA)).days < n_days:
        fired = crontab.next_after(moment)
        assert fired is not None
        days.add(f"{fired:%Y-%m-%d}")
        moment = fired
    return days


WEEKDAYS = {  # field of cron: the days of the week on which it fires, Sunday is 0
    "0": {0},
    "7": {0},
    "1": {1},
    "5": {5},
    "1-5": {1, 2, 3, 4, 5},
    "5-7": {5, 6, 0},
    "0-7": {0, 1, 2, 3, 4, 5, 6},
    "0,3": {0, 3},
    "*": {0, 1, 2, 3, 4, 5, 6},
    "*/2": {0, 2, 4, 6},
    "1-6/2": {1, 3, 5},
    "2/2": {2, 4, 6},
    "sun": {0},
    "SAT": {6},
    "mon-fri": {1, 2, 3, 4, 5},
    "fri-sun": {5, 6, 0},
    "sun-tue,4": {0, 1, 2, 4},
}


@pytest.mark.parametrize("field", WEEKDAYS)
def test_the_days_of_the_week_are_those_of_cron(field: str) -> None:
    days = fire_days(f"0 4 * * {field}")
    fired = {(datetime.fromisoformat(day).weekday() + 1) % 7 for day in days}
    assert fired == WEEKDAYS[field]


def test_a_day_of_the_month_or_of_the_week_as_in_cron() -> None:
    """crontab(5): if both are restricted, the command runs when either matches."""
    days = {datetime.fromisoformat(day) for day in fire_days("0 4 13 * 5", 366)}
    assert days and all(day.day == 13 or day.weekday() == 4 for day in days)
    assert {day.weekday() for day in days if day.day == 13} != {4}
    assert {day.day for day in days if day.weekday() == 4} != {13}
    only_days = {datetime.fromisoformat(day) for day in fire_days("0 4 13 * *", 366)}
    assert {day.day for day in only_days} == {13}


@pytest.mark.parametrize("cron", ["0 4 31 2 *", "0 4 30 2 *"])
def test_a_cron_that_never_comes_is_one_line(tmp_path: Path, cron: str) -> None:
    clock = Clock()
    with pytest.raises(SettingsError, match=r"schedule\.cron"):
        schedule(tmp_path, clock, Trainings(), cron)


def test_nothing_is_written_where_the_share_is_not_mounted(tmp_path: Path) -> None:
    outbox = tmp_path / "mount" / "outbox"
    settings = ScheduleSettings(cron="* * * * *", timezone="Europe/Vienna")
    scheduler = NightlyScheduler(settings, outbox, Trainings())
    scheduler.start()
    try:
        scheduler.check()
    finally:
        scheduler.stop()
    assert list(tmp_path.iterdir()) == []
