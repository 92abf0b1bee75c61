"""Files of every format, and files that are none, through the real daemon and ``isco classify``."""

from __future__ import annotations

import csv
import gzip
import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
import pytest

import main
from core.files.whole_file import sha256_of
from core.formats import file_names, statistics_file
from core.own_tables.output_contract import OUTPUT_COLUMNS
from core.settings import Settings
from tests.support.daemon_harness import DaemonHarness
from tests.support.external_programs import needs_office
from tests.support.table_files import HEADER, WRITERS, texts_of, write_by_office, write_xlsx
from watcher.status.description import describe
from watcher.status.status import judge
from watcher.status.status_file import read_status

TURNS = 14  # of 0.1 s: more than the quiet time of 0.2 s and the second hash take


@pytest.fixture
def harness(settings: Settings) -> DaemonHarness:
    return DaemonHarness(settings)


def watch_once(settings: Settings, tmp_path: Path) -> None:
    assert main.main(["watch", "--once", "--config", str(tmp_path / "config.yaml")]) == 0


def receipts(out: Path) -> dict[str, tuple[Path, dict[str, Any]]]:
    """Return folder and receipt of each batch by the name of its input."""
    read = {}
    for path in out.glob("[!.]*/receipt.json"):
        receipt = json.loads(path.read_text(encoding="utf-8"))
        read[receipt["input"]] = path.parent, receipt
    return read


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def check_result(folder: Path, receipt: dict[str, Any], suffix: str, original: Path) -> None:
    header, *coded = rows(folder / "predictions.csv")
    assert header == [*HEADER, *OUTPUT_COLUMNS]
    assert [row[: len(HEADER)] for row in coded] == texts_of(suffix)
    assert all(row[len(HEADER)] for row in coded), "a record without a code"
    assert receipt["columns"] == {"job_title": "job_title", "duties_description": "duties"}
    assert receipt["n_rows_in"] == 3 and receipt["sha256"] == sha256_of(original)
    unpacked = suffix.removesuffix(".gz")
    delimited = dict.fromkeys((".tsv", ".tab", ".txt"), "csv")
    assert receipt["format"] == delimited.get(unpacked, unpacked[1:])


@pytest.mark.slow
def test_every_format_through_the_daemon(settings: Settings, tmp_path: Path) -> None:
    inbox = settings.watcher.inbox
    inbox.mkdir()
    for suffix, write in WRITERS.items():
        write(inbox / f"staff-{suffix[1:]}{suffix}")
    watch_once(settings, tmp_path)
    by_name = receipts(settings.watcher.outbox)
    for suffix in WRITERS:
        name = f"staff-{suffix[1:]}{suffix}"
        archived = settings.watcher.archive_dir / name
        check_result(*by_name[name], suffix, archived)
        assert by_name[name][0].name.startswith(f"staff-{suffix[1:]}.")
    assert not settings.watcher.rejected_dir.exists() or not list(
        settings.watcher.rejected_dir.iterdir()
    )


@needs_office
@pytest.mark.slow
def test_workbooks_of_libreoffice_through_the_daemon(settings: Settings, tmp_path: Path) -> None:
    settings.watcher.inbox.mkdir()
    for suffix in (".xls", ".ods"):
        path = write_by_office(tmp_path / f"staff-{suffix[1:]}{suffix}")
        path.rename(settings.watcher.inbox / path.name)
    watch_once(settings, tmp_path)
    for name, (folder, receipt) in receipts(settings.watcher.outbox).items():
        check_result(folder, receipt, Path(name).suffix, settings.watcher.archive_dir / name)
    assert len(receipts(settings.watcher.outbox)) == 2


