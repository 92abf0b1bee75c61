"""The words for "and", "or" and "to" of a language are read by everybody who needs them."""

from __future__ import annotations

from pathlib import Path

import pytest

import core.letters
from core.columns.title_parts import parts_of
from core.files.compiled_table import read_yaml
from core.isco_codes.second_code import second_code
from core.letters.letter_pairs import languages
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
    elsewhere = TABLE[language].get("elsewhere", {})
    words = [word for word in _words(language, "sure") if word not in elsewhere]
    parts = {word: parts_of(f"nurse {word} driver").texts for word in words}
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
    "title",
    [
        "buschauffeur en barman",
        "nauczyciel i kierowca",
        "konobar i zaštitar",
        "učiteľ a vodič",
        "kuchař a číšník",
    ],
)
def test_a_word_for_and_divides_in_its_language(title: str) -> None:
    words = title.split()
    assert list(parts_of(title).texts) == [words[0], words[-1]]


@pytest.mark.parametrize(
    "title",
    [
        "infirmière en chef",
        "contremaître en maçonnerie",
        "peón en matadero",
        "sykepleier i hjemmetjenesten",
        "førskolelærer i barnehage",
        "ekspedient i bageri",
        "kanslist i riksdagen",
        "kennari i grunnskola",
        "cuidadora a domicilio",
    ],
)
def test_elsewhere_it_is_another_word(title: str) -> None:
    """Not two occupations: Dutch "en" is "in" in French, Polish "i" in Norwegian."""
    assert parts_of(title).texts == []


def test_another_word_is_sure_and_its_languages_are_known() -> None:
    for language in TABLE:
        for word, others in TABLE[language].get("elsewhere", {}).items():
            assert word in TABLE[language]["sure"] and set(others) <= set(languages())


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
        "elsewhere",
        "then",
        "to",
    }
    words = [word for language in TABLE for word in _words(language, "sure", "ambiguous")]
    assert [word for word in words if clean(word) != word] == []
