"""``outbox/index.html``: every event in it, a thousand batches quickly, hostile names as text."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.files.own_files import SENTINEL
from core.settings import Settings
from tests.support.page_reader import Page
from tests.support.review_fixtures import SCRIPT
from tests.watcher.test_daemon import batches, daemon, drop, wait_for
from watcher.delivery.index_page import INDEX, Index
from watcher.processes.scheduler import FAILED, NIGHTLY
from watcher.status.description import describe
from watcher.status.status import (
    FileResult,
    InProgress,
    Problem,
    Status,
    Totals,
    Waiting,
    encodable,
    judge,
)
from watcher.status.status_file import status_file_name, write_status

MOMENT = datetime(2026, 11, 23, 4, 15, tzinfo=UTC)


def a_batch(outbox: Path, number: int, name: str = "survey.csv", **more: Any) -> Path:
    folder = outbox / f"{number:04}.{number:012x}"
    folder.mkdir(parents=True)
    receipt = {
        "input": name,
        "finished": (MOMENT + timedelta(minutes=number)).isoformat(),
        "n_rows_out": 100,
        "n_autocoded": 50 + number % 10,
        "n_review": 7,
        "n_review_texts": 5,
        "n_sampled": 1,
        "model_version": "2026-11-23.cea2849c",
        **dict.fromkeys(("n_conflicts", "n_never_asked", "n_not_drawn", "n_doubted"), 0),
        **more,
    }
    (folder / "receipt.json").write_text(json.dumps(receipt), encoding="utf-8")
    (folder / "report.html").write_text("", encoding="utf-8")
    return folder


def test_records_of_a_superseded_batch_do_not_count_twice(tmp_path: Path) -> None:
    a_batch(tmp_path, 1).rename(tmp_path / "survey.000000000001.superseded")
    a_batch(tmp_path, 2, n_rows_out=120)
    a_batch(tmp_path, 3, n_rows_out=120)
    Index(tmp_path).refresh()
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<dt>batches</dt><dd>3</dd>" in page and "<dt>records coded</dt><dd>240</dd>" in page
    assert "3 batches, 240 records coded" in page
    assert "the last 2 coded batches, oldest first" in page


def a_night(
    outbox: Path, day: str, state: str, rate: float | None = None, versions: tuple[str, ...] = ()
) -> None:
    folder = outbox / NIGHTLY / day
    folder.mkdir(parents=True)
    metrics: dict[str, Any] = {"state": state, "reasons": [f"because of {day}"]}
    if rate is not None:
        metrics["sampled_agreement"] = {
            "n": 40,
            "n_agreed": round(40 * rate),
            "rate": rate,
            "interval": [rate - 0.1, rate],
            "versions": [{"name": name, "n": 20} for name in versions],
        }
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    (folder / "report.html").write_text("", encoding="utf-8")


def a_status(**more: Any) -> Status:
    return Status(host="vm", pid=7, started=MOMENT, poll_s=1, model_version="v1", **more)


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    """A daemon's outbox with its sentinel, which an empty mount point does not have."""
    (tmp_path / SENTINEL).touch()
    return tmp_path


def test_every_event_is_on_it(outbox: Path) -> None:
    index = Index(outbox, clock=lambda: MOMENT)
    index.refresh(a_status())
    page = Page(outbox / INDEX)
    assert "Ready" in page.words and "None yet" in page.words

    a_batch(outbox, 1, f"{SCRIPT}.csv")
    a_batch(outbox, 2)
    corrections = {"statuses": {"accepted": 3, "not_codable": 1}, "n_rows": 4}
    a_batch(outbox, 3, "filled.csv", **corrections)
    a_night(outbox, "2026-11-21", "promoted", 0.9)
    a_night(outbox, "2026-11-22", "refused", 0.8, ("v1", "v2"))
    failed = outbox / NIGHTLY / "2026-11-23"
    failed.mkdir()
    (failed / FAILED).write_text("it ended with status 9", encoding="utf-8")
    waiting = Waiting(
        name=f"{SCRIPT} new.csv", since=MOMENT, reason="waiting until it has not changed for 2 s"
    )
    rejected = FileResult(name="bad.csv", at=MOMENT, text=f"'bad.csv': found {SCRIPT}")
    totals = Totals(n_rejected=17)
    status = a_status(waiting=(waiting,), n_waiting=3, rejected=(rejected,), totals=totals)
    index.refresh(status)
    assert "rejected (the last 1 of 17):" in describe(status, judge(status, MOMENT), MOMENT)
    page = Page(outbox / INDEX)
    for words in (
        "batches 3",
        "records coded 200",
        "files waiting 3",
        f"{SCRIPT} new.csv, since 2026-11-23",
        "and 2 more",
        f"found {SCRIPT}",
        "The latest 1 of 17.",
        f"{SCRIPT}.csv 2026-11-23 04:16:00 UTC 100 51.0 %",
        "3 accepted, 1 not codable",
        "refused because of 2026-11-22 80.0 % (70.0 % to 80.0 %), 2 versions of the model pooled",
        "failed it ended with status 9",
        "agreement of people with autocoded records 80.0 %",
    ):
        assert words in page.words, words
    links = [link for link in page.links if link.startswith("00") and "review" not in link]
    assert [link[:4] for link in links] == ["0003", "0002", "0001"]  # newest first
    assert len(page.named("svg")) == 2 and all(svg["aria-label"] for svg in page.named("svg"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "corrections: 3 accepted, 1 not codable, 2 in doubt"),
        ("de", "3 angenommen, 1 nicht codierbar, 2 angezweifelt"),
        ("es", "3 aceptadas, 1 no codificable, 2 en duda"),
        ("fr", "3 acceptées, 1 non codable, 2 en doute"),
        ("pt", "3 aceites, 1 não codificável, 2 em dúvida"),
    ],
)
@pytest.mark.parametrize("is_swapped", [False, True])
def test_what_became_of_answers_has_the_form_of_their_number(
    outbox: Path, language: str, words: str, is_swapped: bool
) -> None:
    counts = {"accepted": 3, "not_codable": 1, "later": 0}
    if is_swapped:
        counts = {"accepted": 1, "not_codable": 2, "later": 4}
        words = _SWAPPED[language]
    a_batch(outbox, 1, "filled.csv", statuses=counts, n_rows=4, n_doubted=2)
    Index(outbox, clock=lambda: MOMENT, language=language).refresh(a_status())
    assert words in Page(outbox / INDEX).words


