"""What coders look up about a group: the project's own words, and those of an office."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.errors import InputError
from core.isco_titles.group_notes import (
    DEFINITIONS,
    NOTE_PARTS,
    GroupNote,
    group_notes,
    notes_over,
    office_notes,
)
from core.taxonomy import isco08


def office_file(folder: Path, text: str) -> Path:
    path = folder / DEFINITIONS
    path.write_text(text, encoding="utf-8")
    return folder


def test_each_unit_group_has_a_short_note() -> None:
    notes = group_notes()
    assert tuple(notes) == isco08().units
    for code, note in notes.items():
        assert 20 < len(note.description) <= 200, code
        assert note.description.endswith("."), code
        assert 10 < len(note.excluded) <= 120, code
        assert len(note.index_titles.split("; ")) >= 2, code
        assert not note.tasks + note.included, code


def test_what_is_elsewhere_names_other_groups() -> None:
    for code, note in group_notes().items():
        for part in note.excluded.split("; "):
            codes = re.findall(r"\d+", part)
            assert codes, (code, part)
            assert set(codes) <= isco08().titles.keys(), (code, part)
        assert code not in note.excluded


def test_no_title_stands_for_two_groups() -> None:
    titles = [title for note in group_notes().values() for title in note.index_titles.split("; ")]
    assert sorted({title for title in titles if titles.count(title) > 1}) == []


def test_the_words_of_an_office_replace_ours_part_by_part(tmp_path: Path) -> None:
    folder = office_file(
        tmp_path,
        "isco_code;Description;tasks;index_titles\n"
        "2221;Infirmières;soigner;\n222;Tous les soins;;\n",
    )
    notes = notes_over(office_notes(folder))
    own = group_notes()["2221"]
    assert notes["2221"] == GroupNote("Infirmières", "soigner", "", own.excluded, own.index_titles)
    assert notes["222"] == GroupNote("Tous les soins")
    assert notes["2222"] == group_notes()["2222"]
    assert list(notes) == sorted(notes)


def test_the_file_is_read_again_after_a_change(tmp_path: Path) -> None:
    assert office_notes(tmp_path) == {}
    office_file(tmp_path, "isco_code,description\n2221,first\n")
    assert office_notes(tmp_path)["2221"].description == "first"
    office_file(tmp_path, "isco_code,description\n2221,the second\n")
    assert office_notes(tmp_path)["2221"].description == "the second"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("isco_code,description\n2221,nurses\n9999,nobody\n", r"line 3: found the code '9999'"),
        ("isco_code,text\n2221,nurses\n", "found only the column isco_code"),
        ("code_of_it,description\n2221,nurses\n", "isco_code"),
    ],
)
def test_a_wrong_file_is_an_error_that_names_it(tmp_path: Path, text: str, found: str) -> None:
    office_file(tmp_path, text)
    with pytest.raises(InputError, match=found) as error:
        office_notes(tmp_path)
    assert DEFINITIONS in str(error.value)


def test_the_encoding_that_is_set_is_read(tmp_path: Path) -> None:
    content = "isco_code;description\n2221;leči\n".encode("cp1250")
    (tmp_path / DEFINITIONS).write_bytes(content)
    with pytest.raises(InputError, match=r"Set data\.encoding"):
        office_notes(tmp_path)
    assert office_notes(tmp_path, "cp1250")["2221"].description == "leči"


def test_a_file_that_cannot_be_opened_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / DEFINITIONS).mkdir()
    with pytest.raises(InputError, match=f"{DEFINITIONS}.* cannot be opened"):
        office_notes(tmp_path)


def test_the_parts_are_in_their_order() -> None:
    assert NOTE_PARTS == ("description", "tasks", "included", "excluded", "index_titles")
