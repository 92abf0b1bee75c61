"""What people leave in the outbox is named: a filled-in review, and a table."""

from __future__ import annotations

import errno
import logging
import os
import shutil
from pathlib import Path

import openpyxl
import pytest

from core.errors import BundleError
from core.row_counts import Progress
from core.settings import Settings
from tests.support.daemon_harness import DaemonHarness, PassingProcessor
from watcher.processes.processor import Processor, WorkerLostError


@pytest.fixture
def harness(settings: Settings) -> DaemonHarness:
    return DaemonHarness(settings)


def publish(harness: DaemonHarness) -> Path:
    """Let a file of two titles be coded; return its batch."""
    harness.drop("survey.csv", b"job_title\nnurse\ncook\n")
    harness.tick(10)
    (batch,) = harness.batches()
    return batch


def look_again(harness: DaemonHarness) -> tuple[str, ...]:
    """Return the warnings after the outbox was looked through again."""
    harness.clock.seconds += 60
    harness.tick(2)
    return harness.status().warnings


def fill_in(path: Path, n: int) -> None:
    """Write a code into the first rows of a workbook, and save it where it is."""
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["review"]
    column = [cell.value for cell in sheet[1]].index("corrected_isco_code") + 1
    for row in range(2, 2 + n):
        sheet.cell(row, column).value = "2221"
    workbook.save(path)
    later = path.with_name("receipt.json").stat().st_mtime_ns + 10**9
    os.utime(path, ns=(later, later))


@pytest.mark.parametrize("name", ["review.xlsx", "review (1).xlsx", "filled in.xlsx"])
def test_a_review_that_is_filled_in_where_it_was_published_is_named(
    harness: DaemonHarness, name: str
) -> None:
    batch = publish(harness)
    assert look_again(harness) == ()
    if name != "review.xlsx":
        shutil.copy(batch / "review.xlsx", batch / name)
    fill_in(batch / name, 2)
    (warning,) = look_again(harness)
    assert f"{batch.name}/{name}" in warning and "2 answers" in warning and "inbox" in warning
    page = (harness.settings.watcher.outbox / "index.html").read_text(encoding="utf-8")
    assert f"{batch.name}/{name}" in page and "2 answers that nobody handed in" in page


def test_a_review_that_was_handed_in_is_named_no_more(harness: DaemonHarness) -> None:
    batch = publish(harness)
    fill_in(batch / "review.xlsx", 2)
    assert len(look_again(harness)) == 1
    harness.drop("review.xlsx", (batch / "review.xlsx").read_bytes())
    harness.tick(10)
    assert look_again(harness) == ()
    fill_in(batch / "review.xlsx", 1)  # as they were answered
    assert look_again(harness) == ()


def test_a_review_without_an_answer_is_not_named(
    harness: DaemonHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = publish(harness)
    fill_in(batch / "review.xlsx", 0)
    (batch / "half.csv").write_text("text;corr", encoding="utf-8")
    os.utime(batch / "half.csv", (2e9, 2e9))
    assert look_again(harness) == ()
    asked: list[Path] = []
    monkeypatch.setattr(harness.processor, "count_open_answers", lambda path, _: asked.append(path))
    assert look_again(harness) == ()
    assert asked == []  # nothing has changed since


def test_a_table_in_the_outbox_is_named_once_in_the_log(
    harness: DaemonHarness, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = harness.settings.watcher.outbox
    publish(harness)
    (outbox / "staff.xlsx").write_bytes(b"PK")
    (outbox / "notes.txt~").write_bytes(b"PK")
    with caplog.at_level(logging.WARNING, "watcher"):
        (warning,) = look_again(harness)
        assert look_again(harness) == (warning,)
    assert warning.startswith("'staff.xlsx' lies in the outbox, where no file is read")
    assert caplog.text.count(warning) == 1
    (outbox / "staff.xlsx").unlink()
    assert look_again(harness) == ()


def test_an_outbox_that_cannot_be_read_has_the_warnings_that_it_had(harness: DaemonHarness) -> None:
    publish(harness)
    outbox = harness.settings.watcher.outbox
    (outbox / "staff.csv").write_bytes(b"job_title\nnurse\n")
    warnings = look_again(harness)
    assert len(warnings) == 1
    harness.files.fail("names_inside", outbox, errno.EIO)
    assert look_again(harness) == warnings
    harness.files.heal()
    (outbox / "staff.csv").unlink()
    assert look_again(harness) == ()


class FailingProcessor(PassingProcessor):
    """A processor that fails at a changed table."""

    def __init__(self, processor: Processor, error: Exception) -> None:
        super().__init__(processor)
        self._error = error

    def count_open_answers(self, path: Path, progress: Progress) -> int:
        raise self._error


@pytest.mark.parametrize(
    "error",
    [WorkerLostError("it was killed"), RuntimeError("KeyError: 3"), BundleError("no model")],
)
def test_a_table_that_cannot_be_looked_into_ends_no_daemon(
    harness: DaemonHarness, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    batch = publish(harness)
    failing = FailingProcessor(harness.processor, error)
    harness.daemon = harness.start_daemon("main", failing)
    fill_in(batch / "review.xlsx", 2)
    with caplog.at_level(logging.WARNING, "watcher"):
        assert look_again(harness) == look_again(harness) == ()
    assert caplog.text.count(f"was not looked into for answers: {error}") == 1


def test_answers_are_looked_for_again_once_the_corrections_are_back(
    harness: DaemonHarness,
) -> None:
    batch = publish(harness)
    failing = FailingProcessor(harness.processor, OSError(errno.EIO, "the share is away"))
    harness.daemon = harness.start_daemon("main", failing)
    fill_in(batch / "review.xlsx", 2)
    assert look_again(harness) == ()
    failing.count_open_answers = harness.processor.count_open_answers  # type: ignore[method-assign]
    assert len(look_again(harness)) == 1


def test_a_slow_outbox_is_looked_through_in_turns(harness: DaemonHarness) -> None:
    outbox = harness.settings.watcher.outbox
    publish(harness)
    for number in range(5):
        (outbox / f"{number}.csv").write_bytes(b"job_title\nnurse\n")
    names, status = harness.files.names, harness.files.status

    def slow(path: Path) -> os.stat_result:
        harness.clock.seconds += 1.0
        return status(path)

    harness.files.status = slow  # type: ignore[method-assign]
    harness.clock.seconds += 60
    n_turns = 0
    while not harness.status().warnings:
        harness.tick()
        n_turns += 1
    assert len(harness.status().warnings) == 5
    assert n_turns >= len(names(outbox)) / 2
