"""What the operating system refuses is said in one line, with a remedy."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import pytest

from cli.system_error import describe
from core.settings import Settings
from tests.cli.processes import SCRIPT, config_of, environment, run_here
from tests.support.other_users import are_possible, command_prefix
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


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() == 0 and not are_possible(), reason="root may read everything")
@pytest.mark.parametrize("place", ["closed", "closed/.staging", "survey.csv"])
def test_a_place_that_is_closed_is_named_as_it_was_given(
    user_project: Settings, tmp_path: Path, place: str
) -> None:
    """No setting names the folder of --out, and nobody has to write into an input."""
    survey, out = tmp_path / "survey.csv", tmp_path / "closed"
    survey.write_text("job_title\nnurse\n", encoding="utf-8")
    (out / ".staging").mkdir(parents=True)
    if place == "closed":
        (out / ".staging").rmdir()
    (tmp_path / place).chmod(0o000 if place == "survey.csv" else 0o500)
    prefix = command_prefix() if os.geteuid() == 0 else []
    arguments = ["classify", *config_of(user_project), str(survey), "--out", str(out)]
    command = [*prefix, *SCRIPT, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    remedy = "let this user read and write there, or name another folder with --out"
    named = (survey, "let this user read it") if place == "survey.csv" else (out, remedy)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "isco: '{}': Permission denied; {}".format(*named)