_SWAPPED = {
    "en": "1 accepted, 2 not codable, 4 later",
    "de": "1 angenommen, 2 nicht codierbar, 4 later",
    "es": "1 aceptada, 2 no codificables, 4 later",
    "fr": "1 acceptée, 2 non codables, 4 later",
    "pt": "1 aceite, 2 não codificáveis, 4 later",
}


def test_a_file_without_answers_has_no_share_and_no_place_in_the_trend(outbox: Path) -> None:
    a_batch(outbox, 1, "first.csv")
    a_batch(outbox, 2, "second.csv")
    a_batch(outbox, 3, "none.csv", n_autocoded=0, n_not_stated=60, n_empty=40)
    Index(outbox, clock=lambda: MOMENT).refresh(a_status())
    page = Page(outbox / INDEX)
    assert "the last 2 coded batches, oldest first" in page.words
    assert "none.csv 2026-11-23 04:18:00 UTC 100 –" in page.words
    assert "51.0 %" in page.words and " 0.0 %" not in page.words


def test_what_people_decided_before_is_coded_at_once(outbox: Path) -> None:
    index = Index(outbox, clock=lambda: MOMENT)
    a_batch(outbox, 0)
    a_batch(outbox, 1, "taught.csv", n_autocoded=30, n_corrected=40, n_not_codable=5)
    index.refresh(a_status())
    page = Page(outbox / INDEX)
    assert "taught.csv 2026-11-23 04:16:00 UTC 100 75.0 %" in page.words
    assert "to 75.0\N{NO-BREAK SPACE}%" in page.named("svg")[0]["aria-label"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"stopped": MOMENT}, "Stopped 2026-11-23 04:15:00 UTC"),
        ({"share_unavailable": Problem(since=MOMENT, reason="gone")}, "Share unavailable"),
        ({"paused": Problem(since=MOMENT, reason="no space left")}, "Paused"),
        (
            {"in_progress": InProgress(name="big.csv", since=MOMENT, n_rows=7)},
            "In progress: big.csv",
        ),
    ],
)
def test_what_the_daemon_does(outbox: Path, more: dict[str, Any], words: str) -> None:
    Index(outbox).refresh(a_status(**more))
    assert words in Page(outbox / INDEX).words


@pytest.mark.parametrize("noticed", [None, Problem(since=MOMENT, reason="gone")])
def test_nothing_is_written_to_the_empty_mount_point_of_a_share(
    outbox: Path, noticed: Problem | None
) -> None:
    index = Index(outbox)
    (outbox / SENTINEL).unlink()
    index.refresh(a_status(share_unavailable=noticed))
    assert not list(outbox.iterdir())
    (outbox / SENTINEL).touch()
    index.refresh(a_status(share_unavailable=noticed))
    assert (outbox / INDEX).is_file()


def test_it_is_replaced_only_for_news_and_forgets_what_is_gone(outbox: Path) -> None:
    index = Index(outbox)
    folder = a_batch(outbox, 1)
    index.refresh(a_status())
    first = (outbox / INDEX).stat().st_ino
    index.refresh(a_status(last_poll=MOMENT, last_progress=MOMENT))
    assert (outbox / INDEX).stat().st_ino == first
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    index.refresh(a_status())
    assert "None yet" in Page(outbox / INDEX).words


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"input": "x"}', '{"input": "x", "n_rows_out": "many"}', "null"]
)
def test_a_damaged_receipt_spoils_nothing(outbox: Path, content: str) -> None:
    a_batch(outbox, 1)
    (a_batch(outbox, 2) / "receipt.json").write_text(content, encoding="utf-8")
    a_night(outbox, "2026-11-21", "promoted")
    (outbox / NIGHTLY / "2026-11-21" / "metrics.json").write_text(content, encoding="utf-8")
    (outbox / "no batch").mkdir()
    (outbox / ".staging").mkdir()
    Index(outbox).refresh()
    assert "batches 1" in Page(outbox / INDEX).words


