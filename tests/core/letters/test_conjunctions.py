"""The words for "and", "or" and "to" of a language are read by everybody who needs them."""

from __future__ import annotations

from pathlib import Path

import pytest

import core.letters
from core.columns.title_parts import parts_of
from core.files.compiled_table import read_yaml
from core.isco_codes.second_code import second_code
from core.text import clean, join

TABLE = read_yaml(Path(core.letters.__file__).with_name("conjunctions.yaml"))


def _words(language: str, *kinds: str) -> list[str]:
    return [word for kind in kinds for word in TABLE[language].get(kind, ())]


@pytest.mark.parametrize("language", TABLE)
def test_another_code_follows_the_words_of_a_language(language: str) -> None:
    words = _words(language, "sure", "ambiguous", "to")
    assert [word for word in words if second_code("7212", f" {word} 13") != "7213"] == []


@pytest.mark.parametrize("language", TABLE)
def test_they_go_with_the_words_of_an_advert_on_both_sides(language: str) -> None:
    words = _words(language, "sure", "ambiguous")
    texts = {word: join(f"Koch Vollzeit {word} Teilzeit") for word in words}
    assert texts == dict.fromkeys(words, "koch | unknown")


@pytest.mark.parametrize("language", TABLE)
def test_a_range_has_the_words_for_to(language: str) -> None:
    texts = {word: join(f"Koch 60 {word} 80 %") for word in _words(language, "to")}
    assert texts == dict.fromkeys(texts, "koch | unknown")


@pytest.mark.parametrize("language", TABLE)
def test_only_the_sure_words_stand_between_two_occupations(language: str) -> None:
    parts = {word: parts_of(f"nurse {word} driver").texts for word in _words(language, "sure")}
    assert [word for word in parts if parts[word] != ["nurse", "driver"]] == []
    others = set(_words(language, "ambiguous")) - {"و"}  # written as one word with the next, too
    assert [word for word in others if parts_of(f"nurse {word} driver").texts] == []


@pytest.mark.parametrize(
    "title",
    [
        "μάγειρας κι οδηγός",
        "kokki sekä kuljettaja",
        "kokki sitten kuljettaja",
        "kokk ning juht",
        "guru merangkap petani",
        "cuisinier ainsi que chauffeur",
        "szakács valamint sofőr",
    ],
)
def test_two_occupations(title: str) -> None:
    words = title.split()
    assert list(parts_of(title).texts) == [words[0], words[-1]]


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("sales executive pl en full time", "sales executive pl en"),
        ("driver c e urgent", "driver c e"),
    ],
)
def test_short_words_stay_beside_one_word_of_an_advert(title: str, left: str) -> None:
    """They may be of the job: a language, a licence."""
    assert join(title) == f"{left} | unknown"


def test_the_table_has_cleaned_words_of_its_kinds() -> None:
    assert {kind for words in TABLE.values() for kind in words} == {
        "sure",
        "ambiguous",
        "then",
        "to",
    }
    words = [word for language in TABLE for word in _words(language, "sure", "ambiguous")]
    assert [word for word in words if clean(word) != word] == []
