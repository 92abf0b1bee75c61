"""A full disk is named where the system names no file."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from core.files.scratch_folder import ScratchFolder
from core.files.whole_file import open_atomic
from tests.volumes import FULL_DISK, needs_full_disk


@needs_full_disk
def test_a_full_disk_is_named_where_the_system_names_no_file(tmp_path: Path) -> None:
    with (
        pytest.raises(OSError) as in_scratch,
        ScratchFolder(tmp_path, "isco-"),
        FULL_DISK.open("w") as full,
    ):
        full.write("x")
    assert in_scratch.value.filename == str(tmp_path)
    with (
        pytest.raises(OSError) as in_file,
        open_atomic(tmp_path / "a.json"),
        FULL_DISK.open("w") as full,
    ):
        full.write("x")
    assert in_file.value.filename == str(tmp_path / "a.json")


def test_a_file_that_may_not_become_larger_is_named(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")  # not on Windows
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError) as refused, open_atomic(tmp_path / "a.json") as file:
            file.write(bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert refused.value.errno == errno.EFBIG
    assert refused.value.filename == str(tmp_path / "a.json")
