"""Corrections are applied in the order of their files; the later one wins."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.corrections import apply_correction, folder_state, parse_code, read_folder
from core.settings import Columns


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2221", "2221"),
        ("2221 Nursing Professionals", "2221"),
        ("222", "222"),
        ("110", "0110"),
        ("9999", None),
        ("", None),
    ],
)
def test_the_code_that_was_meant(written: str, code: str | None) -> None:
    assert parse_code(written) == code


def write(folder: Path, name: str, code: str, time_s: int) -> None:
    path = folder / name
    path.write_text(f"job_title,corrected_isco_code\nnurse,{code}\n", encoding="utf-8")
    os.utime(path, (time_s, time_s))


def test_a_folder_is_read_oldest_file_first(tmp_path: Path) -> None:
    assert folder_state(tmp_path / "none") == ()
    for name, code, time_s in (("a.csv", "2221", 3), ("b.csv", "3221", 1), ("c.csv", "222", 4)):
        write(tmp_path, name, code, time_s)
    codes: dict[str, str] = {}
    replaced = [
        (name, apply_correction(codes, correction))
        for name, correction in read_folder(tmp_path, Columns())
    ]
    assert replaced == [("b.csv", None), ("a.csv", "3221"), ("c.csv", None)]
    assert codes == {"nurse | unknown": "2221"}
    assert [name for name, _ in read_folder(tmp_path, Columns(), before="a.csv")] == ["b.csv"]


def test_another_group_and_not_codable_remove_the_code(tmp_path: Path) -> None:
    for code in ("721", "not codable"):
        codes = {"nurse | unknown": "2221"}
        write(tmp_path, "a.csv", code, 1)
        (row,) = read_folder(tmp_path, Columns())
        assert apply_correction(codes, row[1]) == "2221"
        assert codes == {}
