"""Which files a distributed run takes from a folder, and what it says of the others."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

pytest.importorskip("ray")

from core.errors import StorageError
from distributed import inputs
from distributed.inputs import find_inputs
from distributed.storage import Folder

READ = ("a.csv", "year=2026/b.parquet")
LITTER = ("_SUCCESS", "year=2026/.b.parquet.crc", "~$a.xlsx")
HELD = {
    "._a.csv": "AppleDouble",
    "a.csv.crdownload": "unfinished",
    "a (conflicted copy).csv": "a conflict copy",
    "b.pq": "files that end in '.pq' are not read",
    "_temporary": "begins with '_'",
    "year=2026/_draft.csv": "begins with '_'",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*READ, *LITTER, *HELD, "_temporary/0/c.parquet", "_temporary/0/d.parquet"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name != "_temporary":
            path.write_text("x", encoding="utf-8")
    return tmp_path / "in"


@pytest.mark.parametrize("slash", ["", "/"])
def test_what_is_not_read_is_named(
    folder: Path, slash: str, caplog: pytest.LogCaptureFixture
) -> None:
    out = Folder.at(str(folder.parent / "out"))
    with caplog.at_level(logging.WARNING):
        found = find_inputs([f"{folder}{slash}"], out)
    assert [file.path for file in found.files] == [f"{folder}/{name}" for name in READ]
    assert set(found.held) == {f"{folder}/{name}" for name in HELD}
    for name, words in HELD.items():
        assert words in found.held[f"{folder}/{name}"]
        assert f"{folder}/{name}" in caplog.text


def test_of_very_many_files_the_first_are_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(inputs, "_N_NAMED", 2)
    found = find_inputs([str(folder)], Folder.at(str(folder.parent / "out")))
    assert len(caplog.messages) == 3 and len(found.held) == len(HELD)
    assert caplog.messages[-1] == f"{len(HELD) - 2} more are not read"


def test_a_folder_without_a_file_that_is_read_says_what_it_has(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "staff.csv.part").touch()
    with pytest.raises(StorageError, match="found no file"):
        find_inputs([str(tmp_path / "in")], Folder.at(str(tmp_path / "out")))
    assert "staff.csv.part' is not read: it is an unfinished copy" in caplog.text


def test_a_glob_takes_no_litter(folder: Path) -> None:
    found = find_inputs([f"{folder}/*"], Folder.at(str(folder.parent / "out")))
    names = {file.name for file in found.files}
    assert names.isdisjoint(LITTER) and {"a.csv", "b.pq"} <= names  # named themselves


@pytest.mark.parametrize("place", ["", "/*"])
def test_a_name_that_is_not_utf8_is_an_error_in_words(folder: Path, place: str) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.csv")).touch()
    with pytest.raises(StorageError, match="not UTF-8; rename it"):
        find_inputs([f"{folder}{place}"], Folder.at(str(folder.parent / "out")))


def test_a_home_folder_that_nobody_has_is_an_error_in_words() -> None:
    with pytest.raises(StorageError, match=r"found '~nobody-here/out'; .* no home folder ~nobody"):
        Folder.at("~nobody-here/out")
