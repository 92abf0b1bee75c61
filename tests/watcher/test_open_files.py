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
def test_the_file_system_of_a_mount(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, written: bytes
) -> None:
    (tmp_path / "self").mkdir()
    lines = [
        b"src / ext4 rw 0 0",
        b"src /mnt/\xff cifs rw 0 0",
        b"systemd-1 %s/%s autofs rw 0 0" % (bytes(tmp_path), written),
        b"src %s/%s nfs4 rw 0 0" % (bytes(tmp_path), written),  # on the point of the one before
    ]
    (tmp_path / "self" / "mounts").write_bytes(b"\n".join(lines) + b"\n")
    monkeypatch.setattr("psutil.PROCFS_PATH", str(tmp_path))
    assert file_system_of(tmp_path / name / "a.csv") == "nfs4"
    assert file_system_of(tmp_path / "a.csv") == "ext4"
