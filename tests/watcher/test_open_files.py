"""On which file system a path is, by the mounts that the kernel names."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.open_files import file_system_of


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("office", b"office"),
        ("the office\t\\", rb"the\040office\011\134"),
        ("Büro", "Büro".encode()),
        ("B\udcfcro", b"B\xfcro"),  # of a system that was set up for Latin-1
        ("a\rb\x0cc\x85d", "a\rb\x0cc\x85d".encode()),
    ],
)
def test_the_file_system_of_a_mount(tmp_path: Path, name: str, written: bytes) -> None:
    (tmp_path / "self").mkdir()
    lines = [
        b"20 1 0:20 / / rw - ext4 src rw",
        b"21 1 0:21 / /mnt/\xff rw - cifs src rw",
        b"22 1 0:22 / %s/%s rw shared:1 - nfs4 src rw" % (bytes(tmp_path), written),
    ]
    (tmp_path / "self" / "mountinfo").write_bytes(b"\n".join(lines) + b"\n")
    assert file_system_of(tmp_path / name / "a.csv", proc=tmp_path) == "nfs4"
    assert file_system_of(tmp_path / "a.csv", proc=tmp_path) == "ext4"