def test_classify_takes_the_same(
    settings: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "staff"
    (folder / "in").mkdir(parents=True)
    WRITERS[".parquet"](folder / "a.parquet")
    WRITERS[".xlsx"](folder / "in" / "b.xlsx")
    (folder / "c.docx").write_bytes(b"PK")
    (folder / ".DS_Store").touch()
    arguments = ["--config", str(tmp_path / "config.yaml"), "--out", str(tmp_path / "out")]
    assert main.main(["classify", str(folder), *arguments]) == 0
    by_name = receipts(tmp_path / "out")
    check_result(*by_name["a.parquet"], ".parquet", folder / "a.parquet")
    check_result(*by_name["b.xlsx"], ".xlsx", folder / "in" / "b.xlsx")
    reason = file_names.reason_to_hold("c.docx")
    assert f"{str(folder / 'c.docx')!r} is not processed: {reason}" in caplog.text
    assert ".DS_Store" not in caplog.text
    assert main.main(["classify", str(folder / "c.docx"), *arguments]) == 1
    assert f"is not processed: {reason}" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main.main(["classify", str(tmp_path / "empty"), *arguments]) == 1
    assert "has no file that is read: .csv" in capsys.readouterr().err


def test_a_folder_becomes_a_batch_for_each_file(harness: DaemonHarness) -> None:
    (harness.inbox / "wave 1" / "in").mkdir(parents=True)
    harness.drop("wave 1/a.csv", b"job_title\nnurse\n")
    harness.drop("wave 1/in/a.csv", b"job_title\nwelder\n")
    harness.drop("b.csv", b"job_title\ncook\n")
    harness.tick(TURNS * 2)
    batches = [json.loads((p / "receipt.json").read_text()) for p in harness.batches()]
    assert sorted((batch["input"], batch["inbox_folder"]) for batch in batches) == [
        ("a.csv", "wave 1"), ("a.csv", "wave 1/in"), ("b.csv", ""),
    ]  # fmt: skip
    assert harness.violations() == []
    status = harness.status()
    assert (status.n_waiting, status.ignored) == (0, ("wave 1/in/ (an empty folder)",))


def test_a_folder_that_is_still_copied_waits(harness: DaemonHarness) -> None:
    (harness.inbox / "wave").mkdir()
    harness.drop("wave/a.csv", b"job_title\nnurse\n")
    growing = harness.inbox / "wave" / "b.csv"
    with growing.open("ab") as file:
        file.write(b"job_title\n")
        for _ in range(TURNS):
            file.write(b"welder\n")
            file.flush()
            harness.tick()
    assert not harness.batches()
    reasons = {file.name: file.reason for file in harness.status().waiting}
    assert reasons["wave/a.csv"] == "waiting until its whole folder has been copied"
    harness.dropped.append(growing.read_bytes())
    harness.tick(TURNS * 2)
    assert len(harness.batches()) == 2 and harness.violations() == []


def test_a_folder_swapped_for_a_link_gives_nothing_away(
    harness: DaemonHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever can write into the inbox must not have the daemon move a file from elsewhere."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.csv").write_bytes(b"job_title\nspy\n")
    folder = harness.inbox / "w"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"job_title\nspy\n")
    check_readable = harness.files.__class__.check_readable
    swaps = []

    def swap(files: Any, path: Path) -> None:
        if not swaps:
            shutil.rmtree(folder)
            folder.symlink_to(secret)
            swaps.append(path)
        check_readable(files, path)

    monkeypatch.setattr(harness.files.__class__, "check_readable", swap)
    harness.tick(TURNS * 2)
    assert swaps and (secret / "a.csv").exists() and not harness.batches()
    assert "a link" in harness.status().waiting[0].reason


def test_nothing_is_ignored_in_silence(
    harness: DaemonHarness, caplog: pytest.LogCaptureFixture
) -> None:
    held = ["notes.docx", "report.pdf", "all.zip", "data.json", "staff", "._staff.csv", ".x.csv"]
    for name in (*held, "Thumbs.db", ".DS_Store", "~$staff.xlsx", "half.csv.crdownload"):
        (harness.inbox / name).write_bytes(b"x")
    (harness.inbox / "link.csv").symlink_to("notes.docx")
    with caplog.at_level(logging.WARNING):
        harness.tick(TURNS)
    status = harness.status()
    waiting = {file.name: file.reason for file in status.waiting}
    assert waiting.keys() == {*held, "link.csv", "half.csv.crdownload"}
    assert status.ignored == (".DS_Store", "Thumbs.db", "~$staff.xlsx") and status.n_ignored == 3
    page = (harness.settings.watcher.outbox / "index.html").read_text(encoding="utf-8")
    for name in (*held, "link.csv"):
        assert caplog.text.count(f"{name!r} is not processed: ") == 1  # once
        assert name in page
    for name in (*status.ignored, "half.csv.crdownload"):
        assert name not in caplog.text and name in page
    now = harness.clock.now()
    text = describe(status, judge(status, now), now)
    assert "ignored: .DS_Store, Thumbs.db, ~$staff.xlsx" in text
    for name, reason in waiting.items():
        assert f"'{name}' for" in text and reason in text
    (harness.inbox / "staff").rename(harness.inbox / "staff.csv")
    (harness.inbox / "staff.csv").write_bytes(b"job_title\nnurse\n")
    harness.tick(TURNS)
    assert len(harness.batches()) == 1  # once it has a name that is read


