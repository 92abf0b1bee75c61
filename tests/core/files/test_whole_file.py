"""A file is written whole, or the old one stays."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from core.files.whole_file import PUBLIC_FILE, open_atomic, sha256_of, write_atomic


@pytest.mark.parametrize(
    "content", ["Bäcker\n", b"\x00\xff", "", "a name that is no UTF-8: \udcff"]
)
def test_the_content_replaces_the_file(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "a.json"
    path.write_text("old", encoding="utf-8")
    write_atomic(path, content, is_public=True)
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


def test_an_error_names_the_file_and_is_the_same_each_time(tmp_path: Path) -> None:
    """The daemon says only what is news; the hidden file has another name each time."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for path in (tmp_path / "folder", tmp_path / "missing" / "a.json", tmp_path / "file" / "b"):
        texts = set()
        for _ in range(2):
            with pytest.raises(OSError, match="Errno") as caught:
                write_atomic(path, "new")
            texts.add(str(caught.value))
        (text,) = texts
        assert text.endswith(f": '{path}'")


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
