"""Temporary folders end with their owner."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.files import scratch_folder
from core.files.scratch_folder import ScratchFolder

_OWNER = """
import sys
from pathlib import Path
from core.files.scratch_folder import ScratchFolder
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
    open_lock = scratch_folder._open_lock
    stages = ["without lock file", "with unlocked lock file"]

    def interrupted(folder: Path) -> int:
        stage = stages.pop(0) if stages else ""
        descriptor = open_lock(folder) if stage != "without lock file" else None
        if stage:
            monkeypatch.setattr(scratch_folder, "_open_lock", open_lock)
            scratch_folder._remove_left_over(tmp_path, "isco-")
            monkeypatch.setattr(scratch_folder, "_open_lock", interrupted)
        return open_lock(folder) if descriptor is None else descriptor

    monkeypatch.setattr(scratch_folder, "_open_lock", interrupted)
    with ScratchFolder(tmp_path, "isco-") as path:
        assert not stages
        assert list(tmp_path.iterdir()) == [path]
        (path / "file").touch()


def test_where_nothing_can_be_locked_nothing_of_others_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> bool:
        raise OSError("no locks available")

    monkeypatch.setattr(scratch_folder, "_try_lock", refuse)
    with ScratchFolder(tmp_path, "isco-") as first, ScratchFolder(tmp_path, "isco-") as second:
        assert set(tmp_path.iterdir()) == {first, second}
    assert not list(tmp_path.iterdir())
