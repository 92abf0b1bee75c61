"""Typos in words that no list has, told by their letters."""

from __future__ import annotations

import random

import pytest

from benchmarks.typos import occupation_words
from inference.spelling.likely_words import LikelyWords, Meant
from training.dataset.augmentation import typo

WORDS = sorted(
    {
        word
        for titles in occupation_words().values()
        for title in titles
        for word in title.split()
        if word.isalpha()
    }
)


@pytest.fixture(scope="module")
def likely_words() -> LikelyWords:
    return LikelyWords(WORDS, right_words={"betong"})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("betongarbteare", "betongarbetare"),
        ("byggnadsarbteare", "byggnadsarbetare"),
        ("potatisodlrae", "potatisodlare"),
    ],
)
def test_a_typo_in_an_unknown_compound_is_mended(
    typed: str, meant: str, likely_words: LikelyWords
) -> None:
    assert meant not in WORDS
    assert likely_words.meant_by([typed]) == {typed: Meant(meant, is_sure=True)}


@pytest.mark.parametrize(
    ("typed", "meant"), [("byggnadsarbetae", "byggnadsarbetare"), ("glasmäseare", "glasmästare")]
)
def test_what_is_likelier_by_little_is_in_doubt(
    typed: str, meant: str, likely_words: LikelyWords
) -> None:
    assert likely_words.meant_by([typed]) == {typed: Meant(meant, is_sure=False)}


def test_words_that_are_right_stay(likely_words: LikelyWords) -> None:
    compounds = ["betonggruvarbetare", "betongskogsarbetare"]
    assert likely_words.meant_by([*WORDS, *compounds, "betong", "betongarbetare"]) == {}


def test_letters_that_are_no_word_at_all_stay(likely_words: LikelyWords) -> None:
    meant = likely_words.meant_by(["hgskdfhsgf", "プログラマー", "ⴰⵎⵙⵡⵓⵔⵉ"])
    assert not any(each.is_sure for each in meant.values())


def test_serbian_words_are_no_bulgarian_typos(likely_words: LikelyWords) -> None:
    assert likely_words.meant_by(["ђубретар", "љекар", "шнајдерка", "хемијскитехничар"]) == {}


def test_a_word_is_read_alike_in_any_company(likely_words: LikelyWords) -> None:
    rng = random.Random(0)
    typed = [word for word in (typo(word, rng) for word in WORDS[::3]) if len(word) >= 5]
    together = likely_words.meant_by(typed)
    assert len(together) > 50
    assert {
        word: meant for each in typed for word, meant in likely_words.meant_by([each]).items()
    } == together


def test_no_words_mend_nothing() -> None:
    assert LikelyWords([], right_words=()).meant_by(["betongarbteare"]) == {}
    assert LikelyWords(WORDS, right_words=()).meant_by([]) == {}
