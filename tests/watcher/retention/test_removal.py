"""What is old goes and is reported; what is needed stays, and the pages have no dead links."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import main
from core.corrections.doubts import Doubt, doubts_path, write_doubts
from core.errors import FolderError
from core.files.own_files import RECEIPT, SENTINEL
from core.settings import Settings
from results.explanations.requests import REQUESTS_FILE
from results.review.review_files import REVIEW
from tests.cli.processes import config_of
from tests.conftest import ROOT
from tests.support.daemon_harness import DaemonHarness
from training.training_lock import training_lock
from watcher.filesystem import Filesystem
from watcher.intake.claims import WORK
from watcher.intake.folder_checks import STAGING
from watcher.retention.old_batches import OldBatches
from watcher.retention.purge_report import Place
from watcher.retention.removal import Scope, _old_files, purge

SURVEY = b"job_title\nnurse\nwelder\n"
ANSWERS = b"text,corrected_isco_code\nnurse | unknown,2221\nwelder | unknown,7212\n"


@pytest.fixture
def harness(settings: Settings) -> DaemonHarness:
    """A daemon that has coded a survey, taken corrections, and rejected a file."""
    harness = DaemonHarness(settings)
    for name, content in (
        ("survey.csv", SURVEY),
        ("answers.csv", ANSWERS),
        ("bad.csv", b"name\nno title\n"),
    ):
        harness.drop(name, content)
        harness.tick(12)
    assert len(harness.batches()) == 2 and len(harness.rejected()) == 1
    return harness


def later() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)


@pytest.mark.parametrize("is_copy", [True, False])
def test_a_moved_project_keeps_the_reasons_until_they_are_removed(
    harness: DaemonHarness, tmp_path_factory: pytest.TempPathFactory, is_copy: bool
) -> None:
    """A backup is restored to another folder, beside the old one or after it is gone."""
    moved = tmp_path_factory.mktemp("moved") / "project"
    watched = harness.settings.watcher
    project = watched.outbox.parent
    (shutil.copytree if is_copy else shutil.move)(project, moved)
    names = ("inbox", "outbox", "archive_dir", "rejected_dir")
    there = {name: moved / getattr(watched, name).relative_to(project) for name in names}
    watcher = watched.model_copy(update=there)
    settings = harness.settings.model_copy(update={"watcher": watcher})
    again = DaemonHarness(settings)
    (rejected,) = again.status().rejected
    assert rejected.reason_path == str(watcher.rejected_dir / "bad.csv.why.txt")
    assert "rejected/bad.csv.why.txt" in (watcher.outbox / "index.html").read_text("utf-8")
    purge(settings, Scope(later()))
    assert "no title" not in (watcher.outbox / "status.json").read_text("utf-8")
    assert "were removed" in again.status().rejected[0].text


def test_everything_old_goes_and_is_reported(harness: DaemonHarness) -> None:
    settings = harness.settings
    watched = settings.watcher
    (kept,) = settings.data.corrections_dir.glob("*.csv")
    write_doubts(kept, [Doubt("Ana", "answers.csv", examples=(("nurse", "2221", "5120"),))])
    report = purge(settings, Scope(later()))
    assert not doubts_path(kept).exists(), "it quotes texts"
    n_by_place = Counter(old.place for old in report.removed)
    assert n_by_place == {"archive": 2, "outbox": 2, "rejected": 1, "corrections": 1}
    assert not harness.batches() and not harness.rejected() and not report.failed
    assert not [path for path in watched.archive_dir.iterdir() if path.is_file()]
    assert not list(settings.data.corrections_dir.glob("*.csv"))
    assert list((settings.data.corrections_dir / ".texts").iterdir())  # hashes, no text
    assert not list((watched.outbox / STAGING).glob("purge-*"))
    page = (watched.outbox / "index.html").read_text("utf-8")
    links = re.findall(r'href="([^"#:]+)"', page)
    assert [link for link in links if not (watched.outbox / link).exists()] == []
    assert all(old.n_bytes and old.since < later().isoformat() for old in report.removed)


def test_doubts_whose_file_was_removed_by_hand_go_whatever_their_age(
    harness: DaemonHarness,
) -> None:
    """They quote texts. Those about a file that the daemon may be taking just now stay."""
    folder = harness.settings.data.corrections_dir
    (kept,) = folder.glob("*.csv")
    gone, taken = folder / "gone.csv", folder / f"{hashlib.sha256(b'waits').hexdigest()[:12]}.csv"
    (harness.settings.watcher.inbox / "waits.csv").write_bytes(b"waits")
    linked = folder / "linked.csv"
    linked.symlink_to("/no/share/linked.csv")
    for path in (kept, gone, taken, linked):
        write_doubts(path, [Doubt("Ana", "review.csv", examples=(("nurse", "2221", "5120"),))])
    scope = Scope(datetime.now(UTC) - timedelta(days=1), takes_corrections=False, is_dry_run=True)
    dry = purge(harness.settings, scope)
    assert doubts_path(gone).exists() and not dry.failed
    assert [(old.place, old.path) for old in dry.removed] == [
        (Place.ORPHANS, str(doubts_path(gone)))
    ]
    real = purge(harness.settings, Scope(scope.before, takes_corrections=False))
    assert real.removed == dry.removed and real.removed[0].n_bytes
    assert any("gone.csv.json" in line for line in real.lines())
    assert not doubts_path(gone).exists() and doubts_path(kept).exists()
    assert doubts_path(linked).exists(), "its share is not connected"
    assert [entry.path for entry in real.kept] == [str(doubts_path(taken))]
    assert doubts_path(taken).exists() and "in the inbox" in real.kept[0].reason


@pytest.mark.parametrize("name", ["review.csv", ".doubts/review.csv.json"])
def test_what_a_killed_process_had_begun_to_write_goes(harness: DaemonHarness, name: str) -> None:
    folder = harness.settings.data.corrections_dir
    (folder / name).parent.mkdir(exist_ok=True)
    kill = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    program = (
        "import sys; from pathlib import Path; from core.files.whole_file import open_atomic\n"
        f"with open_atomic(Path(sys.argv[1])) as file: file.write(b'nurse'); file.flush(); {kill}"
    )
    command = [sys.executable, "-c", program, str(folder / name)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    (part,) = folder.rglob(".review.csv.*.part")
    assert not purge(harness.settings, Scope(datetime.now(UTC) - timedelta(days=1))).removed
    report = purge(harness.settings, Scope(later(), takes_corrections=False))
    assert (Place.ORPHANS, str(part)) in [(old.place, old.path) for old in report.removed]
    assert not part.exists() and list(folder.glob("*.csv"))


def test_what_is_not_old_stays(harness: DaemonHarness) -> None:
    before = datetime.now(UTC) - timedelta(days=1)
    report = purge(harness.settings, Scope(before))
    assert (report.removed, report.kept, report.failed) == ([], [], [])
    assert harness.violations() == []


def test_a_dry_run_says_the_same_and_removes_nothing(harness: DaemonHarness) -> None:
    scope = Scope(later(), is_dry_run=True)
    dry = purge(harness.settings, scope)
    assert harness.violations() == [] and len(harness.batches()) == 2
    real = purge(harness.settings, Scope(scope.before))
    assert dry.removed == real.removed and len(real.removed) == 6
    assert "would be removed" in "\n".join(dry.lines())


def test_an_open_review_is_kept_and_named(harness: DaemonHarness) -> None:
    harness.drop("open.csv", b"job_title\nnurse\nbaker\n")
    harness.tick(12)
    report = purge(harness.settings, Scope(later()))
    (kept,) = report.kept
    assert "/open." in kept.path and kept.reason.startswith("1 text of its review is not")
    (batch,) = harness.batches()
    assert (batch / "review.html").exists()
    again = purge(harness.settings, Scope(later(), takes_open_reviews=True))
    assert [Path(old.path) for old in again.removed] == [batch] and not harness.batches()
    assert "1 text of its review is not answered" in again.open_reviews[0].reason


def test_a_review_may_have_texts_of_any_length(settings: Settings) -> None:
    folder = settings.watcher.outbox / "staff.0123456789ab"
    folder.mkdir(parents=True)
    receipt = {"finished": "2020-01-01T00:00:00+00:00", "sha256": ""}
    (folder / RECEIPT).write_text(json.dumps(receipt), "utf-8")
    texts = "\n".join(["nurse | wards", f"baker | {'bread ' * 200_000}"])
    (folder / REVIEW).write_text(f"text,n_records\n{texts}\n", "utf-8")
    csv.field_size_limit(131_072)  # that of a process which has read no delimited text yet
    (batch,) = OldBatches(settings, later())
    assert batch.n_open == 2


def test_a_review_of_an_earlier_text_preparation_is_answered(harness: DaemonHarness) -> None:
    """Advert words were a part of the text once; the answer counts for the text without them."""
    review = next(harness.settings.watcher.outbox.glob("survey.*")) / "review.csv"
    content = review.read_text("utf-8")
    assert "nurse | unknown" in content
    review.write_text(content.replace("nurse | unknown", "nurse full time | unknown"), "utf-8")
    assert not purge(harness.settings, Scope(later())).kept


def test_corrections_may_be_kept(harness: DaemonHarness) -> None:
    purge(harness.settings, Scope(later(), takes_corrections=False))
    harness.drop("again.csv", SURVEY)
    harness.tick(12)
    (batch,) = harness.batches()
    receipt = json.loads((batch / RECEIPT).read_text("utf-8"))
    assert receipt["n_corrected"] == 2


def test_the_daemon_goes_on_and_codes_the_same_content_anew(harness: DaemonHarness) -> None:
    purge(harness.settings, Scope(later()))
    harness.dropped.clear()
    harness.drop("survey.csv", SURVEY)
    harness.tick(12)
    (batch,) = harness.batches()
    receipt = json.loads((batch / RECEIPT).read_text("utf-8"))
    assert receipt["n_corrected"] == 0 and receipt["n_autocoded"] + receipt["n_fallback"] == 2
    assert harness.violations() == []


def test_a_batch_whose_input_came_again_stays(harness: DaemonHarness) -> None:
    """It is old, and somebody was pointed to it lately: its results are those of a new input."""
    batch = next(path for path in harness.batches() if path.name.startswith("survey"))
    receipt = json.loads((batch / RECEIPT).read_text("utf-8"))
    old = receipt | {"finished": "2020-01-01T00:00:00+00:00"}
    (batch / RECEIPT).write_text(json.dumps(old), "utf-8")
    before = datetime(2021, 1, 1, tzinfo=UTC)
    report = purge(harness.settings, Scope(before))
    assert [Path(kept.path) for kept in report.kept] == [batch] and not report.removed
    assert "came again" in report.kept[0].reason


def test_a_batch_that_may_be_the_answer_to_a_waiting_file_stays(harness: DaemonHarness) -> None:
    harness.drop("waits.csv", SURVEY)  # with these results: the daemon has not looked yet
    report = purge(harness.settings, Scope(later()))
    (kept,) = report.kept
    assert "/survey." in kept.path and "in the inbox" in kept.reason
    harness.tick(12)
    (batch,) = harness.batches()
    assert str(batch) == kept.path and not harness.status().waiting


def test_a_batch_that_answered_a_file_during_the_purge_stays(harness: DaemonHarness) -> None:
    batches = OldBatches(harness.settings, datetime.now(UTC))
    first, second = batches
    assert batches.reason_to_keep(first) is None
    survey = first if first.folder.name.startswith("survey") else second
    harness.drop("again.csv", SURVEY)
    harness.tick(12)
    assert "again.csv" in [path.name for path in harness.settings.watcher.archive_dir.iterdir()]
    assert "came again" in (batches.reason_to_keep(survey) or "")


class _MovingFilesystem(Filesystem):
    """A daemon starts the attempt of a claim, by a rename, when the first file is hashed."""

    def __init__(self, claim: Path) -> None:
        self._claim = claim

    def hash(self, path: Path, on_progress: Callable[[], None] = lambda: None) -> str:
        if self._claim.exists():
            self._claim.rename(self._claim.with_name("id.1.main"))
        return super().hash(path, on_progress)


def test_a_file_whose_claim_moves_meanwhile_is_seen(settings: Settings) -> None:
    claim = settings.watcher.inbox / WORK / "id.0.main"
    claim.mkdir(parents=True)
    (claim / "staff.csv").write_bytes(SURVEY)
    batches = OldBatches(settings, later(), _MovingFilesystem(claim))
    assert batches.waiting() == {hashlib.sha256(SURVEY).hexdigest()}


def test_an_event_that_is_told_meanwhile_ends_no_purge(tmp_path: Path) -> None:
    for name in ("c1.json", "c2.json", "failed-c3.json"):
        (tmp_path / name).touch()
    old = _old_files(tmp_path, later())
    names = [next(old)[0].name]
    (tmp_path / "c2.json").unlink()
    assert names + [path.name for path, _ in old] == ["c1.json", "failed-c3.json"]


def test_a_batch_with_pending_explanations_stays(harness: DaemonHarness) -> None:
    batch = next(path for path in harness.batches() if path.name.startswith("survey"))
    receipt = json.loads((batch / RECEIPT).read_text("utf-8"))
    requests = {
        "name": "a",
        "batch_id": receipt["batch_id"],
        "version": "v",
        "records": [],
    }
    (batch / REQUESTS_FILE).write_text(json.dumps(requests), "utf-8")
    report = purge(harness.settings, Scope(later()))
    assert [kept.reason for kept in report.kept] == ["its explanations are not finished"]


def test_what_is_not_ours_stays(harness: DaemonHarness, tmp_path: Path) -> None:
    watched = harness.settings.watcher
    (watched.outbox / "mine").mkdir()
    (watched.outbox / "notes.txt").write_text("mine")
    (watched.outbox / "nightly" / "2020-01-01").mkdir(parents=True)
    (watched.archive_dir / "folder").mkdir()
    (watched.archive_dir / "secret.csv").symlink_to(tmp_path / "config.yaml")
    purge(harness.settings, Scope(later()))
    assert (watched.outbox / "mine").is_dir() and (watched.outbox / "notes.txt").exists()
    assert (watched.outbox / "nightly" / "2020-01-01").is_dir()
    assert (watched.archive_dir / "folder").is_dir() and (tmp_path / "config.yaml").exists()


def test_what_a_killed_purge_left_goes_with_the_next(harness: DaemonHarness) -> None:
    left = harness.settings.watcher.outbox / STAGING / f"purge-{'0' * 16}"
    (left / "survey.0123456789ab").mkdir(parents=True)
    purge(harness.settings, Scope(later()))
    assert not left.exists()


@pytest.mark.parametrize("received", ["2025-01-01T00:00:00", "some day"])
def test_corrections_that_do_not_say_when_they_came_are_as_old_as_their_file(
    settings: Settings, received: str
) -> None:
    """A time without a zone is no moment: somebody has edited the file."""
    folder = settings.data.corrections_dir
    folder.mkdir(parents=True)
    row = f"nurse | unknown,2221,1,{received}\n"
    (folder / "x.csv").write_text("text,corrected_isco_code,sequence,received\n" + row)
    before = datetime.now(UTC) - timedelta(minutes=1)
    assert not purge(settings, Scope(before)).removed
    (removed,) = purge(settings, Scope(later())).removed
    assert removed.place is Place.CORRECTIONS and not list(folder.iterdir())


def test_an_empty_mount_point_is_refused(harness: DaemonHarness) -> None:
    (harness.settings.watcher.outbox / SENTINEL).unlink()
    with pytest.raises(FolderError, match="share is not connected"):
        purge(harness.settings, Scope(later()))
    assert len(harness.batches()) == 2


def test_a_name_controls_no_terminal(harness: DaemonHarness) -> None:
    path = harness.settings.watcher.archive_dir / "a\n\x1b[31mb.csv"
    path.write_bytes(SURVEY)
    report = purge(harness.settings, Scope(later(), is_dry_run=True))
    assert any("/a\\n\\x1b[31mb.csv (" in line for line in report.lines())
    assert all(line.isprintable() for line in report.lines())


def test_the_command(
    harness: DaemonHarness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ["--config", str(tmp_path / "config.yaml")]
    assert main.main(["purge", "--older-than", "0d", "--dry-run", "--json", *config]) == 0
    (line,) = capsys.readouterr().out.splitlines()  # a timer appends it to a file of JSON lines
    report = json.loads(line)
    assert len(report["removed"]) == 6 and report["is_dry_run"]
    with training_lock(harness.settings.output):
        assert main.main(["purge", "--older-than", "0d", *config]) == 3
    assert len(harness.batches()) == 2 and "a training, a purge" in capsys.readouterr().err
    assert main.main(["purge", "--older-than", "0d", *config]) == 0
    assert "outbox:       2 batches removed" in capsys.readouterr().out
    assert not harness.batches()
    assert main.main(["purge", "--older-than", "six months", *config]) == 2
    assert "such as 180d" in capsys.readouterr().err
    shutil.rmtree(tmp_path / "outbox")
    assert main.main(["purge", "--older-than", "0d", *config]) == 0
    assert {place.value for place in Place} >= {old["place"] for old in report["removed"]}


def test_no_page_quotes_a_rejected_file_that_went(harness: DaemonHarness) -> None:
    outbox = harness.settings.watcher.outbox
    pages = [outbox / name for name in ("index.html", "status.json")]
    quoted = re.compile("found the column[^<]*name")
    assert all(quoted.search(page.read_text("utf-8")) for page in pages)
    purge(harness.settings, Scope(later()))
    assert not any(quoted.search(page.read_text("utf-8")) for page in pages)
    harness.drop("next.csv", SURVEY + b"cook\n")
    harness.tick(12)  # the daemon had the reason in its memory
    assert not any(quoted.search(page.read_text("utf-8")) for page in pages)
    assert all("bad.csv" in page.read_text("utf-8") for page in pages)


def test_what_isco_coders_wrote_goes_and_the_rest_of_the_folder_is_named(
    settings: Settings,
) -> None:
    folder = settings.data.review_dir
    folder.mkdir(parents=True)
    for name in ("conflicts.csv", "agreement.html", "suspect_labels.csv"):
        (folder / name).touch()
    report = purge(settings, Scope(later()))
    assert [old.place for old in report.removed] == [Place.REVIEW] * 2
    assert [path.name for path in folder.iterdir()] == ["suspect_labels.csv"]
    (kept,) = report.kept
    assert kept.path == str(folder) and "suspect_labels.csv" in kept.reason


def test_a_purge_that_is_stopped_reports_what_went(
    harness: DaemonHarness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A timer stops it with SIGTERM, in the middle of the removal of a batch."""
    watched = harness.settings.watcher
    remove_tree = shutil.rmtree

    def stop(*arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(shutil, "rmtree", remove_tree)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(shutil, "rmtree", stop)
    command = [*config_of(harness.settings), "purge", "--older-than", "0d"]
    assert main.main([*command, "--json"]) == 130
    report = json.loads(capsys.readouterr().out)
    (gone,) = report["removed"]
    assert report["is_stopped"] and gone["place"] == "outbox" and not Path(gone["path"]).exists()
    assert len(harness.batches()) == 1
    assert not list((watched.outbox / STAGING).glob("purge-*"))
    assert Path(gone["path"]).name not in (watched.outbox / "index.html").read_text("utf-8")
    assert main.main(command) == 0
    assert "stopped before the end" not in capsys.readouterr().out and not harness.batches()
