"""Pages: a template is compiled once for all processes, and a damaged copy does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.html import CompiledTemplates, environment
from core.languages.page_language import page_language

ENGLISH = page_language("en")
TEMPLATE = "base.html"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    return tmp_path


def compiled_names(folder: Path) -> list[str]:
    """Compile a template with what ``folder`` keeps, and return the names of its blocks."""
    templates = environment(ENGLISH).overlay(bytecode_cache=CompiledTemplates(ENGLISH, folder))
    return sorted(templates.get_template(TEMPLATE).blocks)


def test_a_template_is_compiled_once(folder: Path) -> None:
    names = compiled_names(folder)
    (kept,) = folder.iterdir()
    before = kept.stat().st_mtime_ns
    assert names and compiled_names(folder) == names
    assert kept.stat().st_mtime_ns == before
    CompiledTemplates(page_language("de"), folder)
    assert ".en." in kept.name  # filters of constants are computed once, in the language


@pytest.mark.parametrize("n_bytes", [0, 1, 60, 500])
def test_a_damaged_copy_is_compiled_again(folder: Path, n_bytes: int) -> None:
    names = compiled_names(folder)
    (kept,) = folder.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:n_bytes])
    assert compiled_names(folder) == names
    assert kept.read_bytes() == whole


def test_a_copy_with_one_wrong_bit_is_compiled_again(folder: Path) -> None:
    names = compiled_names(folder)
    (kept,) = folder.iterdir()
    whole = kept.read_bytes()
    for position in range(0, len(whole), len(whole) // 50):
        damaged = bytearray(whole)
        damaged[position] ^= 4
        kept.write_bytes(damaged)
        assert compiled_names(folder) == names
        assert kept.read_bytes() == whole


def test_without_a_place_to_keep_it_a_template_is_compiled_each_time(folder: Path) -> None:
    assert compiled_names(folder / "missing")


def test_nothing_is_kept_where_python_keeps_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    assert compiled_names(folder) and not list(folder.iterdir())
