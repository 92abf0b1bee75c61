"""Corrections are applied in the order of their files; the later one wins."""

from __future__ import annotations

import csv
import logging
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from core.corrections.corrections_folder import folder_state, next_sequence, read_folder
from core.corrections.decisions import Decisions
from core.review_contract import CORRECTED
from core.settings import DataSettings
from core.text import clean
from inference import corrections_lookup
from inference.corrections_lookup import CorrectionsLookup
from tests.support.decided_texts import decide
from tests.support.other_users import are_possible, command_prefix


def write(folder: Path, name: str, code: str, time_s: int) -> None:
    path = folder / name
    path.write_text(f"job_title,corrected_isco_code\nnurse,{code}\n", encoding="utf-8")
    os.utime(path, (time_s, time_s))


def test_a_folder_is_read_oldest_file_first(tmp_path: Path) -> None:
    assert folder_state(tmp_path / "none") == ()
    for name, code, time_s in (("a.csv", "2221", 3), ("b.csv", "3221", 1), ("c.csv", "222", 4)):
        write(tmp_path, name, code, time_s)
    codes = Decisions()
    replaced = [
        (file.name, codes.apply(correction).replaced)
        for file, correction in read_folder(tmp_path, DataSettings())
    ]
    assert replaced == [("b.csv", None), ("a.csv", "3221"), ("c.csv", None)]
    assert codes.get("nurse | unknown") == "2221"


def test_another_group_and_not_codable_replace_the_code(tmp_path: Path) -> None:
    for code in ("721", "not codable"):
        codes = Decisions()
        decide(codes, "nurse | unknown", "2221")
        write(tmp_path, "a.csv", code, 1)
        (row,) = read_folder(tmp_path, DataSettings())
        assert codes.apply(row[1]).replaced == "2221"
        assert codes.get("nurse | unknown") == code


def test_the_order_is_in_the_files(tmp_path: Path) -> None:
    """Copied or touched files keep their place; files without a place come first, by time."""
    header = "text,corrected_isco_code,sequence,received\n"
    rows = {
        "b.csv": "2221,2,2026-01-02",
        "a.csv": "3221,10,2026-01-01",
        "d.csv": "2222,2,2026-01-01",
    }
    for time_s, (name, row) in enumerate(rows.items(), start=100):
        path = tmp_path / name
        path.write_text(f"{header}nurse | unknown,{row}\n", encoding="utf-8")
        os.utime(path, (1000 - time_s, 1000 - time_s))
    write(tmp_path, "hand2.csv", "2221", 5000)
    write(tmp_path, "hand1.csv", "2221", 4000)
    names = ["hand1.csv", "hand2.csv", "d.csv", "b.csv", "a.csv"]
    state = folder_state(tmp_path)
    assert [file.name for file in state] == names
    assert next_sequence(tmp_path) == 11 and next_sequence(tmp_path / "none") == 1
    (tmp_path / "a.csv").touch()
    assert [file.name for file in folder_state(tmp_path, state)] == names


def write_kept(folder: Path, text: str, sequence: int) -> Path:
    path = folder / "kept.csv"
    rows = [["text", CORRECTED, "sequence", "received"], [text, "2221", sequence, "2026-01-02"]]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_file_that_begins_with_a_long_text_keeps_its_place(tmp_path: Path) -> None:
    write_kept(tmp_path, f"{'long ' * 100_000}| unknown", 7)
    csv.field_size_limit(131_072)  # that of a process which has read no table yet
    assert next_sequence(tmp_path) == 8


def test_a_bad_file_costs_itself_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path, "good.csv", "2221", 1)
    (tmp_path / "._good.csv").write_bytes(b"\0\5\26\7" + b"Mac OS X        " * 4 + b"\xff\xfe\0")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "gone.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "empty.csv").touch()
    torn = 'job_title,corrected_isco_code\nnurse,3221\n"cook,5120\n'
    (tmp_path / "torn.csv").write_text(torn, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        rows = [(file.name, c.code) for file, c in read_folder(tmp_path, DataSettings())]
    assert rows == [("good.csv", "2221")]  # and nothing of torn.csv
    for name in ("._good.csv", "pipe.csv", "empty.csv", "torn.csv"):
        assert str(tmp_path / name) in caplog.text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("nurse | unknown", "nurse | unknown"),
        ("Nurse", "nurse | unknown"),
        ("nurse |", "nurse | unknown"),
        ("nurse|unknown", "nurse | unknown"),
        ("nurse|ward", "nurse | ward"),
        (" | ward", "unknown | ward"),
        ("a | b | c", "a | b c"),
    ],
)
def test_every_text_is_one_that_can_match(tmp_path: Path, text: str, read: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"text,corrected_isco_code\n{text},2221\n", encoding="utf-8")
    ((_, correction),) = read_folder(tmp_path, DataSettings())
    assert correction.text == read == clean(read)
    said = "" if text in ("nurse | unknown", "Nurse") else f"read as the text {read!r}"
    assert correction.reason == said


