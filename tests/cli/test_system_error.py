"""What the operating system refuses is said in one line, with a remedy."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from cli.system_error import describe
from core.settings import Settings
from tests.cli.processes import config_of, run_here
from tests.volumes import FULL_DISK, needs_full_disk


@pytest.mark.parametrize(
    "number", [errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.EFBIG]
)
def test_the_path_the_reason_and_a_remedy_are_named(number: int) -> None:
    reason = os.strerror(number)
    assert describe(OSError(number, reason, "/data/in")).startswith(f"'/data/in': {reason}; ")


@needs_full_disk
def test_a_full_disk_names_no_right_that_would_help() -> None:
    with pytest.raises(OSError) as full, FULL_DISK.open("w") as file:
        file.write("x")
        file.flush()
    full.value.filename = str(FULL_DISK)
    assert "make room" in describe(full.value)


def test_an_unknown_fault_keeps_its_words() -> None:
    assert describe(OSError("the disk is upside down")) == "the disk is upside down"
    assert describe(OSError(errno.EIO, "I/O error", "a")) == "'a': I/O error"


@pytest.mark.slow
def test_a_folder_that_is_a_file_is_named(
    user_project: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "survey.csv").write_text("job_title\nnurse\n", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    inputs = [str(tmp_path / "survey.csv"), "--out", str(tmp_path / "file" / "out")]
    done = run_here(capsys, "classify", *config_of(user_project), *inputs)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith(f"isco: '{tmp_path / 'file'}")
    assert last.endswith("Not a directory; check the path and its folders")
