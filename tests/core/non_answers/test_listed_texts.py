"""The forms of listed texts are made once for all processes, and a damaged copy does no harm."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from core.non_answers.listed_texts import MADE_BY, compared_forms, compared_texts, listed_texts
from tests.conftest import ROOT

TABLES = ROOT / "core" / "non_answers"
NAMES = (
    "non_answers.csv",
    "combinations.csv",
    "alone.csv",
    "repeats.csv",
    "row_references.csv",
    "unheld_jobs.csv",
)
TABLE = "language,kind,patterns,words\nde,not_working,{} im Ruhestand;Rentner: {},Köchin; Łukasz\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    (tmp_path / "__pycache__").mkdir()
    return tmp_path


def content(name: str) -> str:
    return (TABLES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_is_what_the_table_says(folder: Path, name: str) -> None:
    shutil.copy(TABLES / name, folder)
    expected = [
        (language, kind, sorted(compared_forms(texts)))
        for language, kind, texts in listed_texts(content(name))
    ]
    assert compared_texts(name, folder) == expected and expected
    (kept,) = (folder / "__pycache__").iterdir()
    before = kept.stat().st_mtime_ns
    assert compared_texts(name, folder) == expected
    assert kept.stat().st_mtime_ns == before


def test_what_is_kept_is_made_by_the_modules_that_name_it() -> None:
    """A change of any of them makes it anew, as after an update."""
    called: set[str] = set()
    texts = [text for name in NAMES for _, _, row in listed_texts(content(name)) for text in row]
    sys.setprofile(lambda frame, event, value: called.add(frame.f_code.co_filename))
    compared_forms(texts)
    sys.setprofile(None)
    core = str(ROOT / "core")
    assert {name for name in called if name.startswith(core)} == set(MADE_BY)


def test_a_changed_table_is_read_anew(folder: Path) -> None:
    table = folder / "jobs.csv"
    table.write_text(TABLE, encoding="utf-8")
    forms = ["koechin im ruhestand", "kochin im ruhestand", "lukasz im ruhestand"]
    forms += ["rentner koechin", "rentner kochin", "rentner lukasz"]
    assert compared_texts("jobs.csv", folder) == [("de", "not_working", sorted(forms))]
    table.write_text(TABLE.replace("Köchin", "Koch"), encoding="utf-8")
    ((_, _, changed),) = compared_texts("jobs.csv", folder)
    assert "koch im ruhestand" in changed and "kochin im ruhestand" not in changed


@pytest.mark.parametrize("n_bytes", [0, 1, 40, 80])
def test_a_damaged_copy_is_made_again(folder: Path, n_bytes: int) -> None:
    (folder / "jobs.csv").write_text(TABLE, encoding="utf-8")
    rows = compared_texts("jobs.csv", folder)
    (kept,) = (folder / "__pycache__").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:n_bytes])
    assert compared_texts("jobs.csv", folder) == rows
    assert kept.read_bytes() == whole


def test_without_a_place_to_keep_them_forms_are_made_each_time(folder: Path) -> None:
    (folder / "__pycache__").rmdir()
    (folder / "jobs.csv").write_text(TABLE, encoding="utf-8")
    assert compared_texts("jobs.csv", folder) == compared_texts("jobs.csv", folder)
    assert [path.name for path in folder.iterdir()] == ["jobs.csv"]