@pytest.mark.parametrize("column", ["text", "job_title"])
@pytest.mark.parametrize(
    ("written", "is_kept"),
    [("???????", False), ("???? | ????? ??", False), ("ö?retmen", True)],
)
def test_a_text_that_lost_its_letters_is_named(
    written: str, is_kept: bool, column: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(f"{column},corrected_isco_code\n{written},2330\n", "utf-8")
    ((_, correction),) = read_folder(tmp_path, DataSettings())
    assert correction.is_kept == is_kept
    assert f"letters of it may have been lost ({written!r})" in correction.reason


def test_the_encoding_that_is_set_is_read(tmp_path: Path) -> None:
    content = "job_title,corrected_isco_code\nслесарь,7233\n"
    (tmp_path / "a.csv").write_bytes(content.encode("cp1251"))
    ((_, correction),) = read_folder(tmp_path, DataSettings(encoding="cp1251"))
    assert correction.text == "слесарь | unknown"
    lookup = CorrectionsLookup.load(tmp_path, DataSettings(encoding="cp1251"))
    assert lookup.decisions.get("слесарь | unknown") == "7233"


def test_a_folder_that_cannot_be_listed_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "corrections").symlink_to("corrections")  # it leads nowhere, for root, too
    (tmp_path / "file").write_text("", encoding="utf-8")
    for name in ("none", "file"):
        assert folder_state(tmp_path / name) == ()
    with pytest.raises(OSError, match="corrections"):
        CorrectionsLookup.load(tmp_path / "corrections", DataSettings())
    with pytest.raises(OSError, match="corrections"):
        list(read_folder(tmp_path / "corrections", DataSettings()))


_PRINT_UNREAD = """
import sys, pathlib
from core.settings import DataSettings
from inference import corrections_lookup
from inference.corrections_lookup import CorrectionsLookup
from tests.support.other_users import are_possible, command_prefix
lookup = CorrectionsLookup.load(pathlib.Path(sys.argv[1]), DataSettings())
print(len(lookup.decisions), [file.why for file in lookup.unread])
"""


def run_without_powers(script: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in a process that has no power over files closed to it."""
    if os.geteuid() == 0 and not are_possible():
        pytest.skip("root may read every folder, and there is no setpriv")
    prefix = command_prefix() if os.geteuid() == 0 else []
    command = [*prefix, sys.executable, "-c", script, str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.parametrize("mode", [0o000, 0o300])
def test_a_folder_that_is_closed_is_an_error(mode: int, tmp_path: Path) -> None:
    folder = tmp_path / "corrections"
    folder.mkdir()
    write(folder, "a.csv", "2221", 1)
    folder.chmod(mode)
    try:
        loaded = run_without_powers(_PRINT_UNREAD, folder)
    finally:
        folder.chmod(0o700)
    assert loaded.returncode and "PermissionError" in loaded.stderr
    assert str(folder) in loaded.stderr


def test_files_that_are_listed_and_closed_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "corrections"
    folder.mkdir()
    write(folder, "a.csv", "2221", 1)
    folder.chmod(0o400)  # the names are there for all, the files for nobody
    try:
        loaded = run_without_powers(_PRINT_UNREAD, folder)
    finally:
        folder.chmod(0o700)
    assert loaded.stdout == "0 [\"'a.csv': Permission denied.\"]\n"


_PRINT_SEQUENCES = """
import sys, pathlib
from core.corrections.corrections_folder import folder_state
path = pathlib.Path(sys.argv[1])
closed = folder_state(path.parent)
path.chmod(0o600)
print(closed[0].sequence, folder_state(path.parent, closed)[0].sequence)
"""


def test_a_file_that_was_closed_gets_its_place_when_it_is_opened(tmp_path: Path) -> None:
    path = write_kept(tmp_path, "nurse | unknown", 7)
    path.chmod(0)
    assert run_without_powers(_PRINT_SEQUENCES, path).stdout == "0 7\n"


def test_what_is_forgotten_does_not_depend_on_when_files_were_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrections_lookup, "_MAX_TEXTS", 2)
    read = partial(CorrectionsLookup.load, tmp_path, DataSettings())
    lookup = read()
    titles = ("nurse", "cook", "welder", "nurse", "baker", "baker")
    for time_s, title in enumerate(titles, start=1):
        path = tmp_path / f"{time_s}.csv"
        path.write_text(f"job_title,corrected_isco_code\n{title},2221\n", encoding="utf-8")
        os.utime(path, (time_s, time_s))
        lookup = read(previous=lookup)
    assert [*lookup.origins.items()] == [*read().origins.items()]
    files = {text: origin.files for text, origin in lookup.origins.items()}
    assert files == {"nurse | unknown": ("4.csv",), "baker | unknown": ("5.csv", "6.csv")}
