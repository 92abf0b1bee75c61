"""Each word of a mark that the table has in a language is left out of what is written with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import core.adverts
from core.files.compiled_table import read_yaml
from core.text import clean, join

FORMS = {
    ("sexes", "words"): "Koch ({})",
    ("sexes", "letters"): "Koch {} - Ulm",
    ("sexes", "bracketed"): "Koch ({})",
    ("sexes", "third"): "Koch (m/w/{})",
    ("sexes", "all"): "Koch [{}]",
    ("field", None): "{}: Koch",
    ("sought", None): "Koch - 3 {}",
    ("contract", "length"): "Koch, 6 {} contract",
    ("contract", "kind"): "Koch, {} 6 months",
    ("from", None): "Koch {} 1. Mai, {} £12",
    ("date", "from"): "Koch {} 1. Mai",
    ("date", "behind"): "Koch 1.5. {}",
    ("date", "season"): "Koch {} 2026",
    ("date", "of"): "Koch 1 {} mayo {} 2026",
    ("date", "ordinal"): "Koch 1{} May 2026",
    ("date", "day"): "Koch from May 1 {}",
    ("date", "year"): "Koch 2026 {} May",
    ("share", "before"): "Koch, {} 0,8",
    ("share", "behind"): "Koch, 0,8 {}",
    ("share", "percent"): "Koch 80 {}",
    ("hours", "hour"): "Koch 12 {}",
    ("hours", "short"): "Koch 8 {} per week",
    ("at", None): "Koch {} 80 %",
    ("per", None): "Koch £12 {} hour",
    ("period", None): "Koch 8 h / {}, £12 / {}",
    ("rate", None): "Koch 8 h {}, £12 {}",
    ("pay", "label"): "Koch {}: 30.000",
    ("pay", "before"): "Koch {} £30,000",
    ("pay", "currency"): "Koch 30 {}",
    ("pay", "code"): "Koch 30 {}, {} 30",
    ("pay", "of_thousands"): "Koch 30 000 {}",
    ("pay", "times"): "Koch £30 {}",
    ("pay", "kind"): "Koch £30,000 {}",
    ("reference", "alone"): "Koch {} 471",
    ("reference", "beside"): "Koch {} 47/26",
    ("reference", "number"): "Koch job {} 471",
    ("reference", "of"): "Koch {} nr 471",
}
STAYS = ("pay", "stays_before")

TABLE = read_yaml(Path(core.adverts.__file__).with_name("advert_words.yaml"))
MARKS = {name: words["marks"] for name, words in TABLE.items() if "marks" in words}
WRITTEN = read_yaml(Path(__file__).with_name("written_adverts.yaml"))


def _words(language: str) -> list[tuple[tuple[str, str | None], str]]:
    """Return each word with its mark, and its part of it."""
    return [
        ((mark, part), word)
        for mark, of_mark in MARKS[language].items()
        for part, words in (of_mark.items() if isinstance(of_mark, dict) else [(None, of_mark)])
        for word in words
    ]


@pytest.mark.parametrize("language", MARKS)
def test_a_word_goes_with_its_mark(language: str) -> None:
    titles = [FORMS[kind].format(word, word) for kind, word in _words(language) if kind != STAYS]
    assert [title for title in titles if join(title) != "koch | unknown"] == []


@pytest.mark.parametrize("language", MARKS)
def test_a_written_advert_is_its_title(language: str) -> None:
    written = WRITTEN[language]
    expected = f"{written['title']} | unknown"
    assert [advert for advert in written["adverts"] if join(advert) != expected] == []
    stays = written.get("stays", [])
    assert [advert for advert in stays if join(advert) != f"{clean(advert)} | unknown"] == []


@pytest.mark.parametrize("language", MARKS)
def test_the_adverts_of_a_language_have_all_its_marks(language: str) -> None:
    """A language whose words nobody has tried in an advert is not proved to be read."""
    adverts = " ; ".join([*WRITTEN[language]["adverts"], *WRITTEN[language].get("stays", [])])
    tried = {kind for kind, word in _words(language) if _is_in(word, adverts, kind)}
    assert {kind for kind, _ in _words(language)} - tried == set()


def test_every_part_of_a_mark_has_a_form() -> None:
    """A part that no module reads would be a word in vain."""
    assert {kind for name in MARKS for kind, _ in _words(name)} == {*FORMS, STAYS}


def _is_in(word: str, text: str, kind: tuple[str, str | None]) -> bool:
    """Return whether a text has the word as a whole; of the sexes, in either order."""
    if kind[0] == "reference":  # "jobnr." has both
        return word in text.lower()
    orders = {word, "/".join(word.split("/")[::-1])} if kind[0] == "sexes" else {word}
    return any(
        re.search(rf"(?<![^\W\d_]){re.escape(order)}(?![^\W\d_])", text, re.IGNORECASE)
        for order in orders
    )