def test_without_the_library_a_data_set_is_held(
    harness: DaemonHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    WRITERS[".sav"](harness.inbox / "staff.sav")
    monkeypatch.setattr(statistics_file, "is_available", lambda: False)
    harness.tick(TURNS)
    (waiting,) = harness.status().waiting
    assert 'pip install -e ".[statistics]"' in waiting.reason and not harness.batches()
    monkeypatch.undo()
    harness.tick(TURNS)
    assert len(harness.batches()) == 1


def test_labels_are_text_and_codes_stay(harness: DaemonHarness) -> None:
    frame = pd.DataFrame(
        {
            "q1": [1.0, 2.0, -9.0],
            "sex": [1.0, 2.0, 9.0],
            "isco_code": [110.0, 2221.0, 7212.0],
            "id": ["0110", "NA", ""],
        }
    )
    labels: dict[str, dict[float, str]] = {
        "q1": {1: "Infantry soldier", 2: "Registered nurse", -9: "No answer"},
        "sex": {1: "Male", 2: "Female", 9: "Refused"},
        "isco_code": {110: "Officers", 2221: "Nurses", 7212: "Welders"},
    }
    pyreadstat.write_sav(
        frame,
        str(harness.inbox / "survey.sav"),
        column_labels={"q1": "What is your main occupation?"},
        variable_value_labels=labels,
        missing_ranges={"q1": [-9], "sex": [9]},
    )
    harness.tick(TURNS)
    (folder,) = harness.batches()
    receipt = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    _, *coded = rows(folder / "predictions.csv")
    assert [row[:4] for row in coded] == [
        ["Infantry soldier", "Male", "110", "0110"],
        ["Registered nurse", "Female", "2221", "NA"],
        ["No answer", "Refused", "7212", ""],
    ]
    assert receipt["columns"] == {"job_title": "q1", "isco_code": "isco_code"}
    assert receipt["n_not_stated"] == 1  # the label of the missing value says so
    assert rows(folder / "disagreements.csv")[0]


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".jsonl", ".sav", ".tsv", ".csv.gz"])
def test_a_review_is_recognised_by_its_columns(suffix: str, harness: DaemonHarness) -> None:
    frame = pd.DataFrame({"text": ["nurse | unknown"], "corrected_isco_code": ["2221"]})
    path = harness.inbox / f"staff{suffix}"
    if suffix == ".xlsx":
        frame.to_excel(path, index=False)
    elif suffix == ".parquet":
        frame.to_parquet(path)
    elif suffix == ".jsonl":
        frame.to_json(path, orient="records", lines=True)
    elif suffix == ".sav":
        pyreadstat.write_sav(frame, str(path))
    else:
        text = frame.to_csv(sep="\t" if suffix == ".tsv" else ",", index=False).encode()
        path.write_bytes(gzip.compress(text) if suffix == ".csv.gz" else text)
    harness.tick(TURNS)
    (folder,) = harness.batches()
    receipt = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["statuses"]["accepted"] == 1


def test_a_workbook_as_people_make_it(harness: DaemonHarness) -> None:
    """Lines above the header, a blank row, an error, a formula, a sheet of notes, a hidden one."""
    book = openpyxl.Workbook()
    notes, data, hidden = book.worksheets[0], book.create_sheet("Data"), book.create_sheet("old")
    notes.title = "Read me"
    notes.append(["Staff of 2026, one line per person"])
    for row in (
        ["Staff list"],
        [],
        ["No", "Job title", "Site"],
        [1, "nurse", "#N/A"],
        [],
        [2, "cook", '="A"&1'],
    ):
        data.append(row)
    hidden.append(["job_title"])
    hidden.append(["spy"])
    hidden.sheet_state = "hidden"
    book.save(harness.inbox / "staff.xlsx")
    harness.tick(TURNS)
    (folder,) = harness.batches()
    receipt = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    header, *coded = rows(folder / "predictions.csv")
    assert header[:3] == ["No", "Job title", "Site"]
    assert [row[:3] for row in coded] == [["1", "nurse", "#N/A"], ["2", "cook", '="A"&1']]
    assert receipt["n_blank_lines"] == 1
    assert "the sheet 'Data' was read, and not 'Read me'" in receipt["notes"]
    assert "2 lines above the header were left out" in receipt["notes"]


@pytest.mark.skipif(os.name != "posix", reason="owners and modes")
@pytest.mark.parametrize(
    ("operation", "words"),
    [("names_inside", "the folder cannot be read"), ("status", "it cannot be read")],
)
def test_a_folder_that_cannot_be_read_is_named(
    harness: DaemonHarness, operation: str, words: str
) -> None:
    """Its names, or with the right to read alone what they are: it stops no other file."""
    write_xlsx(harness.drop("locked.csv", b"x").with_name("open.xlsx"))
    harness.dropped.clear()
    (harness.inbox / "locked.csv").unlink()
    (harness.inbox / "locked").mkdir()
    harness.files.fail(operation, harness.inbox / "locked", 13)
    harness.tick(TURNS)
    (waiting,) = harness.status().waiting
    assert words in waiting.reason and len(harness.batches()) == 1


def test_the_status_on_disk_has_what_is_ignored(harness: DaemonHarness) -> None:
    (harness.inbox / "desktop.ini").touch()
    harness.tick(2)
    assert read_status(harness.settings.watcher.outbox).ignored == ("desktop.ini",)
