"""What happened is told once its file is finished, and is kept until it was told."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

import main
from core.files.own_files import SENTINEL
from core.settings import Settings
from core.settings_file.hook_settings import HookSettings
from tests.watcher.test_daemon import daemon, isco, wait_for
from watcher.environment import Environment
from watcher.filesystem import Filesystem
from watcher.hooks.hook_event import HookEvent
from watcher.hooks.hooks import FAILED, HOOKS, Hooks
from watcher.intake.claims import WORK, Claim
from watcher.intake.folder_checks import STAGING

_TELLS = "import sys; open({path!r}, 'a').write(sys.stdin.read())"
# It hangs until it is ended, or its daemon is killed: no test leaves a process behind.
_WAITS = (
    "import time; parent = os.getppid()\n"
    "while attempt == 1 and os.getppid() == parent: time.sleep(0.1)\n"
)
_ATTEMPT = (
    "import json, os, sys; told = json.load(sys.stdin); attempt = told['attempt']\n"
    "log = open({path!r}, 'a'); log.write(json.dumps(told) + '\\n'); log.flush()\n"
)


class Office:
    """The folders of a daemon, and commands that write what they were told into ``told``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.told_path = settings.watcher.inbox.parent / "told"
        self.dir = settings.watcher.outbox / STAGING / HOOKS
        self.dir.parent.mkdir(parents=True)
        (settings.watcher.outbox / SENTINEL).touch()
        (settings.watcher.inbox / WORK).mkdir(parents=True)

    def hooks(
        self,
        program: str = _TELLS,
        worker: str = "main",
        retries: int = 2,
        files: Filesystem | None = None,
    ) -> Hooks:
        command = (sys.executable, "-c", program.format(path=str(self.told_path)))
        commands = HookSettings(on_result=command, on_night=command, retries=retries)
        files = files or Filesystem()
        environment = Environment(self.settings.watcher, worker, files, hooks=commands)
        return Hooks(environment, first_wait_s=0.01)

    def claim(self, number: int = 1) -> Claim:
        return Claim(self.settings.watcher.inbox / WORK / f"c{number}.0.main" / "staff.csv")

    def told(self) -> list[dict[str, Any]]:
        if not self.told_path.exists():
            return []
        return [json.loads(line) for line in self.told_path.read_text("utf-8").splitlines()]

    def kept(self) -> list[str]:
        return sorted(path.name for path in self.dir.glob("*"))


@pytest.fixture
def office(settings: Settings) -> Office:
    return Office(settings)


