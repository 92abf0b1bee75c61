"""Corrections are applied in the order of their files; the later one wins."""

from __future__ import annotations

import os
from pathlib import Path

from core.corrections.correction import apply_correction, folder_state, read_folder
from core.settings import Columns


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
