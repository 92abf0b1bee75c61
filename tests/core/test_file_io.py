"""A file is written whole, or the old one stays; temporary folders end with their owner."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import file_io
from core.file_io import (
    PUBLIC_FILE,
    ScratchFolder,
    open_atomic,
    read_yaml,
    sha256_of,
    utc_now,
    write_atomic,
)


@pytest.mark.parametrize(
    "content", ["Bäcker\n", b"\x00\xff", "", "a name that is no UTF-8: \udcff"]
)
def test_the_content_replaces_the_file(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "a.json"
    path.write_text("old", encoding="utf-8")
    write_atomic(path, content, is_public=True, is_durable=True)
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    assert path.read_bytes() == data
    assert path.stat().st_mode & 0o777 == PUBLIC_FILE
    assert list(tmp_path.iterdir()) == [path]
    assert sha256_of(path) == hashlib.sha256(data).hexdigest()


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no space left")

    path = tmp_path / "a.json"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="no space"):
        write_atomic(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_time_is_in_utc_to_the_second() -> None:
    now = datetime.fromisoformat(utc_now())
    assert now.tzinfo == UTC and now.microsecond == 0


def test_two_writers_with_one_number_of_a_process_share_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two containers: each has its own numbers, and both write into the folder of a share."""
    monkeypatch.setattr(os, "getpid", lambda: 7)
    path = tmp_path / "a.json"
    with open_atomic(path) as first:
        first.write(b"first")
        with open_atomic(path) as second:
            second.write(b"second")
        assert path.read_bytes() == b"second"
    assert path.read_bytes() == b"first" and list(tmp_path.iterdir()) == [path]


_OWNER = """
import sys
from pathlib import Path
from core.file_io import ScratchFolder
scratch = ScratchFolder(Path(sys.argv[1]), "isco-")
print(scratch.path, flush=True)
sys.stdin.read()
"""


def start_owner(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a process that owns a scratch folder in ``parent``."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().rstrip())


def test_a_scratch_folder_ends_with_its_owner(tmp_path: Path) -> None:
    for name in ("isco-notes", f"isco-{'0' * 15}", f"foreign-{'0' * 16}"):
        (tmp_path / name).mkdir()
    (tmp_path / f"isco-{'1' * 16}").symlink_to(tmp_path / "isco-notes")
    (tmp_path / f"isco-{'2' * 16}").touch()
    not_ours = set(tmp_path.iterdir())
    owner, left = start_owner(tmp_path)
    (left / "deep").mkdir()
    (left / "deep" / "copy").write_bytes(b"x")
    with ScratchFolder(tmp_path, "isco-") as path:
        assert path.stat().st_mode & 0o777 == 0o700
        assert set(tmp_path.iterdir()) == {*not_ours, path, left}  # its owner lives
        owner.kill()
        owner.communicate()
        with ScratchFolder(tmp_path, "other-"):
            assert left.exists()
        with ScratchFolder(tmp_path, "isco-") as second:
            assert set(tmp_path.iterdir()) == {*not_ours, path, second}
    assert set(tmp_path.iterdir()) == not_ours


def test_what_was_removed_in_part_is_removed(tmp_path: Path) -> None:
    left = tmp_path / f"isco-{'0' * 16}"
    left.mkdir()
    (left / "copy").write_bytes(b"x")
    with ScratchFolder(tmp_path, "isco-") as path:
        assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_was_taken_for_left_over_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process looks between the making of the folder and its lock, twice."""
    open_lock = file_io._open_lock
    stages = ["without lock file", "with unlocked lock file"]

    def interrupted(folder: Path) -> int:
        stage = stages.pop(0) if stages else ""
        descriptor = open_lock(folder) if stage != "without lock file" else None
        if stage:
            monkeypatch.setattr(file_io, "_open_lock", open_lock)
            file_io._remove_left_over(tmp_path, "isco-")
            monkeypatch.setattr(file_io, "_open_lock", interrupted)
        return open_lock(folder) if descriptor is None else descriptor

    monkeypatch.setattr(file_io, "_open_lock", interrupted)
    with ScratchFolder(tmp_path, "isco-") as path:
        assert not stages
        assert list(tmp_path.iterdir()) == [path]
        (path / "file").touch()


def test_where_nothing_can_be_locked_nothing_of_others_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> bool:
        raise OSError("no locks available")

    monkeypatch.setattr(file_io, "_try_lock", refuse)
    with ScratchFolder(tmp_path, "isco-") as first, ScratchFolder(tmp_path, "isco-") as second:
        assert set(tmp_path.iterdir()) == {first, second}
    assert not list(tmp_path.iterdir())


def test_a_table_is_parsed_once_and_a_damaged_copy_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    (tmp_path / "__pycache__").mkdir()
    path = tmp_path / "words.yaml"
    path.write_text("de: [Köchin, {n: 1}]\n", encoding="utf-8")
    table = {"de": ["Köchin", {"n": 1}]}
    assert read_yaml(path) == table
    (kept,) = (tmp_path / "__pycache__").iterdir()
    whole, kept_at = kept.read_bytes(), kept.stat().st_mtime_ns
    assert read_yaml(path) == table and kept.stat().st_mtime_ns == kept_at
    kept.write_bytes(whole[:-1])
    assert read_yaml(path) == table and kept.read_bytes() == whole
    path.write_text("de: [Koch]\n", encoding="utf-8")
    assert read_yaml(path) == {"de": ["Koch"]}
