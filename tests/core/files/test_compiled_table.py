"""A table of the program is parsed once, and what is kept of it is never trusted blindly."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.files.compiled_table import read_yaml


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