def test_an_outbox_that_cannot_be_written_stops_nothing(outbox: Path) -> None:
    (outbox / INDEX).mkdir()
    index = Index(outbox)
    index.refresh(a_status())
    (outbox / INDEX).rmdir()
    index.refresh(a_status())
    assert (outbox / INDEX).is_file()


def test_an_event_reads_no_receipt_twice(outbox: Path) -> None:
    for number in range(1_000):
        a_batch(outbox, number)
    index = Index(outbox)
    index.refresh(a_status())
    for path in outbox.glob("*/receipt.json"):
        path.write_text("{", encoding="utf-8")  # a batch that is read again would be lost
    a_batch(outbox, 1_000)
    started_s = time.perf_counter()
    index.refresh(a_status())
    taken_s = time.perf_counter() - started_s
    page = Page(outbox / INDEX)
    assert "batches 1,001" in page.words and "1,000 of 1,001" in page.words
    assert (outbox / INDEX).stat().st_size < 1_000_000
    assert taken_s < 1, f"{taken_s:.3f} s"  # a shared machine is now and then slow


@pytest.mark.slow
def test_the_daemon_keeps_it(settings: Settings) -> None:
    index = settings.watcher.outbox / INDEX
    with daemon(settings) as process:
        wait_for(index.exists, process)
        drop(settings, "a.csv", "job_title\nnurse\n")
        drop(settings, "b.csv", "nothing\nnurse\n")
        wait_for(lambda: batches(settings, "a"), process)
        wait_for(lambda: "Rejected" in Page(index).words, process)
        wait_for(lambda: "batches 1" in Page(index).words, process)
    words = Page(index).words
    assert "a.csv" in words and "job_title" in words


def test_batches_of_one_name_are_told_apart_by_their_folders(outbox: Path) -> None:
    a_batch(outbox, 1, inbox_folder="berlin")
    a_batch(outbox, 2, inbox_folder="wien")
    Index(outbox).refresh(a_status())
    words = Page(outbox / INDEX).words
    assert "berlin/survey.csv" in words and "wien/survey.csv" in words


@pytest.mark.parametrize(
    ("name", "href"),
    [
        ("bad #1.csv.why.txt", "bad%20%231.csv.why.txt"),
        (os.fsdecode(b"caf\xe9.csv.why.txt"), "caf%E9.csv.why.txt"),
    ],
)
def test_batches_stand_by_month_and_rejected_files_lead_to_their_reasons(
    outbox: Path, name: str, href: str
) -> None:
    a_batch(outbox, 1)
    a_batch(outbox, 2, "old.csv", finished="2026-09-30T10:00:00+00:00")
    a_batch(outbox, 3, "filled.csv", statuses={"accepted": 3}, n_rows=4, n_conflicts=2)
    a_batch(outbox, 4, "odd.csv", finished="some day")
    reason = outbox.parent / "rejected" / name
    reason.parent.mkdir(exist_ok=True)
    reason.write_text("found nothing", encoding="utf-8")
    shown = encodable(str(reason))
    rejected = FileResult(name="bad", at=MOMENT, text="'bad'", reason_path=shown)
    Index(outbox).refresh(a_status(rejected=(rejected, FileResult(name="b", at=MOMENT, text="b"))))
    page = Page(outbox / INDEX)
    assert "November 2026: 2 batches, 100 records coded" in page.words
    assert "3 accepted, 2 replace earlier answers" in page.words
    assert "September 2026: 1 batch, 100 records coded" in page.words
    assert [("open" in month) for month in page.named("details")] == [True, False, False]
    (link,) = [link for link in page.links if "why" in link]
    assert link == f"../rejected/{href}"


def test_files_that_another_daemon_rejected_are_on_it(outbox: Path) -> None:
    results = [
        FileResult(name=f"bad{n}", at=MOMENT + timedelta(minutes=n), text=f"'bad{n}.csv': empty")
        for n in range(12)
    ]
    index = Index(outbox)
    index.refresh(a_status(rejected=tuple(results[8::-1]), totals=Totals(n_rejected=20)))
    assert "bad9.csv" not in Page(outbox / INDEX).words
    write_status(outbox / status_file_name("two"), a_status(rejected=tuple(results[:8:-1])))
    (outbox / status_file_name("torn")).write_text("{", encoding="utf-8")
    index.refresh(a_status(rejected=tuple(results[8::-1]), totals=Totals(n_rejected=20)))
    words = Page(outbox / INDEX).words
    assert "The latest 10 of 23" in words
    shown = [n for n in range(12) if f"'bad{n}.csv'" in words]
    assert shown == list(range(2, 12))
