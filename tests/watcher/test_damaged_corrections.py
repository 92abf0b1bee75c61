"""A corrections file that cannot be read is named wherever somebody looks, until it is mended."""

from __future__ import annotations

import errno
import json
import os
from functools import partial
from pathlib import Path

from core.corrections.corrections_folder import folder_state
from core.corrections.unread_file import UnreadFile
from core.row_counts import no_progress
from core.settings import DataSettings, Settings
from inference.corrections_lookup import CorrectionsLookup
from tests.support.daemon_harness import DaemonHarness
from watcher.diagnosis.finding import PathNames
from watcher.diagnosis.setup_findings import setup_findings
from watcher.environment import Environment
from watcher.processes.file_processor import FileProcessor
from watcher.status.description import describe
from watcher.status.standing_warnings import StandingWarnings
from watcher.status.status import Health, judge

TURNS = 12
GOOD = b"job_title,corrected_isco_code\nnurse,2221\n"


def test_decisions_that_cannot_be_read_are_named(settings: Settings) -> None:
    folder = settings.data.corrections_dir
    folder.mkdir(parents=True)
    (folder / "staff.csv").write_bytes(GOOD)
    harness = DaemonHarness(settings)
    harness.drop("before.csv", b"job_title\nnurse\n")
    harness.tick(TURNS)
    assert harness.status().warnings == ()
    (folder / "staff.csv").write_bytes(b'garbage\x00\xff,,,\n"')
    harness.drop("damaged.csv", b"id,job_title\n1,nurse\n")
    harness.tick(TURNS)
    notes = {}
    for batch in harness.batches():
        receipt = json.loads((batch / "receipt.json").read_text(encoding="utf-8"))
        notes[receipt["input"]] = " ".join(receipt["notes"])
    assert "corrections" not in notes["before.csv"]
    assert (
        "without the corrections of a file that cannot be read: 'staff.csv'"
        in (notes["damaged.csv"])
    )
    status, now = harness.status(), harness.clock.now()
    report = judge(status, now, "elsewhere")
    (line,) = [x for x in describe(status, report, now).splitlines() if x.startswith("warning")]
    assert "'staff.csv'" in line and f"Mend {str(folder / 'staff.csv')!r}, or remove it" in line
    assert report.health is Health.OK
    page = (settings.watcher.outbox / "index.html").read_text(encoding="utf-8")
    assert "Warning" in page and "staff.csv" in page
    names = PathNames(settings.watcher.inbox.parent / "config.yaml")
    (finding,) = [f for f in setup_findings(settings, names) if f.check == "corrections"]
    assert finding.found.startswith("data/corrections/staff.csv cannot be read")
    assert harness.violations() == []

    (folder / "staff.csv").write_bytes(GOOD)
    harness.tick(TURNS, seconds=6)
    assert harness.status().warnings == ()


def test_its_reason_names_the_file_of_the_settings(settings: Settings, tmp_path: Path) -> None:
    folder = settings.data.corrections_dir
    folder.mkdir(parents=True)
    (folder / "signs.csv").write_bytes(b"job_title,corrected_isco_code\n\xb5\xb6\xa7,7512\n")
    (tmp_path / "in.csv").write_bytes(b"job_title\nnurse\n")
    (tmp_path / "out").mkdir()
    processor = FileProcessor(settings)
    environment = Environment(settings.watcher, config=settings.file)
    (warning,) = StandingWarnings(environment, processor).current()
    identity = processor.identify(tmp_path / "in.csv", no_progress)
    receipt = processor.work(tmp_path / "in.csv", tmp_path / "out", identity, no_progress)
    named = f"Set data.encoding in {str(tmp_path / 'config.yaml')!r} to the right one"
    assert named in warning and named in " ".join(receipt.notes)


def test_a_file_whose_permission_was_mended_is_read_again(tmp_path: Path) -> None:
    """Its content and its modification time are those of before."""
    path = tmp_path / "staff.csv"
    path.write_bytes(GOOD)
    unread = UnreadFile.of(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    assert "'staff.csv': Permission denied" in unread.warning()
    lookup = CorrectionsLookup(folder_state=folder_state(tmp_path), unread=(unread,))
    read = partial(CorrectionsLookup.load, tmp_path, DataSettings(), previous=lookup)
    assert not lookup.is_mended and read().decisions.get("nurse | unknown") is None
    path.chmod(0o600)
    assert lookup.is_mended and read().decisions.get("nurse | unknown") == "2221"
