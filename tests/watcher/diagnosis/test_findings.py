"""``isco check`` finds what is wrong, says what to do, and leaves everything as it was."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psutil
import pytest

import main
from core.corrections.doubts import DOUBTS_DIR, Doubt, write_doubts
from core.errors import FolderError
from core.files.own_files import SENTINEL
from core.settings import Settings
from core.settings_file.settings_reader import load_settings
from inference.bundle import CHECKPOINT, MANIFEST, Bundle
from inference.model_registry import ModelRegistry
from tests.support.daemon_harness import DaemonHarness
from watcher.diagnosis import share_findings
from watcher.diagnosis.finding import Finding, Level, PathNames
from watcher.diagnosis.folder_findings import folder_findings
from watcher.diagnosis.setup_findings import setup_findings
from watcher.environment import Environment
from watcher.hooks.hooks import FAILED, HOOKS
from watcher.intake.folder_checks import STAGING, Folders
from watcher.processes.file_processor import FileProcessor


@pytest.fixture
def watched(settings: Settings) -> Settings:
    """Settings whose folders a daemon has used."""
    DaemonHarness(settings).tick(2)
    (settings.watcher.outbox / "status.json").unlink()  # its clock is not that of this machine
    for folder in (settings.data.corrections_dir, settings.output.model_dir):
        folder.mkdir(parents=True, exist_ok=True)
    return settings


def names_of(settings: Settings) -> PathNames:
    return PathNames(settings.watcher.inbox.parent / "config.yaml")


def folders(settings: Settings) -> list[Finding]:
    return list(folder_findings(settings, names_of(settings)))


def worst(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is not Level.OK]


@pytest.fixture
def no_place_for_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the folder of this machine's state be below a file: not even root can create it."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" / "state"))


def content(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


def test_folders_that_a_daemon_uses_are_well_and_stay_as_they_are(watched: Settings) -> None:
    root = watched.watcher.inbox.parent
    before = content(root)
    findings = folders(watched)
    assert worst(findings) == [] and content(root) == before
    found = [finding.found for finding in findings if finding.check == "inbox"]
    assert "inbox: files can be created, renamed and removed" in found
    assert any("noticed by" in text for text in found)


def test_before_the_first_start_folders_are_not_created(settings: Settings) -> None:
    findings = folders(settings)
    assert worst(findings) == [] and not settings.watcher.outbox.exists()


def outside(settings: Settings) -> None:
    (settings.watcher.inbox / SENTINEL).unlink()


def gone(settings: Settings) -> None:
    shutil.rmtree(settings.watcher.inbox)


def a_file(settings: Settings) -> None:
    gone(settings)
    settings.watcher.inbox.write_text("")


def open_to_all(settings: Settings) -> None:
    settings.watcher.inbox.chmod(0o777)


@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        (outside, Level.FAULT, "its share is not connected"),
        (gone, Level.FAULT, "missing, and a daemon has worked there"),
        (a_file, Level.FAULT, "is not a folder"),
        (open_to_all, Level.WARNING, "others can replace"),
    ],
)
def test_a_folder_that_is_not_right(
    watched: Settings, change: Callable[[Settings], None], level: Level, words: str
) -> None:
    change(watched)
    (finding,) = worst(folders(watched))
    assert (finding.check, finding.level) == ("inbox", level)
    assert words in finding.found and finding.remedy


def test_a_full_or_low_disk(watched: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage(watched.watcher.inbox).free
    monkeypatch.setattr("watcher.diagnosis.folder_findings._LOW_BYTES", free * 2)
    assert {finding.level for finding in worst(folders(watched))} == {Level.WARNING}
    monkeypatch.setattr("watcher.diagnosis.folder_findings._FULL_BYTES", free * 2)
    low = worst(folders(watched))
    assert {finding.level for finding in low} == {Level.FAULT} and "purge" in low[0].remedy


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(watched: Settings) -> None:
    watched.watcher.outbox.chmod(0o500)
    (finding,) = worst(folders(watched))
    watched.watcher.outbox.chmod(0o700)
    assert finding.check == "outbox" and "Permission denied" in finding.found


def test_a_loop_is_a_fault(watched: Settings) -> None:
    settings = watched.with_values("watcher", archive_dir=watched.watcher.inbox / "done")
    (finding,) = worst(folders(settings))
    assert finding.check == "archive" and "for ever" in finding.found


@pytest.mark.parametrize("name", [".", "kept"])
def test_corrections_in_the_inbox_are_a_fault_and_no_daemon_starts(
    watched: Settings, name: str
) -> None:
    corrections_dir = watched.watcher.inbox / name
    settings = watched.with_values("data", corrections_dir=corrections_dir)
    (finding,) = worst(folders(settings))
    assert finding.check == "corrections" and "for ever" in finding.found
    assert "settings of data" in finding.remedy
    environment = Environment(watched.watcher, corrections_dir=corrections_dir)
    with pytest.raises(FolderError, match="for ever"):
        Folders(environment).check()


def test_what_shares_do_otherwise(
    watched: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = tmp_path / "probe"
    probe.mkdir()
    (probe / "CASE").touch()  # as on a volume where it is the same name as "case"
    monkeypatch.setattr(share_findings, "_MAX_SKEW_S", -1.0)
    monkeypatch.setattr(share_findings, "_NETWORK", ("",))
    monkeypatch.setattr("watcher.filesystem._rename_exclusively", _not_supported)
    findings = list(share_findings.share_findings("outbox", tmp_path, probe))
    words = ["on a share", "clock of the share", "capital letters", "in one step"]
    assert [word for word, f in zip(words, findings, strict=True) if word not in f.found] == []
    assert all(f.remedy and f.level is Level.WARNING for f in findings)


def _not_supported(source: Path, target: Path) -> None:
    raise OSError(22, "Invalid argument")


def test_the_setup(settings: Settings, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    findings = list(setup_findings(settings, names_of(settings)))
    assert worst(findings) == []
    assert {"model", "provider", "schedule", "corrections", "daemon"} <= {f.check for f in findings}
    events = settings.watcher.outbox / STAGING / HOOKS
    events.mkdir(parents=True)
    (events / f"{FAILED}x.json").touch()
    settings.data.corrections_dir.mkdir(parents=True)
    (settings.data.corrections_dir / "torn.csv").write_bytes(b'text,corrected_isco_code\n"a')
    write_doubts(settings.data.corrections_dir / "torn.csv", [Doubt("", "review.csv")])
    (tmp_path / "empty").mkdir()
    more_than_there_is = psutil.virtual_memory().total // 2**20 + 1
    config.write_text(
        "output: {best_model_dir: empty}\n"
        f"schedule: {{cron: 15 4 30 2 *}}\nwatcher: {{memory_limit_mb: {more_than_there_is}}}\n"
        "hooks: {on_result: [hooks/none.sh], on_night: [no-such-program]}\n",
        encoding="utf-8",
    )
    broken = load_settings(config)
    findings = worst(list(setup_findings(broken, names_of(broken))))
    assert [(f.check, f.level.value) for f in findings] == [
        ("model", "fault"),
        ("memory", "warning"),
        ("schedule", "fault"),
        ("corrections", "warning"),
        ("corrections", "warning"),
        ("hooks", "fault"),
        ("hooks", "fault"),
        ("hooks", "warning"),
    ]
    assert all(finding.remedy and str(tmp_path) not in finding.found for finding in findings)
    assert "'torn.csv' (handed in as 'review.csv')" in findings[4].found


def test_a_hook_that_nothing_runs_is_a_fault(settings: Settings, tmp_path: Path) -> None:
    """A script that was written on Windows is there and executable, and cannot be started."""
    script = tmp_path / "tell.sh"
    script.write_bytes(b"#!/bin/sh\r\necho\r\n")
    script.chmod(0o755)
    told = settings.with_values("hooks", on_result=(str(script),), on_night=("true",))
    (finding,) = worst(list(setup_findings(told, names_of(told))))
    assert finding.level is Level.FAULT and "the first line of tell.sh names" in finding.found
    script.write_bytes(b"#!/bin/sh\necho\n")
    assert worst(list(setup_findings(told, names_of(told)))) == []


def test_settings_that_are_allowed_and_hardly_meant(settings: Settings, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        "model: {confidence_threshold: 0.2}\nschedule: {cron: '* * * * *'}\n", encoding="utf-8"
    )
    hasty = load_settings(config)
    findings = worst(list(setup_findings(hasty, names_of(hasty))))
    assert [(finding.check, finding.level.value) for finding in findings] == [
        ("threshold", "warning"),
        ("schedule", "warning"),
    ]
    assert "confidence_threshold is 0.2" in findings[0].found
    assert "trainings begin 1 min apart" in findings[1].found


def test_trainings_close_to_each_other_are_found_between_them(settings: Settings) -> None:
    """The next two are a day apart then."""
    cron = f"0,59 {datetime.now().astimezone().hour} * * *"
    hasty = settings.with_values("schedule", enabled=True, cron=cron)
    found = [finding.found for finding in worst(list(setup_findings(hasty, names_of(hasty))))]
    assert any("trainings begin 59 min apart" in one for one in found)


def test_what_a_training_reads_and_does_not_find(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worst(list(setup_findings(settings, names_of(settings)))) == []
    monkeypatch.setattr("core.packages.SHIPPED_ANSWERS", tmp_path / "no" / "answers")
    (finding,) = worst(list(setup_findings(settings, names_of(settings))))
    assert (finding.check, finding.level) == ("schedule", Level.WARNING)
    assert "answers in data/reference/answers, or coded records in data/raw" in finding.found
    settings.data.raw_dir.mkdir(parents=True)
    (settings.data.raw_dir / ".gitkeep").touch()
    assert worst(list(setup_findings(settings, names_of(settings)))) == [finding]
    (settings.data.raw_dir / "coded.csv").touch()
    assert worst(list(setup_findings(settings, names_of(settings)))) == []
    shutil.copytree(ModelRegistry(settings.output).served_dir(), tmp_path / "served")
    shutil.rmtree(tmp_path / "served" / CHECKPOINT)
    settings = settings.with_values("output", best_model_dir=tmp_path / "served")
    (finding,) = worst(list(setup_findings(settings, names_of(settings))))
    assert "a training cannot read the weights of the model" in finding.found
    without = settings.with_values("schedule", enabled=False)
    assert worst(list(setup_findings(without, names_of(without)))) == []


def test_the_exit_code_and_json_for_support(
    watched: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["check", "--config", str(tmp_path / "config.yaml")]
    assert main.main([*command, "--json"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert "watcher.poll_s" in about["changed_settings"] and "watcher.inbox" not in about
    assert str(tmp_path) not in json.dumps(about["findings"])
    assert {finding["level"] for finding in about["findings"]} == {"ok"}
    watched.watcher.inbox.chmod(0o777)
    assert main.main(command) == 4
    assert "WARNING  inbox: others" in capsys.readouterr().out
    (watched.watcher.inbox / SENTINEL).unlink()
    assert main.main(command) == 1
    assert "FAULT    inbox: " in capsys.readouterr().out


@pytest.mark.parametrize("leaves_a_folder", [False, True])
def test_corrections_that_are_away_are_named(settings: Settings, leaves_a_folder: bool) -> None:
    folder = settings.data.corrections_dir
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("job_title,corrected_isco_code\nbaker,7512\n", "utf-8")
    DaemonHarness(settings).tick(2)
    folder.rename(folder.with_name("away"))
    if leaves_a_folder:
        folder.mkdir()
    before = content(settings.watcher.inbox.parent)
    (fault,) = [finding for finding in folders(settings) if finding.check == "corrections"]
    assert fault.level is Level.FAULT and "has used corrections from there" in fault.found
    assert content(settings.watcher.inbox.parent) == before


@pytest.mark.usefixtures("no_place_for_locks")
def test_a_user_who_can_keep_no_locks_is_told(settings: Settings) -> None:
    (finding,) = (found for found in folders(settings) if found.check == "locks")
    assert finding.level is Level.FAULT and "XDG_STATE_HOME" in finding.remedy


@pytest.mark.usefixtures("no_place_for_locks")
def test_the_daemon_of_such_a_user_says_what_to_do(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    config = settings.watcher.inbox.parent / "config.yaml"
    config.touch()
    assert main.main(["watch", "--once", "--config", str(config)]) == 1
    assert "set XDG_STATE_HOME" in capsys.readouterr().err


def test_doubts_that_cannot_be_listed_are_a_fault(watched: Settings) -> None:
    closed = watched.data.corrections_dir / DOUBTS_DIR
    closed.symlink_to(closed.name)  # a link to itself, closed to root, too
    found = [f for f in setup_findings(watched, names_of(watched)) if f.check == "corrections"]
    assert found[-1].level is Level.FAULT and "symbolic links" in found[-1].found


@pytest.mark.parametrize(
    ("home", "message", "shown"),
    [
        (
            "/",
            "'/data/models/v1' is damaged; see docs/x.md",
            "'/data/models/v1' is damaged; see docs/x.md",
        ),
        ("/eva", "'/eva/models' and /eva.", "'~/models' and ~."),
        ("/eva", "/evan/x, /eva.old/x, /srv/eva/x", "/evan/x, /eva.old/x, /srv/eva/x"),
        ("/eva", "'/srv/survey/data/x', /mnt/srv/survey/x", "'data/x', /mnt/srv/survey/x"),
        ("/srv", "/srv/survey/data/x and /srv/y", "data/x and ~/y"),
        ("/home/ana", "/home/ana, file:///home/ana/x", "~, file://~/x"),
    ],
)
def test_a_message_names_paths_without_the_folders_of_the_user(
    home: str, message: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", home)
    assert PathNames(Path("/srv/survey/config.yaml")).without(message) == shown


@pytest.mark.parametrize(("home", "shown"), [("/", "/data/x"), ("/data", "~/x")])
def test_a_home_that_is_the_root_is_nobodys(
    home: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", home)
    assert PathNames(Path("/srv/survey/config.yaml")).shown(Path("/data/x")) == shown


def test_settings_in_the_root_leave_addresses_as_they_are() -> None:
    names = PathNames(Path("/config.yaml"))
    assert names.without("see https://example.org/x") == "see https://example.org/x"
    assert names.shown(Path("/data/x")) == "data/x"


def test_a_bundled_model_that_came_later_is_named(
    settings: Settings, bundle: Bundle, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model_dir = tmp_path / "models"
    paths = {"model_dir": model_dir, "best_model_dir": model_dir / "best_model"}
    settings = settings.with_values("output", **paths)
    for folder in (model_dir / "bundled", tmp_path / "own"):
        shutil.copytree(bundle.path, folder)
    name_version(tmp_path / "own", "own")
    registry = ModelRegistry(settings.output)
    registry.promote(registry.add(tmp_path / "own").manifest.version)
    name_version(model_dir / "bundled", "later")
    found = [finding.found for finding in setup_findings(settings, names_of(settings))]
    assert "later came with the program after the version in service was trained" in found
    with caplog.at_level(logging.INFO):
        FileProcessor(settings)
    assert "model later came with the program and is not in service: isco check" in caplog.text


def name_version(bundle_dir: Path, version: str) -> None:
    """Give a bundle another version, as an update of the program has one."""
    manifest = json.loads((bundle_dir / MANIFEST).read_text(encoding="utf-8"))
    manifest["version"] = version
    (bundle_dir / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
