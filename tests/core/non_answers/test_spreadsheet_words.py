"""What spreadsheets write in each language is recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

import core.non_answers
from core.files.compiled_table import read_yaml
from core.non_answers.spreadsheet_errors import is_spreadsheet_error
from core.non_answers.spreadsheet_words import SpreadsheetWord, spreadsheet_words, truth_value
from core.non_answers.unread_formulas import shown_by_formula

TABLE = read_yaml(Path(core.non_answers.__file__).with_name("spreadsheet_words.yaml"))


@pytest.mark.parametrize("language", TABLE)
def test_the_words_of_a_language_are_recognised(language: str) -> None:
    words = TABLE[language]
    assert all(is_spreadsheet_error(f"#{name}!") for name in words.get("errors", ()))
    links = [f'={name}("http://example.org";"nurse")' for name in words.get("link", ())]
    assert [shown_by_formula(link) for link in links] == ["nurse"] * len(links)
    assert {truth_value(word) for word in words.get("true", ())} <= {True}
    assert {truth_value(word) for word in words.get("false", ())} <= {False}


@pytest.mark.parametrize("kind", SpreadsheetWord)
def test_every_kind_has_words_of_many_languages(kind: SpreadsheetWord) -> None:
    assert len(spreadsheet_words(kind)) > 20


def test_the_table_has_no_other_kinds() -> None:
    """A kind that nobody reads would be a word in vain."""
    assert {kind for words in TABLE.values() for kind in words} == set(SpreadsheetWord)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("WAHR", True),
        ("ΑΛΗΘΗΣ", True),
        ("αληθής", True),
        ("YANLIŞ", False),
        ("1", True),
        ("0", False),
        ("2", None),
        ("", None),
        ("no", None),
    ],
)
def test_truth_values(cell: str, value: bool | None) -> None:
    assert truth_value(cell) is value


@pytest.mark.parametrize("cell", ["#BEZUG!", "#¡VALOR!", "#NULL!", "#Н/Д", "Err:502"])
def test_errors(cell: str) -> None:
    assert is_spreadsheet_error(cell)
