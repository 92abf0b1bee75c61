"""A file with a column for each language is refused with what to do; no row loses its title."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.csv_table import open_table
from core.errors import InputError
from core.settings import Columns
from results.reporting.answers_beside import AnswersBeside
from tests.support.opened_table import counted_notes, opened_table

FILLED_ONCE = [["nurse", "", ""], ["", "infirmière", ""], ["", "", "cuoco"], ["", "", ""]]


def refused(path: Path, rows: list[list[str]]) -> InputError:
    with pytest.raises(InputError) as raised:
        opened_table(path, rows)
    return raised.value


@pytest.mark.parametrize(
    "header",
    [
        ["occupation_en", "occupation_fr", "occupation_it"],
        ["Job title - EN", "Job title - FR", "Job title - IT"],
        ["job_title_cs", "job_title_hu", "job_title_el"],
    ],
)
def test_of_which_each_row_fills_one(tmp_path: Path, header: list[str]) -> None:
    error = refused(tmp_path / "in.csv", [header, *FILLED_ONCE])
    assert all(repr(name) in error.found for name in header)
    assert error.found.endswith("of which each row fills one")
    assert "=B2&C2" in error.remedy and "data.columns" not in error.remedy


def test_translations_leave_the_choice(tmp_path: Path) -> None:
    rows = [["occupation_en", "occupation_fr"], ["nurse", "infirmière"], ["cook", "cuisinier"]]
    error = refused(tmp_path / "in.csv", rows)
    assert "fills one" not in error.found and "data.columns.job_title" in error.remedy


def test_a_note_counts_the_titles_in_another_language(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("occupation_en,occupation_fr\nnurse,\n,cuisinier\ncook,cuisinier\n")
    aliases = Columns(job_title=["occupation_en", "occupation_fr"]).model_dump()
    table = open_table(path, aliases, ("job_title",))
    (note,) = counted_notes(AnswersBeside, table)
    assert note.startswith("1 record states nothing in 'occupation_en' and has a text in ")
    assert "'occupation_fr', which was not read ('cuisinier')" in note