def until(condition: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline_s, "waited too long"
        time.sleep(0.01)


def test_it_is_told_once_after_the_claim_is_released(office: Office, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.json"
    receipt.write_text('{"n_rows_out": 2}')
    claim = office.claim()
    claim.folder.mkdir()
    hooks = office.hooks()
    hooks.start()
    hooks.on_result(claim, receipt, "2 rows")
    hooks.wake()
    hooks.on_night(tmp_path, "promoted")  # of no claim: told at once
    until(lambda: hooks.n_waiting == 1)
    assert [told["event"] for told in office.told()] == ["on_night"]
    claim.folder.rmdir()
    hooks.wake()
    until(lambda: len(office.told()) == 2 and not hooks.n_waiting)
    hooks.stop()
    told = office.told()[1]
    assert told["record"] == {"n_rows_out": 2} and told["path"] == str(receipt)
    assert (told["input"], told["summary"], told["attempt"]) == ("staff.csv", "2 rows", 1)
    assert told["event_id"] == "c1" and office.kept() == []


def test_one_that_fails_is_tried_again_and_then_kept(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hooks = office.hooks(_ATTEMPT + "sys.exit('no network')")
    hooks.start()
    hooks.on_result(office.claim(), tmp_path / "gone.json", "2 rows")
    hooks.wake()
    until(lambda: hooks.n_failed)
    hooks.stop()
    assert [told["attempt"] for told in office.told()] == [1, 2, 3]
    assert {told["event_id"] for told in office.told()} == {"c1"}
    assert office.told()[0]["record"] is None  # it was deleted since
    assert office.kept() == [f"{FAILED}c1.json"] and hooks.n_waiting == 0
    assert "Try the command in a terminal. It is not retried; the event is kept in" in caplog.text


def test_one_that_fails_does_not_hold_up_the_others(office: Office, tmp_path: Path) -> None:
    hooks = office.hooks(_ATTEMPT + "sys.exit(told['event_id'] == 'c1')", retries=1000)
    hooks.start()
    for number in (1, 2, 3):
        hooks.on_result(office.claim(number), tmp_path, "")
    hooks.wake()
    until(lambda: hooks.n_waiting == 1)
    hooks.stop()
    assert office.kept() == ["c1.json"]


def test_the_next_daemon_of_the_name_tells_what_the_last_one_left(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number, worker in ((1, "main"), (2, "two"), (3, "main")):
        office.hooks(worker=worker).on_result(office.claim(number), tmp_path, worker)
    (office.dir / "c3.json").write_text("{")
    (office.dir / "c4.main.part").write_text("{")  # it was killed while it wrote
    hooks = office.hooks()
    hooks.start()
    until(lambda: not hooks.n_waiting)
    hooks.stop()
    assert [told["summary"] for told in office.told()] == ["main"]
    assert office.kept() == ["c2.json", "c3.json.damaged"]
    assert "c3.json" in caplog.text


def test_an_event_that_is_damaged_while_it_waits_is_told(office: Office, tmp_path: Path) -> None:
    claim = office.claim()
    claim.folder.mkdir()
    hooks = office.hooks()
    hooks.start()
    hooks.on_result(claim, tmp_path, "2 rows")
    (office.dir / "c1.json").write_bytes(b"\xff\0")
    claim.folder.rmdir()
    hooks.wake()
    until(lambda: not hooks.n_waiting)
    hooks.stop()
    assert [told["summary"] for told in office.told()] == ["2 rows"] and office.kept() == []


def test_an_event_whose_command_was_taken_out_of_the_settings_waits_for_none(
    office: Office, tmp_path: Path
) -> None:
    office.hooks().on_result(office.claim(), tmp_path, "")
    commands = HookSettings(on_night=("true",))
    hooks = Hooks(Environment(office.settings.watcher, hooks=commands))
    hooks.start()
    assert hooks.n_waiting == 0 and office.kept() == ["c1.json"], "told once it has one again"
    hooks.stop()


def test_a_file_that_another_daemon_has_finished_is_told_by_that_one(
    office: Office, tmp_path: Path
) -> None:
    first, second = office.hooks(), office.hooks(worker="two")
    first.on_result(office.claim(), tmp_path, "first")
    second.on_result(office.claim(), tmp_path, "second")
    for hooks in (first, second):
        hooks.start()
        hooks.wake()
        hooks.finish(threading.Event())
        assert hooks.n_waiting == 0
    assert [told["summary"] for told in office.told()] == ["second"]


class LookedUpId(str):
    """An id that lets something happen, once, when it is looked up."""

    do: Callable[[], None] | None = None

    def __hash__(self) -> int:
        if self.do is not None:
            do, self.do = self.do, None
            do()
        return super().__hash__()


class LookedUpClaim(Claim):
    """A claim whose id is a ``LookedUpId``."""

    @cached_property
    def id(self) -> LookedUpId:
        return LookedUpId(super().id)


def test_an_event_that_comes_while_it_looks_at_them_does_not_end_it(
    office: Office, tmp_path: Path
) -> None:
    hooks = office.hooks()
    claims = [LookedUpClaim(office.claim(number).path) for number in range(3)]
    for claim in claims:
        claim.folder.mkdir()  # so that nothing is due
    for claim in claims[:2]:
        hooks.on_result(claim, tmp_path, "")

    def add() -> None:
        adding = threading.Thread(target=hooks.on_result, args=(claims[2], tmp_path, ""))
        adding.start()
        adding.join(timeout=5)  # it may have to wait until the events were looked at

    claims[0].id.do = add
    hooks.start()
    until(lambda: hooks.n_waiting == 3)
    hooks.on_night(tmp_path, "promoted")
    until(office.told)
    hooks.stop()
    assert hooks.n_waiting == 3


class WhileListing(Filesystem):
    """Does something, once, when the claims are listed."""

    def __init__(self) -> None:
        self.do: Callable[[], None] | None = None

    def names(self, folder: Path) -> list[str]:
        if folder.name == WORK and self.do is not None:
            do, self.do = self.do, None
            do()
        return super().names(folder)


def test_the_last_event_of_a_claim_is_told(office: Office, tmp_path: Path) -> None:
    files = WhileListing()
    hooks = office.hooks(files=files)
    claim = office.claim()
    claim.folder.mkdir()
    hooks.on_result(claim, tmp_path / "earlier.json", "earlier")

    def finish() -> None:
        hooks.on_result(claim, tmp_path / "later.json", "later")
        claim.folder.rmdir()

    files.do = finish
    hooks.start()
    until(lambda: not hooks.n_waiting)
    hooks.stop()
    assert [told["summary"] for told in office.told()] == ["later"]


_FINDS = (
    "import json, os, sys; told = json.load(sys.stdin)\n"
    "told['is_there'] = os.path.exists(sys.argv[-1])\n"
    "told['path'].encode(); open({path!r}, 'a').write(json.dumps(told))\n"
)


@pytest.mark.parametrize("is_restarted", [False, True])
def test_the_command_gets_the_path_as_it_is(
    office: Office, tmp_path: Path, is_restarted: bool
) -> None:
    record = tmp_path / os.fsdecode(b"caf\xe9.csv.why.txt")
    record.write_text("no title")
    hooks = office.hooks(_FINDS)
    hooks.on_result(office.claim(), record, "no title")
    if is_restarted:
        hooks = office.hooks(_FINDS)
    hooks.start()
    until(lambda: not hooks.n_waiting)
    hooks.stop()
    (told,) = office.told()
    assert told["is_there"]
    assert told["path"].endswith(r"/caf\udce9.csv.why.txt")  # what it reads is text


def test_without_a_command_nothing_is_written(office: Office, tmp_path: Path) -> None:
    hooks = Hooks(Environment(office.settings.watcher))
    hooks.start()
    hooks.on_result(office.claim(), tmp_path, "")
    hooks.on_rejected(office.claim(), tmp_path, "")
    hooks.on_night(tmp_path, "")
    hooks.finish(threading.Event())
    hooks.stop()
    assert not office.dir.exists()


def test_a_share_that_is_away_is_waited_for(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hooks = office.hooks()
    hooks.on_result(office.claim(), tmp_path, "")
    outbox = office.settings.watcher.outbox
    away = outbox.with_name("away")
    outbox.rename(away)
    outbox.mkdir()  # the mount point
    hooks.start()
    until(lambda: "trying again" in caplog.text)
    assert not office.told()
    outbox.rmdir()
    away.rename(outbox)
    until(lambda: not hooks.n_waiting)
    hooks.stop()
    assert len(office.told()) == 1


def configure(settings: Settings, program: str, **limits: object) -> Path:
    """Write the commands into config.yaml; return the file that tells what they were told."""
    told = settings.watcher.inbox.parent / "told"
    config = settings.watcher.inbox.parent / "config.yaml"
    command = json.dumps([sys.executable, "-c", program.format(path=str(told))])
    lines = [f"  on_result: {command}", f"  on_rejected: {command}"]
    lines += [f"  {name}: {value}" for name, value in limits.items()]
    config.write_text(config.read_text("utf-8") + "hooks:\n" + "\n".join(lines) + "\n", "utf-8")
    return told


def test_results_and_rejections_are_told(settings: Settings, tmp_path: Path) -> None:
    told_path = configure(settings, _ATTEMPT)
    settings.watcher.inbox.mkdir()
    (settings.watcher.inbox / "staff.csv").write_text("job_title\nnurse\n")
    (settings.watcher.inbox / "bad.csv").write_text("name\nno title\n")
    settings.watcher.rejected_dir.mkdir(parents=True)
    (settings.watcher.rejected_dir / "bad.csv").write_text("an older one")
    assert main.main(["watch", "--once", "--config", str(tmp_path / "config.yaml")]) == 0
    by_event = {told["event"]: told for told in map(json.loads, told_path.read_text().splitlines())}
    result, rejected = by_event["on_result"], by_event["on_rejected"]
    assert result["record"]["n_rows_out"] == 1 and Path(result["path"]).name == "receipt.json"
    assert rejected["input"] == "bad.csv" and "expected a column" in rejected["summary"]
    reason = Path(rejected["path"])
    assert reason.read_text().strip() == rejected["summary"] and reason.name != "bad.csv.why.txt"
    assert not list((settings.watcher.outbox / STAGING / HOOKS).iterdir())


@pytest.mark.slow
def test_a_command_that_hangs_holds_nothing_up_and_a_killed_daemon_repeats_it(
    settings: Settings,
) -> None:
    told_path = configure(settings, _ATTEMPT + _WAITS, time_limit_s=1000)
    inbox, outbox = settings.watcher.inbox, settings.watcher.outbox
    events = outbox / STAGING / HOOKS
    inbox.mkdir()
    (inbox / "a.csv").write_text("job_title\nnurse\n")
    with daemon(settings, *isco(settings, "watch")) as process:
        wait_for(told_path.exists, process)  # the command hangs
        (inbox / "b.csv").write_text("job_title\nwelder\n")
        wait_for(lambda: list(outbox.glob("b.*/receipt.json")), process)
        wait_for(lambda: len(list(events.glob("*.json"))) == 2, process)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    kept = [HookEvent.parse(path.read_bytes(), path.name) for path in events.glob("*.json")]
    assert sorted(event.attempt for event in kept) == [0, 1]
    with daemon(settings, *isco(settings, "watch")) as process:
        wait_for(lambda: len(told_path.read_text().splitlines()) == 3, process)  # b hangs
        started_s = time.monotonic()
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        assert time.monotonic() - started_s < 30
    told = [json.loads(line) for line in told_path.read_text().splitlines()]
    assert [(t["input"], t["attempt"]) for t in told] == [("a.csv", 1), ("a.csv", 2), ("b.csv", 1)]
    assert told[0]["event_id"] == told[1]["event_id"] != told[2]["event_id"]
    assert len(list(events.glob("*.json"))) == 1  # b: it runs again
