"""The bundled model changes no word that people use, and still corrects what they mistype."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.typos import occupation_words, typed_words
from core.letters.accents import without_accents
from core.settings import InferenceSettings
from core.text import join
from inference.bundle import Bundle
from inference.classifier import open_classifier
from inference.spelling.right_words import RightWords
from inference.spelling.typo_correction import Spelling

OCCUPATION_WORDS = occupation_words()


@pytest.fixture(scope="module")
def spelling(shipped: Bundle) -> Spelling:
    return shipped.spelling()


@pytest.mark.slow
def test_words_for_occupations_stay_in_28_languages(spelling: Spelling) -> None:
    changed = {
        (language, word): read
        for language, words in OCCUPATION_WORDS.items()
        for word in words
        if without_accents(read := spelling.correct(word)) != without_accents(word)
    }
    n_words = sum(map(len, OCCUPATION_WORDS.values()))
    assert len(OCCUPATION_WORDS) == 28 and n_words > 3_000
    assert len(changed) <= 0.006 * n_words, changed


@pytest.mark.parametrize(
    "words",
    [
        "knight hewer reeve cooper fuller tapper sower tapster whetter daughter brides poets",
        "ferries shaman polling chandler glover saddler busker drover scarf boars bridal",
        "daughters granddaughter hospice widow orphans mourners shrine mosques temples",
    ],
)
def test_english_words_stay(words: str, spelling: Spelling) -> None:
    assert spelling.correct(words) == words


@pytest.mark.parametrize(
    "compound", ["polizisttöpfer", "maskinisttrykker", "szűcskalauz", "läkaregjutare"]
)
def test_compounds_of_two_words_stay(compound: str, spelling: Spelling) -> None:
    assert compound not in spelling
    assert spelling.correct(compound) == compound


@pytest.mark.parametrize(
    "word",  # Turkish "other", Azerbaijani "doctor", "teacher", Kazakh "teacher"
    ["diğer", "həkim", "müəllim", "мұғалім"],
)
def test_words_with_a_letter_of_no_known_language_stay(word: str, spelling: Spelling) -> None:
    assert spelling.correct(word) == word


def test_an_accent_that_nobody_writes_is_left_out(spelling: Spelling) -> None:
    assert spelling.correct("electricĭan") == "electrician"


def test_most_typos_are_corrected(spelling: Spelling) -> None:
    pairs = typed_words()
    n_corrected = sum(spelling.correct(typed) == meant for typed, meant in pairs)
    assert n_corrected >= 0.7 * len(pairs)


def test_a_carer_for_a_relative_is_not_read_as_a_draughtsperson(shipped: Bundle) -> None:
    classifier = open_classifier(shipped, InferenceSettings())
    draughtsperson = shipped.manifest.labels.index("3118")
    probabilities = classifier.probabilities([join("carer for daughter"), join("knight")])
    assert probabilities[0].argmax() != draughtsperson
    assert probabilities[0, draughtsperson] < 0.1


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Return how often the lists were asked for since the test began."""
    calls: list[str] = []
    contains = RightWords.__contains__
    monkeypatch.setattr(
        RightWords,
        "__contains__",
        lambda self, word: bool(calls.append(word) or contains(self, word)),
    )
    return lambda: len(calls)


def test_the_lists_are_not_read_for_texts_without_a_word_to_correct(
    shipped: Bundle, reads: Callable[[], int]
) -> None:
    spelling = shipped.spelling()
    assert spelling.correct("registered nurse | zzzz 2026") == "registered nurse | zzzz 2026"
    assert reads() == 0
    assert spelling.correct("regsitered nurse") == "registered nurse"
    assert reads() == 1
